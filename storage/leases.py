"""The delivery state machine in SQL: who may send what until when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, bindparam, func
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.delivery import Change, Delivery, DeliveryId, DeliveryState
from bot.domain.people import WorkspaceId
from storage.bulk import execute_many
from storage.mapping import to_delivery
from storage.serving import is_served
from storage.statements import connection_of
from storage.tables import DeliveryRow, ScheduleRow

WAITING = (DeliveryState.SCHEDULED, DeliveryState.CLAIMED)
IN_DOUBT = (DeliveryState.SENDING, DeliveryState.STUCK)
_OF_SCHEDULE = ("id", "number", "reveal", "reveal_after_seconds", "discussion")
_TABLE = DeliveryRow.__table__  # type: ignore[attr-defined]
_CHANGED = ("state", "wake_at", "message_id", "posted_at", "reason")
_CHANGE = (
    _TABLE.update()
    .where(_TABLE.c.id == bindparam("row_id"))
    .values(
        {name: bindparam(f"new_{name}") for name in _CHANGED}
        | {"tries": _TABLE.c.tries - bindparam("untried", type_=Integer)}
    )
)
_FENCES = (
    select(_TABLE.c.id, _TABLE.c.fence)
    .where(
        _TABLE.c.id.in_(bindparam("ids", expanding=True)),
        _TABLE.c.state.in_(bindparam("states", expanding=True)),
    )
    .with_for_update()
)
_MARK_SENDING = (
    _TABLE.update()
    .where(_TABLE.c.id.in_(bindparam("ids", expanding=True)))
    .values(state=DeliveryState.SENDING, wake_at=bindparam("until"), tries=_TABLE.c.tries + 1)
)
"""Statements of every batch are built once."""


@dataclass
class LeaseRepository:
    """Implements `bot.ports.Leases`."""

    session: AsyncSession

    async def claim(
        self,
        owner: str,
        now: datetime,
        lease_until: datetime,
        limit: int,
        full: Collection[WorkspaceId] = (),
        platforms: Collection[str] | None = None,
    ) -> Sequence[Delivery]:
        due = _select_due(WAITING, now, limit, platforms).where(_TABLE.c.expires_at >= now)
        if full:
            due = due.where(_TABLE.c.workspace_id.not_in(full))
        return await self._take(due, state=DeliveryState.CLAIMED, owner=owner, wake_at=lease_until)

    async def take_ambiguous(
        self,
        now: datetime,
        lease_until: datetime,
        limit: int,
        platforms: Collection[str] | None = None,
    ) -> Sequence[Delivery]:
        due = _select_due((DeliveryState.SENDING,), now, limit, platforms)
        return await self._take(due, wake_at=lease_until)

    async def _take(self, due: Any, **values: Any) -> Sequence[Delivery]:
        """Take rows that want to be looked at; a row that another process holds is left out."""
        if self.session.get_bind().dialect.name == "postgresql":
            due = due.with_for_update(skip_locked=True)
        connection = connection_of(self.session)
        taken = await connection.execute(
            _TABLE.update()
            .where(_TABLE.c.id.in_(due.scalar_subquery()))
            .values(fence=_TABLE.c.fence + 1, **values)
            .returning(*_TABLE.c)
        )
        rows = taken.all()
        schedules = await self._schedules_of(rows)
        deliveries = [to_delivery(row, schedules.get(row.schedule_id)) for row in rows]
        return sorted(deliveries, key=lambda delivery: (delivery.due_at, delivery.id))

    async def _schedules_of(self, rows: Sequence[Row[Any]]) -> dict[int | None, Any]:
        """Return what deliveries show of their schedules."""
        ids = {row.schedule_id for row in rows if row.schedule_id is not None}
        if not ids:
            return {}
        table = ScheduleRow.__table__  # type: ignore[attr-defined]
        connection = connection_of(self.session)
        schedules = await connection.execute(
            table.select()
            .with_only_columns(*(table.c[name] for name in _OF_SCHEDULE))
            .where(table.c.id.in_(ids))
        )
        return {schedule.id: schedule for schedule in schedules}

    async def mark_sending(
        self, claimed: Sequence[Delivery], lease_until: datetime
    ) -> set[DeliveryId]:
        ours = await self._still_ours(claimed, (DeliveryState.CLAIMED,))
        if ours:
            connection = connection_of(self.session)
            await connection.execute(_MARK_SENDING, {"ids": list(ours), "until": lease_until})
        return ours

    async def release(self, changes: Sequence[tuple[Delivery, Change]]) -> None:
        await self._apply(changes, (DeliveryState.CLAIMED,))

    async def settle(self, changes: Sequence[tuple[Delivery, Change]]) -> set[DeliveryId]:
        return await self._apply(changes, IN_DOUBT)

    async def _apply(
        self, changes: Sequence[tuple[Delivery, Change]], states: Sequence[DeliveryState]
    ) -> set[DeliveryId]:
        """Apply changes to rows that are in one of the states and whose fence still fits."""
        ours = await self._still_ours([delivery for delivery, _ in changes], states)
        rows = [_values_of(delivery, change) for delivery, change in changes if delivery.id in ours]
        if rows:
            connection = connection_of(self.session)
            await execute_many(connection, _CHANGE, rows)
        return ours

    async def _still_ours(
        self, deliveries: Sequence[Delivery], states: Sequence[DeliveryState]
    ) -> set[DeliveryId]:
        """Lock the rows, and return those that nobody has claimed since."""
        if not deliveries:
            return set()
        fences = {delivery.id: delivery.fence for delivery in deliveries}
        connection = connection_of(self.session)
        rows = await connection.execute(_FENCES, {"ids": list(fences), "states": list(states)})
        return {row.id for row in rows if fences[row.id] == row.fence}

    async def expire(self, now: datetime) -> int:
        expired = await self.session.exec(
            update(DeliveryRow)
            .where(
                col(DeliveryRow.wake_at) <= now,
                col(DeliveryRow.state).in_(WAITING),
                col(DeliveryRow.expires_at) < now,
            )
            .values(
                state=DeliveryState.SKIPPED,
                wake_at=None,
                reason=func.coalesce(DeliveryRow.reason, "It could not be posted in time."),
            )
            .execution_options(synchronize_session=False)
        )
        return int(expired.rowcount)


def _select_due(
    states: Sequence[DeliveryState],
    now: datetime,
    limit: int,
    platforms: Collection[str] | None,
) -> Any:
    return (
        select(_TABLE.c.id)
        .where(
            _TABLE.c.wake_at <= now,
            _TABLE.c.state.in_(states),
            *is_served(_TABLE.c.workspace_id, platforms),
        )
        .order_by(_TABLE.c.wake_at, _TABLE.c.id)
        .limit(limit)
    )


def _values_of(delivery: Delivery, change: Change) -> dict[str, Any]:
    return {
        "row_id": delivery.id,
        "new_state": change.state,
        "new_wake_at": change.not_before or change.lease_until,
        "new_message_id": change.message_id,
        "new_posted_at": change.posted_at,
        "new_reason": change.reason,
        "untried": int(not change.tried),
    }
