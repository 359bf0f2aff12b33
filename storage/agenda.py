"""When anything is due at all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.ports import Wakes
from storage.serving import is_served
from storage.statements import connection_of
from storage.tables import (
    DeliveryRow,
    InterviewRow,
    NoticeRow,
    ReminderRow,
    ScheduleRow,
    WorkspaceRow,
    table_of,
)

_TABLES = (
    table_of(DeliveryRow),
    table_of(NoticeRow),
    table_of(ReminderRow),
    table_of(InterviewRow),
)
_ERASURE: Any = (
    select(WorkspaceRow.erase_at)
    .where(col(WorkspaceRow.erase_at).is_not(None))
    .order_by(col(WorkspaceRow.erase_at))
    .limit(1)
    .scalar_subquery()
)
"""In this form, for SQLite looks into a partial index only where the condition is its own."""


@cache
def _select_next(platforms: frozenset[str] | None) -> Any:
    """Return the statement, built once: it is asked after every event."""
    times: list[Any] = [
        select(func.min(ScheduleRow.next_due_at)).scalar_subquery(),
        *(_select_first(table, platforms) for table in _TABLES),
        _ERASURE,
        select(func.min(ScheduleRow.digest_due_at)).scalar_subquery(),
    ]
    return select(*times)


def _select_first(table: Any, platforms: frozenset[str] | None) -> Any:
    """In the order of the index, so that it ends at the first row that is ours."""
    wake_at = table.c.wake_at
    ours = is_served(table.c.workspace_id, platforms)
    first = select(wake_at).where(wake_at.is_not(None), *ours).order_by(wake_at).limit(1)
    return first.scalar_subquery()


@dataclass
class AgendaRepository:
    """Implements `bot.ports.Agenda`: one statement of look-ups in indexes."""

    session: AsyncSession

    async def next_wakes(self, platforms: Collection[str] | None = None) -> Wakes:
        wanted = None if platforms is None else frozenset(platforms)
        connection = connection_of(self.session)
        return Wakes(*(await connection.execute(_select_next(wanted))).one())
