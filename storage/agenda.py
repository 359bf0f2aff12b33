"""When anything is due at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.tables import DeliveryRow, InterviewRow, NoticeRow, ReminderRow, ScheduleRow

_TIMES = (
    ScheduleRow.next_due_at,
    DeliveryRow.wake_at,
    NoticeRow.wake_at,
    ReminderRow.wake_at,
    InterviewRow.wake_at,
)
_NEXT = select(*(select(func.min(time)).scalar_subquery() for time in _TIMES))
"""Built once: it is asked after every event."""


@dataclass
class AgendaRepository:
    """Implements `bot.ports.Agenda`: one statement of look-ups in indexes."""

    session: AsyncSession

    async def next_wake_at(self) -> datetime | None:
        rows = await self.session.exec(_NEXT)
        return min((time for time in rows.one() if time is not None), default=None)
