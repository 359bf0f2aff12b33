"""Spaced repetition: what each member meets again, and when they want to hear of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.domain.people import Member, MemberId, WorkspaceId
from bot.domain.reminder import Reminder
from bot.domain.review import Review


@dataclass(frozen=True, slots=True)
class Missed:
    """A daily question that a member neither answered nor rated before its day was over."""

    question_id: str
    slot: date


class Reviews(Protocol):
    """One row for a member and a question."""

    async def find(
        self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        question_id: str,
        *,
        to_change: bool = False,
    ) -> Review | None:
        """Return the member's review of the question; `to_change` locks it until the end of the
        transaction."""
        ...

    async def add(self, reviews: Sequence[Review]) -> int:
        """Store new ones; where the member has one of that question, it stays as it is."""
        ...

    async def save(self, review: Review) -> None:
        """Store it; one that is there already is replaced."""
        ...

    async def note_asked(self, review: Review, key: str) -> None:
        """Store which delivery asked it last, and nothing else: it may be rated meanwhile."""
        ...

    async def due(
        self, workspace_id: WorkspaceId, member_id: MemberId, now: datetime
    ) -> Sequence[Review]:
        """Return what is due for the member, longest due first."""
        ...

    async def coming(
        self, workspace_id: WorkspaceId, member_id: MemberId, now: datetime
    ) -> Sequence[Review]:
        """Return what comes due later than now, soonest first."""
        ...

    async def missed(self, member: Member, since: datetime) -> Sequence[Missed]:
        """Return daily questions since then that the member missed and has no review of.

        Only those of channels in which they ever took part, from the first such on, and whose
        date is not the newest; oldest first.
        """
        ...


class Reminders(Protocol):
    """Who wants to be reminded; one row a member."""

    async def of(
        self, workspace_id: WorkspaceId, member_id: MemberId, *, to_change: bool = False
    ) -> Reminder | None:
        """Return the member's wish; `to_change` locks it until the end of the transaction."""
        ...

    async def save(self, reminder: Reminder) -> None:
        """Store it; one that is there already is replaced."""
        ...

    async def remove(self, workspace_id: WorkspaceId, member_id: MemberId) -> None:
        """Forget the member's wish."""
        ...

    async def take_due(
        self, now: datetime, limit: int, platforms: Collection[str] | None = None
    ) -> Sequence[Reminder]:
        """Return those on the platforms (None: on any) whose `wake_at` has come.

        They are locked until the end of the transaction; what another process holds is left
        out.
        """
        ...
