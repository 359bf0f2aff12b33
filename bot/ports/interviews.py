"""Mock interviews."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.interview import Interview, Step
from bot.domain.people import MemberId, WorkspaceId


class Interviews(Protocol):
    """Interviews with their steps; a member has at most one that is open."""

    async def begin(self, interview: Interview) -> bool:
        """Store a new one without its steps, its `id` ignored; False if one is open already."""
        ...

    async def open_of(self, workspace_id: WorkspaceId, member_id: MemberId) -> Interview | None:
        """Return the member's open interview, locked until the end of the transaction."""
        ...

    async def add_step(self, interview: Interview, step: Step) -> None:
        """Store a new step."""
        ...

    async def settle_step(self, interview: Interview, step: Step) -> bool:
        """Store what became of a step; False if somebody else did so before."""
        ...

    async def show_again(self, interview: Interview, step: Step) -> None:
        """Store where and when a step was shown again: `channel` and `asked_at`."""
        ...

    async def prolong(self, interview: Interview, expires_at: datetime) -> None:
        """Store when it ends by itself."""
        ...

    async def end(self, interview: Interview) -> bool:
        """Store its end and score; False if it has ended before."""
        ...

    async def expired(
        self, now: datetime, limit: int, platforms: Collection[str] | None = None
    ) -> Sequence[Interview]:
        """Return open interviews on the platforms (None: on any) whose `expires_at` has come.

        They are locked until the end of the transaction; what another process holds is left
        out.
        """
        ...

    async def history(self, workspace_id: WorkspaceId, member_id: MemberId) -> Sequence[Interview]:
        """Return the member's ended interviews that have a score, oldest first."""
        ...

    async def times_asked(
        self, workspace_id: WorkspaceId, member_id: MemberId
    ) -> Mapping[str, int]:
        """Return for each question id in how many interviews the member was asked it."""
        ...
