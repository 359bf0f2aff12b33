"""Streaks and leaderboards."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, ClassVar

from bot.domain.formatting import plural
from bot.domain.pictures import BarsPicture, CalendarPicture, Picture
from bot.domain.streak import LedgerDay, Streak

PERIODS = {"week": "This week", "month": "This month", "all": "All time"}


@dataclass(frozen=True, slots=True)
class StreakCard:
    """A member's streak. `days` are the newest question days, for a small calendar in text.

    `calendar` shows more of them as a picture.
    """

    kind: ClassVar[str] = "streak"
    member: str
    streak: Streak
    days: tuple[LedgerDay, ...] = ()
    away_until: date | None = None
    calendar: CalendarPicture | None = None

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The calendar, once there was a question day."""
        return (self.calendar,) if self.calendar and self.calendar.days else ()

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {"member": self.member, **asdict(self.streak)}


@dataclass(frozen=True, slots=True)
class LedgerCard:
    """Every question day, explained."""

    kind: ClassVar[str] = "ledger"
    member: str
    streak: Streak
    days: tuple[LedgerDay, ...]

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "member": self.member,
            **asdict(self.streak),
            "days": [
                {
                    "date": day.date.isoformat(),
                    "took_part": day.took_part,
                    "freeze": day.freeze,
                    "streak": day.streak,
                    "away": day.away,
                    "open": day.open,
                    "freezes": day.freezes,
                }
                for day in self.days
            ],
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of a leaderboard; equal points share a rank."""

    rank: int
    member: str
    points: int
    streak: int

    def data(self) -> dict[str, Any]:
        """Return the line as JSON values."""
        return {
            "member": self.member,
            "points": self.points,
            "streak": self.streak,
            "rank": self.rank,
        }


@dataclass(frozen=True, slots=True)
class LeaderboardCard:
    """The standings of a period. `own` is the caller's line where it isn't among `rows`.

    `marked` is the index of the caller's line, to be set apart; None in what all see.
    """

    kind: ClassVar[str] = "leaderboard"
    period: str
    rows: tuple[Standing, ...]
    own: Standing | None = None
    marked: int | None = None

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The rows as bars, once there are any."""
        lines = (*self.rows, *([self.own] if self.own else []))
        return picture_standings(PERIODS[self.period], lines, self.marked)

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "period": self.period,
            "rows": [row.data() for row in self.rows],
        }


def picture_standings(
    title: str, rows: tuple[Standing, ...], marked: int | None = None
) -> tuple[Picture, ...]:
    """Return the picture of a table, or none of an empty one."""
    bars = tuple(_bar(row, own=place == marked) for place, row in enumerate(rows))
    return (BarsPicture("leaderboard", title, bars, marked=marked),) if bars else ()


def _bar(row: Standing, *, own: bool) -> tuple[str, float, str]:
    """Make a bar; one's own is told by a word, too, for whoever sees no colours."""
    points = plural(row.points, "point")
    words = f"{points} · you" if own else points
    return (f"{row.rank}. {row.member}", float(row.points), words)
