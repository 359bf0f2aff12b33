"""When anything is due at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.tables import DeliveryRow, NoticeRow, ScheduleRow, WorkspaceRow

_NEXT = select(
    select(func.min(col(ScheduleRow.next_due_at))).scalar_subquery(),
    select(func.min(col(DeliveryRow.wake_at))).scalar_subquery(),
    select(func.min(col(NoticeRow.wake_at))).scalar_subquery(),
    select(func.min(col(WorkspaceRow.erase_at))).scalar_subquery(),
)
"""Built once: it is asked after every event."""


@dataclass
class AgendaRepository:
    """Implements `bot.ports.Agenda`: one statement, four look-ups in an index."""

    session: AsyncSession

    async def next_wake_at(self) -> datetime | None:
        rows = await self.session.exec(_NEXT)
        return min((time for time in rows.one() if time is not None), default=None)
