"""What a picture shows, and the same said in words.

A card that has pictures carries these facts in its attribute `pictures`; adapters let
`bot.pictures` draw them. Nothing stands in a picture that its card does not say as text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from bot.domain.formatting import percent
from bot.domain.streak import LedgerDay, Outcome, Streak

CALENDAR_WEEKS = 26


@dataclass(frozen=True, slots=True)
class CalendarPicture:
    """A member's last 26 weeks. `days` are the question days in them; others had no question."""

    name: ClassVar[str] = "streak"
    member: str
    today: date
    streak: Streak
    days: tuple[LedgerDay, ...]

    @property
    def first(self) -> date:
        """The Monday on which the calendar begins."""
        monday = self.today - timedelta(days=self.today.weekday())
        return monday - timedelta(weeks=CALENDAR_WEEKS - 1)

    def describe(self) -> str:
        """Say what the calendar shows."""
        outcomes = [day.outcome for day in self.days if self.first <= day.date <= self.today]
        counts = [
            f"{outcomes.count(outcome)} {words}"
            for outcome, words in _OUTCOMES.items()
            if outcome in outcomes
        ]
        told = ", ".join(counts) if counts else "no question day"
        return (
            f"Calendar of {self.member}, {self.first} to {self.today}: {told}. "
            f"Streak {self.streak.current}, longest {self.streak.longest}, "
            f"freezes {self.streak.freezes}."
        )


_OUTCOMES = {
    Outcome.TOOK_PART: "took part",
    Outcome.FREEZE: "kept by a freeze",
    Outcome.AWAY: "away",
    Outcome.MISSED: "missed",
    Outcome.OPEN: "still open",
}


@dataclass(frozen=True, slots=True)
class BarsPicture:
    """Named amounts side by side, biggest first or as they come.

    A bar is (label, amount, what stands behind it); `marked` is the index of one's own.
    `most` is the amount that fills the width, the biggest one if it is 0.
    """

    name: str
    title: str
    bars: tuple[tuple[str, float, str], ...]
    most: float = 0
    marked: int | None = None

    def describe(self) -> str:
        """Say what the bars show."""
        told = "; ".join(f"{label}: {words}" for label, _, words in self.bars)
        return f"{self.title}. {told or 'Nothing yet'}."


@dataclass(frozen=True, slots=True)
class TrendPicture:
    """Scores of 0..1 over time, oldest first, such as those of mock interviews."""

    name: str
    title: str
    points: tuple[tuple[date, float], ...]

    def describe(self) -> str:
        """Say what the line shows."""
        told = ", ".join(f"{day} {percent(score)}" for day, score in self.points)
        return f"{self.title}: {told or 'nothing yet'}."


Picture = CalendarPicture | BarsPicture | TrendPicture


def picture_topics(scores: tuple[tuple[str, float], ...]) -> BarsPicture:
    """Return the picture of scores (0..1) by topic, such as a mock interview ends in."""
    bars = tuple((topic, score, percent(score)) for topic, score in scores)
    return BarsPicture("topics", "Score by topic", bars, most=1)


def picture_mocks(points: tuple[tuple[date, float], ...]) -> TrendPicture:
    """Return the picture of how a member's mock interviews went, oldest first."""
    return TrendPicture("mocks", "Mock interviews", points)
