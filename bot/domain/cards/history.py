"""A member's own answers, to be read again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from bot.domain.attempt import PastAnswer
from bot.domain.cards.parts import describe_points
from bot.domain.question import Question


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One past answer in a line; `title` is its question's."""

    answer: PastAnswer
    title: str


@dataclass(frozen=True, slots=True)
class HistoryCard:
    """A page of the member's first answers, newest first, of `total`."""

    kind: ClassVar[str] = "history"
    lines: tuple[HistoryLine, ...]
    total: int
    page: int = 1

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "total": self.total,
            "page": self.page,
            "answers": [{"title": line.title, **_describe(line.answer)} for line in self.lines],
        }


@dataclass(frozen=True, slots=True)
class PastAnswerCard:
    """One past answer whole: the question as it was then, what was said, and the feedback."""

    kind: ClassVar[str] = "past_answer"
    answer: PastAnswer
    question: Question

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        grade = self.answer.grade
        return {
            "question_id": self.question.id,
            **_describe(self.answer),
            "text": self.answer.text,
            "feedback": grade.feedback,
            "points_made": describe_points(grade),
            "gate": grade.gate,
        }


def _describe(answer: PastAnswer) -> dict[str, Any]:
    return {
        "number": answer.number,
        "slot": answer.slot.isoformat(),
        "score": round(answer.grade.score, 4),
        "band": answer.grade.band.value,
        "grader": answer.grade.grader,
        "earned": answer.points,
        "late": answer.late,
    }
