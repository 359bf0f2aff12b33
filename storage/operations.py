"""What an operator looks at and mends, across all workspaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, literal_column
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.delivery import MISSED, Delivery, DeliveryState
from bot.domain.health import OVERDUE_AFTER, Process, Tally
from bot.domain.people import Workspace
from storage.leases import follow_schedules
from storage.mapping import to_delivery, to_workspace
from storage.statements import connection_of
from storage.tables import DeliveryRow, ProcessRow, ScheduleRow, WorkspaceRow

_FORGOTTEN_AFTER = timedelta(days=1)
_MISSED_WITHIN = timedelta(days=1)
_LOOKED_THROUGH = 10_000
_IS_STUCK: Any = literal_column("state = 'stuck'")
"""Spelled as the index is: a parameter would not let the planner use it."""


@dataclass
class OperationsRepository:
    """Implements `bot.ports.Operations`."""

    session: AsyncSession

    async def beat(self, process: Process) -> None:
        forgotten = process.seen_at - _FORGOTTEN_AFTER
        await self.session.exec(
            delete(ProcessRow)
            .where(col(ProcessRow.seen_at) < forgotten)
            .execution_options(synchronize_session=False)
        )
        await self.session.merge(
            ProcessRow(
                owner=process.owner,
                platforms=" ".join(process.platforms),
                started_at=process.started_at,
                seen_at=process.seen_at,
                dispatched_at=process.dispatched_at,
            )
        )
        await self.session.flush()

    async def leave(self, owner: str) -> None:
        await self.session.exec(
            delete(ProcessRow)
            .where(col(ProcessRow.owner) == owner)
            .execution_options(synchronize_session=False)
        )

    async def processes(self) -> Sequence[Process]:
        rows = await self.session.exec(
            select(ProcessRow).order_by(col(ProcessRow.started_at).desc())
        )
        return [
            Process(
                row.owner,
                tuple(row.platforms.split()),
                row.started_at,
                row.seen_at,
                row.dispatched_at,
            )
            for row in rows
        ]

    async def server_time(self) -> datetime | None:
        connection = connection_of(self.session)
        if connection.dialect.name != "postgresql":
            return None
        told: datetime | None = await connection.scalar(select(func.clock_timestamp()))
        return told

    async def tally(self, now: datetime) -> Tally:
        return Tally(
            live=await self._count_live(),
            overdue=await self._count_overdue(now),
            stuck=await self._count(select(func.count()).select_from(DeliveryRow).where(_IS_STUCK)),
            missed=await self._count_missed(now),
        )

    async def _count(self, statement: Any) -> int:
        return int((await self.session.exec(statement)).one())

    async def _count_live(self) -> dict[str, int]:
        rows = await self.session.exec(
            select(col(DeliveryRow.state), func.count())
            .where(col(DeliveryRow.wake_at).is_not(None))
            .group_by(col(DeliveryRow.state))
        )
        return {str(state): int(count) for state, count in rows}

    async def _count_overdue(self, now: datetime) -> dict[str, int]:
        """Count by platform: what nobody has taken up since then, not even to put it off."""
        overdue: dict[str, int] = {}
        since = now - OVERDUE_AFTER
        for table, at in (
            (DeliveryRow, DeliveryRow.wake_at),
            (ScheduleRow, ScheduleRow.next_due_at),
        ):
            rows = await self.session.exec(
                select(col(WorkspaceRow.platform), func.count())
                .select_from(table)
                .join(WorkspaceRow)
                .where(col(at) < since, col(WorkspaceRow.left_at).is_(None))
                .group_by(col(WorkspaceRow.platform))
            )
            for platform, count in rows:
                overdue[platform] = overdue.get(platform, 0) + int(count)
        return overdue

    async def _count_missed(self, now: datetime) -> int:
        newest = (
            select(col(DeliveryRow.state), col(DeliveryRow.due_at))
            .order_by(col(DeliveryRow.id).desc())
            .limit(_LOOKED_THROUGH)
            .subquery()
        )
        return await self._count(
            select(func.count())
            .select_from(newest)
            .where(newest.c.state.in_(MISSED), newest.c.due_at > now - _MISSED_WITHIN)
        )

    async def find(self, key: str) -> tuple[Workspace, Delivery] | None:
        rows = await self.session.exec(
            select(WorkspaceRow, DeliveryRow, ScheduleRow)
            .select_from(DeliveryRow)
            .join(WorkspaceRow)
            .join(ScheduleRow, isouter=True)
            .where(
                DeliveryRow.key == key,
                # Keys are unique in a workspace, so the index begins with it.
                col(DeliveryRow.workspace_id).in_(select(col(WorkspaceRow.id))),
            )
        )
        found = rows.first()
        return (to_workspace(found[0]), to_delivery(found[1], found[2])) if found else None

    async def send_again(self, delivery: Delivery, now: datetime, expires_at: datetime) -> bool:
        put_back = await self.session.exec(
            update(DeliveryRow)
            .where(
                col(DeliveryRow.id) == delivery.id,
                col(DeliveryRow.fence) == delivery.fence,
                col(DeliveryRow.state) == DeliveryState.STUCK,
            )
            .values(
                state=DeliveryState.SCHEDULED,
                wake_at=now,
                expires_at=expires_at,
                reason="An operator looked: it was not posted.",
            )
            .execution_options(synchronize_session=False)
        )
        if put_back.rowcount:
            await follow_schedules(self.session, [delivery.id])
        return bool(put_back.rowcount)
