"""A workspace's posts, to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.delivery import Delivery, DeliveryState
from bot.domain.people import WorkspaceId
from storage.mapping import to_delivery
from storage.tables import DeliveryRow, ScheduleRow


@dataclass
class PostRepository:
    """Implements `bot.ports.Posts`."""

    session: AsyncSession

    async def newest(
        self, workspace_id: WorkspaceId, state: DeliveryState | None, skip: int, limit: int
    ) -> Sequence[Delivery]:
        wanted = (
            select(DeliveryRow, ScheduleRow)
            .join(ScheduleRow, isouter=True)
            .where(DeliveryRow.workspace_id == workspace_id, col(DeliveryRow.member_id).is_(None))
            .order_by(col(DeliveryRow.due_at).desc(), col(DeliveryRow.id).desc())
            .offset(skip)
            .limit(limit)
        )
        if state is not None:
            wanted = wanted.where(DeliveryRow.state == state)
        return [to_delivery(*row) for row in await self.session.exec(wanted)]
