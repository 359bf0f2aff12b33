"""The delivery state machine in SQL: who may send what until when."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, func, not_, or_
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.delivery import Change, Delivery, DeliveryId, DeliveryState, Draft, Purpose
from bot.domain.people import WorkspaceId
from storage.arrays import is_among
from storage.bulk import execute_many, execute_once, fetch, insert_fetching
from storage.mapping import from_draft, to_delivery
from storage.serving import is_served
from storage.statements import connection_of, new_insert
from storage.tables import DeliveryRow, ScheduleRow, table_of

WAITING = (DeliveryState.SCHEDULED, DeliveryState.CLAIMED)
IN_DOUBT = (DeliveryState.SENDING, DeliveryState.STUCK)
_OF_SCHEDULE = ("id", "number", "reveal", "reveal_after_seconds", "discussion", "zone")
_TABLE = table_of(DeliveryRow)
_SCHEDULES = table_of(ScheduleRow)
_CHANGED = ("state", "wake_at", "message_id", "posted_at", "reason")
_CHANGE = (
    _TABLE.update()
    .where(_TABLE.c.id == bindparam("row_id"))
    .values(
        {name: bindparam(f"new_{name}") for name in _CHANGED}
        | {"tries": _TABLE.c.tries - bindparam("untried", type_=Integer)}
    )
)
_TAKE_BACK = _TABLE.update().where(is_among(_TABLE.c.id, "ids")).values(round=0)
"""A question that nobody saw may be picked again."""
_CHANNEL_NOW = (
    select(_SCHEDULES.c.channel).where(_SCHEDULES.c.id == _TABLE.c.schedule_id).scalar_subquery()
)
_FOLLOW = (
    _TABLE.update()
    .where(
        is_among(_TABLE.c.id, "ids"),
        _TABLE.c.purpose != Purpose.REVEAL,
        _TABLE.c.channel != _CHANNEL_NOW,
    )
    .values(channel=_CHANNEL_NOW)
)
_FENCES = (
    select(_TABLE.c.id, _TABLE.c.fence, _TABLE.c.state)
    .where(
        is_among(_TABLE.c.id, "ids"),
        or_(*(_TABLE.c.state == state for state in IN_DOUBT + WAITING[1:])),
    )
    .with_for_update()
)
_MARK_SENDING = (
    _TABLE.update()
    .where(is_among(_TABLE.c.id, "ids"))
    .values(state=DeliveryState.SENDING, wake_at=bindparam("until"), tries=_TABLE.c.tries + 1)
)
_SHOWN_OF_SCHEDULES = select(*(_SCHEDULES.c[name] for name in _OF_SCHEDULE)).where(
    is_among(_SCHEDULES.c.id, "ids")
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
        values = {"now": now, "until": lease_until, "most": limit}
        claim = _make_claim(_freeze(platforms))
        return await self._take(claim, values | {"new_owner": owner, "full": tuple(full)})

    async def take_new(
        self, drafts: Sequence[Draft], owner: str, lease_until: datetime
    ) -> Mapping[tuple[WorkspaceId, str], DeliveryId]:
        connection = connection_of(self.session)
        sending = {
            "state": DeliveryState.SENDING,
            "wake_at": lease_until,
            "owner": owner,
            "fence": 1,
            "tries": 1,
        }
        rows = [from_draft(draft) | sending for draft in drafts]
        taken = await insert_fetching(connection, _make_insert(connection.dialect.name), rows)
        return {(row.workspace_id, row.key): row.id for row in taken}

    async def take_ambiguous(
        self,
        now: datetime,
        lease_until: datetime,
        limit: int,
        platforms: Collection[str] | None = None,
        held: Collection[DeliveryId] = (),
        full: Collection[WorkspaceId] = (),
    ) -> Sequence[Delivery]:
        values = {"now": now, "until": lease_until, "most": limit}
        left_out = {"held": tuple(held), "full": tuple(full)}
        taking = _make_take_over(_freeze(platforms))
        return await self._take(taking, values | left_out)

    async def prolong(
        self,
        now: datetime,
        lease_until: datetime,
        limit: int,
        platforms: Collection[str] | None = None,
    ) -> None:
        values = {"now": now, "until": lease_until, "most": limit}
        await execute_once(connection_of(self.session), _make_prolong(_freeze(platforms)), values)

    async def _take(self, taking: Any, values: Mapping[str, Any]) -> Sequence[Delivery]:
        """Take rows that want to be looked at, with what deliveries show of their schedules."""
        connection = connection_of(self.session)
        rows = await fetch(connection, taking, values)
        if not rows:
            return ()
        ids = tuple({row.schedule_id for row in rows if row.schedule_id is not None})
        found = await fetch(connection, _SHOWN_OF_SCHEDULES, {"ids": ids}) if ids else ()
        schedules = {schedule.id: schedule for schedule in found}
        deliveries = [to_delivery(row, schedules.get(row.schedule_id)) for row in rows]
        return sorted(deliveries, key=lambda delivery: (delivery.due_at, delivery.id))

    async def mark_sending(
        self, claimed: Sequence[Delivery], lease_until: datetime
    ) -> set[DeliveryId]:
        ours = await self._still_ours(claimed, (DeliveryState.CLAIMED,))
        if ours:
            connection = connection_of(self.session)
            values = {"ids": tuple(ours), "until": lease_until}
            await execute_once(connection, _MARK_SENDING, values)
        return ours

    async def release(self, changes: Sequence[tuple[Delivery, Change]]) -> None:
        await self._apply(changes, (DeliveryState.CLAIMED,))

    async def settle(self, changes: Sequence[tuple[Delivery, Change]]) -> set[DeliveryId]:
        ours = await self._apply(changes, IN_DOUBT)
        back = [one.id for one, change in changes if change.state is DeliveryState.SCHEDULED]
        await follow_schedules(self.session, [number for number in back if number in ours])
        return ours

    async def _apply(
        self, changes: Sequence[tuple[Delivery, Change]], states: Sequence[DeliveryState]
    ) -> set[DeliveryId]:
        """Apply changes to rows that are in one of the states and whose fence still fits."""
        ours = await self._still_ours([delivery for delivery, _ in changes], states)
        rows = [_values_of(delivery, change) for delivery, change in changes if delivery.id in ours]
        connection = connection_of(self.session)
        await execute_many(connection, _CHANGE, rows)
        unseen = tuple(
            one.id for one, change in changes if change.returns_question and one.id in ours
        )
        if unseen:
            await execute_once(connection, _TAKE_BACK, {"ids": unseen})
        return ours

    async def _still_ours(
        self, deliveries: Sequence[Delivery], states: Sequence[DeliveryState]
    ) -> set[DeliveryId]:
        """Lock the rows, and return those in one of the states that nobody has claimed since."""
        if not deliveries:
            return set()
        fences = {delivery.id: delivery.fence for delivery in deliveries}
        values = {"ids": tuple(fences)}
        rows = await fetch(connection_of(self.session), _FENCES, values)
        return {row.id for row in rows if fences[row.id] == row.fence and row.state in states}

    async def expire(self, now: datetime, limit: int) -> Sequence[Delivery]:
        rows = await fetch(connection_of(self.session), _EXPIRE, {"now": now, "most": limit})
        return [to_delivery(row, None) for row in rows]


async def follow_schedules(session: AsyncSession, put_back: Sequence[DeliveryId]) -> None:
    """Send what is not posted after all to the channel that its schedule has now. While it is in
    doubt it keeps the one where it may be; an answer for all stays with its question."""
    if put_back:
        await execute_once(connection_of(session), _FOLLOW, {"ids": tuple(put_back)})


def _freeze(platforms: Collection[str] | None) -> frozenset[str] | None:
    return None if platforms is None else frozenset(platforms)


@cache
def _make_insert(dialect: str) -> Any:
    return new_insert(DeliveryRow, dialect).returning(
        _TABLE.c.workspace_id, _TABLE.c.key, _TABLE.c.id
    )


@cache
def _make_claim(platforms: frozenset[str] | None) -> Any:
    due = _select_due(WAITING, platforms).where(
        _TABLE.c.expires_at >= bindparam("now"), not_(is_among(_TABLE.c.workspace_id, "full"))
    )
    return _make_taking(due).values(state=DeliveryState.CLAIMED, owner=bindparam("new_owner"))


@cache
def _make_take_over(platforms: frozenset[str] | None) -> Any:
    due = _select_due((DeliveryState.SENDING,), platforms).where(
        not_(is_among(_TABLE.c.id, "held")), not_(is_among(_TABLE.c.workspace_id, "full"))
    )
    return _make_taking(due)


@cache
def _make_prolong(platforms: frozenset[str] | None) -> Any:
    return _lease(_select_due((DeliveryState.SENDING,), platforms))


def _make_taking(due: Any) -> Any:
    """Take the rows under a new fence."""
    return _lease(due).values(fence=_TABLE.c.fence + 1).returning(*_TABLE.c)


def _lease(due: Any) -> Any:
    return _update_free(due).values(wake_at=bindparam("until"))


def _update_free(due: Any) -> Any:
    """Change the rows; one that another process changes just now is left out."""
    free = due.with_for_update(skip_locked=True).scalar_subquery()
    return _TABLE.update().where(_TABLE.c.id.in_(free))


def _select_due(states: Sequence[DeliveryState], platforms: frozenset[str] | None) -> Any:
    return (
        select(_TABLE.c.id)
        .where(
            _TABLE.c.wake_at <= bindparam("now"),
            or_(*(_TABLE.c.state == state for state in states)),
            *is_served(_TABLE.c.workspace_id, platforms),
        )
        .order_by(_TABLE.c.wake_at, _TABLE.c.id)
        .limit(bindparam("most", type_=Integer))
    )


_EXPIRE = (
    _update_free(_select_due(WAITING, None).where(_TABLE.c.expires_at < bindparam("now")))
    .values(
        state=DeliveryState.SKIPPED,
        wake_at=None,
        round=0,
        reason=func.coalesce(_TABLE.c.reason, "It could not be posted in time."),
    )
    .returning(*_TABLE.c)
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
