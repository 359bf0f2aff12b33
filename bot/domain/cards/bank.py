"""The bank, for admins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from bot.domain.bank import BankEntry
from bot.domain.question import Question


@dataclass(frozen=True, slots=True)
class BankRow:
    """A question of the bank with its title, and how it did here."""

    entry: BankEntry
    title: str


@dataclass(frozen=True, slots=True)
class BankCard:
    """Some questions of the bank with their statistics, and a sentence on what was done.

    `total` counts all questions that fit; they are shown `page` by page.
    """

    kind: ClassVar[str] = "bank"
    said: str
    rows: tuple[BankRow, ...]
    total: int
    page: int = 1
    pages: int = 1

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "total": self.total,
            "page": self.page,
            "pages": self.pages,
            "questions": [describe_row(row) for row in self.rows],
        }


@dataclass(frozen=True, slots=True)
class BankQuestionCard:
    """One question of the bank whole: what is asked, the answer, and how it did here."""

    kind: ClassVar[str] = "bank_question"
    row: BankRow
    question: Question

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return describe_row(self.row)


def describe_row(row: BankRow) -> dict[str, Any]:
    """Return a question of the bank as JSON values; shares and scores are 0..1 or None."""
    summary, statistics = row.entry.summary, row.entry.statistics
    return {
        "question_id": summary.id,
        "title": row.title,
        "pack": summary.pack,
        "level": summary.level.value,
        "topics": list(summary.topics),
        "state": row.entry.state.value,
        "shown": statistics.shown,
        "answered": statistics.answered,
        "right": statistics.right,
        "mean_score": statistics.mean_score,
        "reports": statistics.reports,
    }
