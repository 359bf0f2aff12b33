"""Answers as members may read them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.domain.attempt import PastAnswer
from bot.domain.people import MemberId, WorkspaceId


class PastAnswers(Protocol):
    """A member's first answers, each kept whole with its feedback."""

    async def count(self, workspace_id: WorkspaceId, member_id: MemberId) -> int:
        """Return how many there are."""
        ...

    async def newest(
        self, workspace_id: WorkspaceId, member_id: MemberId, skip: int, limit: int
    ) -> Sequence[PastAnswer]:
        """Return some of them, newest first, after leaving out the newest `skip`."""
        ...

    async def find(
        self, workspace_id: WorkspaceId, member_id: MemberId, number: int
    ) -> PastAnswer | None:
        """Return the one with this number, counted from the oldest."""
        ...
