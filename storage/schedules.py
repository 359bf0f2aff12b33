"""Schedules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam, func
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.people import WorkspaceId
from bot.domain.schedule import Schedule, ScheduleId
from bot.ports import Move
from storage.arrays import is_among
from storage.bulk import execute_many, fetch
from storage.mapping import from_schedule, to_schedule
from storage.statements import connection_of
from storage.tables import ScheduleRow, WorkspaceRow, table_of

_TABLE = table_of(ScheduleRow)
_MOVE_ON = (
    _TABLE.update()
    .where(_TABLE.c.id == bindparam("row_id"), _TABLE.c.workspace_id == bindparam("of_workspace"))
    .values(next_due_at=bindparam("next_due_at"), low_told_at_size=bindparam("low_told_at_size"))
)

_ACTIVE = select(_TABLE.c.id).where(
    is_among(_TABLE.c.id, "ids"), _TABLE.c.paused_because.is_(None), _TABLE.c.removed_at.is_(None)
)


@dataclass
class ScheduleRepository:
    """Implements `bot.ports.Schedules`."""

    session: AsyncSession

    async def add(self, schedule: Schedule) -> Schedule:
        await self._lock_workspace(schedule.workspace_id)
        newest = await self.session.exec(
            select(func.max(col(ScheduleRow.number))).where(
                ScheduleRow.workspace_id == schedule.workspace_id
            )
        )
        numbered = replace(schedule, number=(newest.one() or 0) + 1)
        row = ScheduleRow(**from_schedule(numbered))
        self.session.add(row)
        await self.session.flush()
        return to_schedule(row)

    async def _lock_workspace(self, workspace_id: WorkspaceId) -> None:
        """Keep two processes from taking the same number; SQLite has one writer anyway."""
        await self.session.exec(
            select(col(WorkspaceRow.id))
            .where(WorkspaceRow.id == workspace_id)
            .with_for_update(key_share=True)
        )

    async def move_on(self, moves: Sequence[Move]) -> None:
        rows = [
            {
                "of_workspace": move.schedule.workspace_id,
                "row_id": move.schedule.id,
                "next_due_at": move.next_due_at,
                "low_told_at_size": move.low_told_at_size,
            }
            for move in moves
        ]
        await execute_many(connection_of(self.session), _MOVE_ON, rows)

    async def save(self, schedule: Schedule) -> None:
        await self._update(schedule, from_schedule(schedule))

    async def pause(self, schedule: Schedule, because: str) -> None:
        rest: dict[str, object] = {
            "paused_because": because,
            "next_due_at": None,
            "digest_due_at": None,
        }
        await self._update(schedule, rest)

    async def remove(self, schedule: Schedule, at: datetime) -> None:
        await self._update(schedule, {"removed_at": at, "next_due_at": None, "digest_due_at": None})

    async def _update(self, schedule: Schedule, values: dict[str, object]) -> None:
        await self.session.exec(
            update(ScheduleRow)
            .where(
                col(ScheduleRow.workspace_id) == schedule.workspace_id,
                col(ScheduleRow.id) == schedule.id,
                col(ScheduleRow.removed_at).is_(None),
            )
            .values(**values)
            .execution_options(synchronize_session=False)
        )

    async def find(
        self, workspace_id: WorkspaceId, number: int, *, to_change: bool = False
    ) -> Schedule | None:
        wanted = select(ScheduleRow).where(
            ScheduleRow.workspace_id == workspace_id,
            ScheduleRow.number == number,
            col(ScheduleRow.removed_at).is_(None),
        )
        if to_change:
            wanted = wanted.with_for_update().execution_options(populate_existing=True)
        row = (await self.session.exec(wanted)).first()
        return to_schedule(row) if row else None

    async def of_workspace(self, workspace_id: WorkspaceId) -> Sequence[Schedule]:
        rows = await self.session.exec(
            select(ScheduleRow)
            .where(ScheduleRow.workspace_id == workspace_id, col(ScheduleRow.removed_at).is_(None))
            .order_by(col(ScheduleRow.number))
        )
        return [to_schedule(row) for row in rows]

    async def due(self, now: datetime, limit: int) -> Sequence[Schedule]:
        return await self._take(_TABLE.c.next_due_at, now, limit)

    async def digests_due(self, now: datetime, limit: int) -> Sequence[Schedule]:
        return await self._take(_TABLE.c.digest_due_at, now, limit)

    async def _take(
        self, due_at: ColumnElement[datetime], now: datetime, limit: int
    ) -> Sequence[Schedule]:
        """Take schedules whose time has come; one that another process holds is left out."""
        values = {"now": now, "most": limit}
        rows = await fetch(connection_of(self.session), _make_taking(due_at), values)
        return list(map(to_schedule, rows))

    async def active(self, schedule_ids: Collection[ScheduleId]) -> Collection[ScheduleId]:
        if not schedule_ids:
            return ()
        rows = await fetch(connection_of(self.session), _ACTIVE, {"ids": tuple(schedule_ids)})
        return {ScheduleId(row.id) for row in rows}

    async def get(self, workspace_id: WorkspaceId, schedule_id: ScheduleId) -> Schedule | None:
        rows = await self.session.exec(
            select(ScheduleRow).where(
                ScheduleRow.workspace_id == workspace_id,
                ScheduleRow.id == schedule_id,
                col(ScheduleRow.removed_at).is_(None),
            )
        )
        row = rows.first()
        return to_schedule(row) if row else None


@cache
def _make_taking(due_at: ColumnElement[datetime]) -> Any:
    due = _TABLE.select().where(due_at <= bindparam("now")).order_by(due_at, _TABLE.c.id)
    return due.limit(bindparam("most", type_=Integer)).with_for_update(skip_locked=True)
