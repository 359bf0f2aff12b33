"""Mock interviews: what is asked, and the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from bot.domain.cards.parts import Attachment, Button, offer_answers
from bot.domain.interview import Interview
from bot.domain.interview_file import write_file
from bot.domain.interview_report import Report
from bot.domain.pictures import Picture, picture_mocks, picture_topics
from bot.domain.question import Question
from bot.domain.schedule import local_date


@dataclass(frozen=True, slots=True)
class MockCard:
    """One question of a mock interview, or its follow-up.

    `said` is a sentence on what came before; `number` counts from 1 to `of`.
    """

    kind: ClassVar[str] = "mock"
    question: Question
    key: str
    number: int
    of: int
    follow_up: str = ""
    said: str = ""

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Answer, or one button a choice, then Skip and Stop."""
        return (
            *offer_answers(self.question, self.key),
            Button("Skip", "mock", self.key, "skip"),
            Button("Stop", "mock", self.key, "stop"),
        )

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "step": self.number,
            "of": self.of,
            "question_id": self.question.id,
            "level": self.question.level.value,
            "follow_up": self.follow_up or None,
        }


@dataclass(frozen=True, slots=True)
class MockReportCard:
    """How an interview went; the same as a Markdown file comes with it."""

    kind: ClassVar[str] = "mock_report"
    report: Report

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The report to keep."""
        return (
            Attachment(
                f"mock-interview-{self.report.ended_at:%Y-%m-%d-%H%M}.md",
                "text/markdown",
                write_file(self.report).encode(),
                "The whole report with your answers and the model answers",
            ),
        )

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The score by topic."""
        return (picture_topics(self.report.topics),)

    @property
    def buttons(self) -> tuple[Button, ...]:
        """What to do next."""
        return (Button("Practise", "command", value="practice"),)

    def data(self) -> dict[str, Any]:
        """What the card was made of: scores are 0..1."""
        report = self.report
        return {
            "score": round(report.score, 4),
            "topics": {topic: round(score, 4) for topic, score in report.topics},
            "ending": report.ending.value,
            "of": report.length,
            "questions": [
                {
                    "question_id": item.question.id,
                    "level": item.question.level.value,
                    "score": round(item.score, 4),
                    "skipped": item.skipped,
                }
                for item in report.items
            ],
            "strongest": list(report.strongest),
            "weakest": list(report.weakest),
            "read": [source for source, _ in report.reading],
            "practise": [item.question.id for item in report.to_practise],
        }


@dataclass(frozen=True, slots=True)
class MockHistoryCard:
    """A member's interviews, oldest first, and how they come along (-1..1, None: too few)."""

    kind: ClassVar[str] = "mock_history"
    interviews: tuple[Interview, ...]
    trend: float | None
    zone: str

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The trend, once there is one."""
        points = tuple(
            (local_date(each.ended_at, self.zone), each.score)
            for each in self.interviews
            if each.ended_at is not None and each.score is not None
        )
        return (picture_mocks(points),) if len(points) > 1 else ()

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "interviews": [
                {
                    "ended_at": _iso(interview.ended_at),
                    "score": interview.score,
                    "questions": interview.asked,
                    "level": interview.level.value if interview.level else None,
                    "topic": interview.topic,
                }
                for interview in self.interviews
            ],
            "trend": self.trend,
        }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
