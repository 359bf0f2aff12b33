"""When anything is due at all."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.ports import Wakes
from storage.tables import DeliveryRow, NoticeRow, ScheduleRow

_NEXT = select(
    select(func.min(col(ScheduleRow.next_due_at))).scalar_subquery(),
    select(func.min(col(DeliveryRow.wake_at))).scalar_subquery(),
    select(func.min(col(NoticeRow.wake_at))).scalar_subquery(),
)
"""Built once: it is asked after every event."""


@dataclass
class AgendaRepository:
    """Implements `bot.ports.Agenda`: one statement, three look-ups in an index."""

    session: AsyncSession

    async def next_wakes(self) -> Wakes:
        connection = await self.session.connection()
        return Wakes(*(await connection.execute(_NEXT)).one())
