"""A workspace's posts, to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.delivery import MISSED, Delivery, DeliveryState
from bot.domain.people import WorkspaceId
from storage.mapping import to_delivery
from storage.tables import DeliveryRow, ScheduleRow


@dataclass
class PostRepository:
    """Implements `bot.ports.Posts`."""

    session: AsyncSession

    async def newest(
        self,
        workspace_id: WorkspaceId,
        limit: int,
        *,
        state: DeliveryState | None = None,
        skip: int = 0,
    ) -> Sequence[Delivery]:
        wanted = [] if state is None else [DeliveryRow.state == state]
        return await self._read(workspace_id, wanted, skip=skip, limit=limit)

    async def missed(
        self, workspace_id: WorkspaceId, since: datetime, limit: int
    ) -> Sequence[Delivery]:
        stuck = col(DeliveryRow.state) == DeliveryState.STUCK
        lately = and_(col(DeliveryRow.state).in_(MISSED), col(DeliveryRow.due_at) >= since)
        first = case((stuck, 0), else_=1)
        return await self._read(workspace_id, [or_(stuck, lately)], first, limit=limit)

    async def _read(
        self,
        workspace_id: WorkspaceId,
        wanted: Sequence[Any],
        *first: Any,
        skip: int = 0,
        limit: int,
    ) -> Sequence[Delivery]:
        found = await self.session.exec(
            select(DeliveryRow, ScheduleRow)
            .join(ScheduleRow, isouter=True)
            .where(
                DeliveryRow.workspace_id == workspace_id,
                col(DeliveryRow.member_id).is_(None),
                *wanted,
            )
            .order_by(*first, col(DeliveryRow.due_at).desc(), col(DeliveryRow.id).desc())
            .offset(skip)
            .limit(limit)
        )
        return [to_delivery(*row) for row in found]
