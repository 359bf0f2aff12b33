"""A workspace's posts, to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.delivery import Delivery, DeliveryState
from bot.domain.people import WorkspaceId


class Posts(Protocol):
    """Deliveries to channels; what one member asked for is nobody else's business."""

    async def newest(
        self,
        workspace_id: WorkspaceId,
        limit: int,
        *,
        state: DeliveryState | None = None,
        skip: int = 0,
    ) -> Sequence[Delivery]:
        """Return deliveries in that state, or all, newest first, leaving out the first `skip`."""
        ...

    async def missed(
        self, workspace_id: WorkspaceId, since: datetime, limit: int
    ) -> Sequence[Delivery]:
        """Return what is stuck, then what was due since then and left out or refused for good.

        Both newest first.
        """
        ...
