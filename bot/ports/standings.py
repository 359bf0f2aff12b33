"""Points and streaks that are kept, so that nobody has to add up the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from bot.domain.attempt import Attempt
from bot.domain.people import AwayPeriod, Member, MemberId, WorkspaceId
from bot.domain.streak import KeptStreak, PostedSlot


class Totals(Protocol):
    """Points by period (`bot.domain.standing`). Logging an attempt keeps them up to date.

    Members who don't want to be listed are in none of the answers.
    """

    async def top(
        self, workspace_id: WorkspaceId, period: str, limit: int
    ) -> Sequence[tuple[Member, int]]:
        """Return the members with the most points, most first, then by name."""
        ...

    async def place(
        self, workspace_id: WorkspaceId, period: str, member_id: MemberId
    ) -> tuple[int, int] | None:
        """Return the member's points and rank; equal points share a rank."""
        ...


@dataclass(frozen=True, slots=True)
class LogSince:
    """Dates with questions, oldest first; when each member took part in time; absences, all."""

    slots: Sequence[PostedSlot]
    dates: Mapping[MemberId, set[date]]
    away: Mapping[MemberId, Sequence[AwayPeriod]]


class Streaks(Protocol):
    """Streaks through the last settled day. What is missing is found in the log."""

    async def find(
        self, workspace_id: WorkspaceId, members: Sequence[MemberId]
    ) -> Mapping[MemberId, KeptStreak]:
        """Return what is kept of these members."""
        ...

    async def find_with_log(
        self, workspace_id: WorkspaceId, members: Sequence[MemberId]
    ) -> tuple[Mapping[MemberId, KeptStreak], LogSince]:
        """Return what is kept, and the log after the first day through which any of it goes.

        Where nothing is kept of anybody, the log has absences only.
        """
        ...

    async def log_and_find(
        self, attempt: Attempt
    ) -> tuple[bool, Mapping[MemberId, KeptStreak], LogSince]:
        """Log an attempt as `Attempts.add` does, and find what is kept of its member and the log
        with the attempt in it, in one trip.
        """
        ...

    async def read_log(
        self, workspace_id: WorkspaceId, members: Sequence[MemberId], after: date
    ) -> LogSince:
        """Return what streaks are made of, on dates later than `after`."""
        ...

    async def hold_days(self, workspace_id: WorkspaceId) -> None:
        """Until the transaction ends, let nobody change days that are settled."""
        ...

    async def keep(
        self, workspace_id: WorkspaceId, member_id: MemberId, streak: KeptStreak
    ) -> None:
        """Keep a streak that was read off the log while the days were held."""
        ...

    async def forget(self, workspace_id: WorkspaceId) -> None:
        """Forget all of the workspace's: a settled day has changed."""
        ...
