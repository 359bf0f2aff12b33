"""What a week was like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from bot.domain.cards.parts import Button
from bot.domain.cards.standings import Standing, picture_standings
from bot.domain.pictures import Picture


@dataclass(frozen=True, slots=True)
class HardestQuestion:
    """The question with the lowest scores of first answers, on average (0..1)."""

    question_id: str
    title: str
    average: float
    answers: int


@dataclass(frozen=True, slots=True)
class DigestCard:
    """The week that began on that Monday: its top, new longest streaks, its hardest question.

    `streaks` are (member, question days in a row), longest first.
    """

    kind: ClassVar[str] = "digest"
    week: date
    key: str
    rows: tuple[Standing, ...]
    streaks: tuple[tuple[str, int], ...] = ()
    hardest: HardestQuestion | None = None

    @property
    def title(self) -> str:
        """What stands above it."""
        return f"The week of {self.week.day} {self.week:%B %Y}"

    @property
    def buttons(self) -> tuple[Button, ...]:
        """One's own standing; they carry the key by which the post is found."""
        return (
            Button("My streak", "command", self.key, "streak"),
            Button("Leaderboard", "command", self.key, "leaderboard"),
        )

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The rows as bars."""
        return picture_standings(self.title, self.rows)

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        hardest = self.hardest
        return {
            "week": self.week.isoformat(),
            "rows": [row.data() for row in self.rows],
            "streaks": [{"member": member, "longest": longest} for member, longest in self.streaks],
            "hardest": hardest
            and {
                "question_id": hardest.question_id,
                "average": round(hardest.average, 4),
                "answers": hardest.answers,
            },
        }
