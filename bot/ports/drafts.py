"""The queue that admins decide on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.draft import ItemState, QueueItem
from bot.domain.people import MemberId, WorkspaceId


class Drafts(Protocol):
    """The queue of each workspace; nothing in it can be picked or posted."""

    async def lock(self, workspace_id: WorkspaceId) -> None:
        """Let no other transaction add to the workspace's queue until this one ends."""
        ...

    async def add(self, item: QueueItem) -> QueueItem:
        """Store an item under the workspace's next number; its own `number` is ignored."""
        ...

    async def find(self, workspace_id: WorkspaceId, number: int) -> QueueItem | None:
        """Return the item that people know by this number, unless it was erased."""
        ...

    async def waiting(self, workspace_id: WorkspaceId) -> Sequence[QueueItem]:
        """Return what waits, oldest first."""
        ...

    async def count_waiting(self, workspace_id: WorkspaceId, author: MemberId | None = None) -> int:
        """Count what waits, of one author if one is given."""
        ...

    async def count_since(
        self, workspace_id: WorkspaceId, author: MemberId, since: datetime
    ) -> int:
        """Count what the author handed in since then."""
        ...

    async def has_reported(
        self, workspace_id: WorkspaceId, author: MemberId, question_id: str
    ) -> bool:
        """Tell whether a report of that question by the author waits."""
        ...

    async def rewrite(self, item: QueueItem) -> None:
        """Store the item's changed question."""
        ...

    async def decide(self, item: QueueItem, state: ItemState, at: datetime) -> bool:
        """Take a waiting item out of the queue; False if somebody else did before."""
        ...
