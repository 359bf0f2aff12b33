"""A question, its answer and a graded answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from bot.domain.cards.parts import Button, describe_points, offer_answers
from bot.domain.cards.sentences import NoticeCard
from bot.domain.delivery import Delivery
from bot.domain.emoji import BULB
from bot.domain.grading import Grade
from bot.domain.people import Workspace
from bot.domain.question import Question
from bot.domain.streak import Streak


@dataclass(frozen=True, slots=True)
class QuestionCard:
    """A question, posted to the channel or asked by one member (then without a schedule).

    `due` is given in practice: how many reviews wait, this one among them.
    `emoji`: the reaction that shows the answer. `discussion`: a thread is wanted under it,
    where threads have to be opened.
    """

    kind: ClassVar[str] = "question"
    question: Question
    workspace: str
    slot: date
    key: str
    schedule_number: int | None = None
    late: bool = False
    emoji: str = BULB
    due: int | None = None
    discussion: bool = False

    @classmethod
    def of(cls, delivery: Delivery, question: Question, workspace: Workspace) -> QuestionCard:
        """Return the card of a delivery that brings a question."""
        return cls(
            question=question,
            workspace=workspace.external_id,
            slot=delivery.slot,
            key=delivery.key,
            schedule_number=delivery.schedule_number,
            emoji=workspace.emoji,
        )

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Answer, or one button a choice, Reveal and Report."""
        return (
            *offer_answers(self.question, self.key),
            Button("Reveal", "reveal", self.key),
            Button("Report", "report", self.key),
        )

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "question_id": self.question.id,
            "workspace": self.workspace,
            "schedule_id": self.schedule_number,
            "slot": self.slot.isoformat(),
            "late": self.late,
            "title": self.question.title,
            "level": self.question.level.value,
            "topics": list(self.question.topics),
            "pack": self.question.pack,
            "choices": [choice.text for choice in self.question.choices],
            **({} if self.due is None else {"due": self.due}),
        }


@dataclass(frozen=True, slots=True)
class Counts:
    """How many members did what with a posted question."""

    answered: int
    revealed: int


@dataclass(frozen=True, slots=True)
class RevealCard:
    """The model answer, for one member or, with `counts`, for all.

    `forfeits`: the member saw it before answering; `late`: the question's day is over;
    `thread_of`: the question's message, in whose thread the answer for all belongs.
    """

    kind: ClassVar[str] = "reveal"
    question: Question
    key: str
    forfeits: bool = False
    late: bool = False
    counts: Counts | None = None
    thread_of: str | None = None

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Self-rating, for the one who asked; none under an answer for all."""
        if self.counts:
            return ()
        ratings = (("I knew it", "knew"), ("Partly", "partly"), ("Not yet", "missed"))
        return tuple(Button(label, "rate", self.key, value) for label, value in ratings)

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "question_id": self.question.id,
            "forfeits": self.forfeits,
            "late": self.late,
        }


@dataclass(frozen=True, slots=True)
class GradeCard:
    """A graded answer with the model answer.

    `first`: it counts, later ones are practice; `private`: the member asked for the
    question, so there are no points to win.
    """

    kind: ClassVar[str] = "grade"
    question: Question
    grade: Grade
    earned: int
    first: bool
    late: bool
    revealed: bool
    streak: Streak
    private: bool = False

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            **_describe_grade(self.question, self.grade),
            "points": describe_points(self.grade),
            "earned": self.earned,
            "first": self.first,
            "late": self.late,
        }


@dataclass(frozen=True, slots=True)
class NoAnswerCard(NoticeCard):
    """A grade of what was no answer yet: it gives nothing away, since the first one is to come."""

    kind: ClassVar[str] = "grade"

    @classmethod
    def of(
        cls, question: Question, key: str, grade: Grade, said: str, *, late: bool
    ) -> NoAnswerCard:
        """Return the card; `said` stands behind the grader's sentence."""
        return cls(
            f"{grade.feedback} {said}",
            {
                **_describe_grade(question, grade),
                "points": [],
                "earned": 0,
                "first": False,
                "late": late,
            },
            (*offer_answers(question, key), Button("Reveal", "reveal", key)),
        )


def _describe_grade(question: Question, grade: Grade) -> dict[str, Any]:
    return {
        "question_id": question.id,
        "score": round(grade.score, 4),
        "band": grade.band.value,
        "gate": grade.gate,
        "grader": grade.grader,
    }
