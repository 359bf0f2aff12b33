"""When anything is due at all."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.ports import Wakes
from storage.tables import (
    DeliveryRow,
    InterviewRow,
    NoticeRow,
    ReminderRow,
    ScheduleRow,
    WorkspaceRow,
)

_TIMES = (
    ScheduleRow.next_due_at,
    DeliveryRow.wake_at,
    NoticeRow.wake_at,
    ReminderRow.wake_at,
    InterviewRow.wake_at,
    WorkspaceRow.erase_at,
)
_NEXT = select(*(select(func.min(time)).scalar_subquery() for time in _TIMES))
"""Built once: it is asked after every event."""


@dataclass
class AgendaRepository:
    """Implements `bot.ports.Agenda`: one statement of look-ups in indexes."""

    session: AsyncSession

    async def next_wakes(self) -> Wakes:
        connection = await self.session.connection()
        return Wakes(*(await connection.execute(_NEXT)).one())
