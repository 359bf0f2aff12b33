"""Streaks and leaderboards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from bot.domain.streak import LedgerDay, Streak


@dataclass(frozen=True, slots=True)
class StreakCard:
    """A member's streak. `days` are the newest question days, for a small calendar."""

    kind: ClassVar[str] = "streak"
    member: str
    streak: Streak
    days: tuple[LedgerDay, ...] = ()
    away_until: date | None = None

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "member": self.member,
            "current": self.streak.current,
            "longest": self.streak.longest,
            "freezes": self.streak.freezes,
        }


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
            "current": self.streak.current,
            "longest": self.streak.longest,
            "freezes": self.streak.freezes,
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


@dataclass(frozen=True, slots=True)
class LeaderboardCard:
    """The standings of a period. `own` is the caller's line where it isn't among `rows`."""

    kind: ClassVar[str] = "leaderboard"
    period: str
    rows: tuple[Standing, ...]
    own: Standing | None = None

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "period": self.period,
            "rows": [
                {
                    "member": row.member,
                    "points": row.points,
                    "streak": row.streak,
                    "rank": row.rank,
                }
                for row in self.rows
            ],
        }
