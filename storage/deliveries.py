"""Deliveries and their leases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, Row, bindparam, func, or_, tuple_
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.deck import Seen
from bot.domain.delivery import Change, Delivery, DeliveryId, DeliveryState, Draft, Purpose
from bot.domain.people import MemberId, WorkspaceId
from bot.domain.schedule import Schedule, ScheduleId
from bot.domain.streak import PostedSlot
from storage.bulk import execute_many
from storage.mapping import from_draft, to_delivery
from storage.serving import is_served
from storage.statements import insert_many_new, insert_new
from storage.tables import DeliveryRow, ScheduleRow

_WAITING = (DeliveryState.SCHEDULED, DeliveryState.CLAIMED)
_NOT_SHOWN = (DeliveryState.SKIPPED, DeliveryState.FAILED)
_OF_SCHEDULE = ("id", "number", "reveal", "reveal_after_seconds", "discussion")
_IN_DOUBT = (DeliveryState.SENDING, DeliveryState.STUCK)


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
class DeliveryRepository:
    """Implements `bot.ports.Deliveries`."""

    session: AsyncSession

    async def insert(self, drafts: Sequence[Draft]) -> None:
        await insert_many_new(self.session, DeliveryRow, [from_draft(draft) for draft in drafts])

    async def hasten(self, draft: Draft) -> None:
        if await insert_new(self.session, DeliveryRow, [from_draft(draft)]):
            return
        await self.session.exec(
            update(DeliveryRow)
            .where(
                col(DeliveryRow.workspace_id) == draft.workspace_id,
                col(DeliveryRow.key) == draft.key,
                col(DeliveryRow.state) == DeliveryState.SCHEDULED,
                col(DeliveryRow.due_at) > draft.due_at,
            )
            .values(due_at=draft.due_at, wake_at=draft.due_at, expires_at=draft.expires_at)
            .execution_options(synchronize_session=False)
        )

    async def claim(
        self,
        owner: str,
        now: datetime,
        lease_until: datetime,
        limit: int,
        full: Collection[WorkspaceId] = (),
        platforms: Collection[str] | None = None,
    ) -> Sequence[Delivery]:
        due = _select_due(_WAITING, now, limit, platforms).where(_TABLE.c.expires_at >= now)
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
        connection = await self.session.connection()
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
        connection = await self.session.connection()
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
            connection = await self.session.connection()
            await connection.execute(_MARK_SENDING, {"ids": list(ours), "until": lease_until})
        return ours

    async def release(self, changes: Sequence[tuple[Delivery, Change]]) -> None:
        await self._apply(changes, (DeliveryState.CLAIMED,))

    async def settle(self, changes: Sequence[tuple[Delivery, Change]]) -> set[DeliveryId]:
        return await self._apply(changes, _IN_DOUBT)

    async def _apply(
        self, changes: Sequence[tuple[Delivery, Change]], states: Sequence[DeliveryState]
    ) -> set[DeliveryId]:
        """Apply changes to rows that are in one of the states and whose fence still fits."""
        ours = await self._still_ours([delivery for delivery, _ in changes], states)
        rows = [_values_of(delivery, change) for delivery, change in changes if delivery.id in ours]
        if rows:
            connection = await self.session.connection()
            await execute_many(connection, _CHANGE, rows)
        return ours

    async def _still_ours(
        self, deliveries: Sequence[Delivery], states: Sequence[DeliveryState]
    ) -> set[DeliveryId]:
        """Lock the rows, and return those that nobody has claimed since."""
        if not deliveries:
            return set()
        fences = {delivery.id: delivery.fence for delivery in deliveries}
        connection = await self.session.connection()
        rows = await connection.execute(_FENCES, {"ids": list(fences), "states": list(states)})
        return {row.id for row in rows if fences[row.id] == row.fence}

    async def expire(self, now: datetime) -> int:
        expired = await self.session.exec(
            update(DeliveryRow)
            .where(
                col(DeliveryRow.wake_at) <= now,
                col(DeliveryRow.state).in_(_WAITING),
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

    async def cancel_waiting(self, schedule: Schedule, reason: str) -> None:
        await self.session.exec(
            update(DeliveryRow)
            .where(
                col(DeliveryRow.workspace_id) == schedule.workspace_id,
                col(DeliveryRow.schedule_id) == schedule.id,
                col(DeliveryRow.state).in_(_WAITING),
            )
            .values(
                state=DeliveryState.SKIPPED,
                wake_at=None,
                reason=reason,
                fence=DeliveryRow.fence + 1,
            )
            .execution_options(synchronize_session=False)
        )

    async def seen(
        self, channels: Collection[tuple[WorkspaceId, str]]
    ) -> Mapping[tuple[WorkspaceId, str], Seen]:
        rows = await self.session.exec(
            select(
                col(DeliveryRow.workspace_id),
                col(DeliveryRow.channel),
                col(DeliveryRow.question_id),
                func.max(col(DeliveryRow.round)),
            )
            .where(
                tuple_(col(DeliveryRow.workspace_id), col(DeliveryRow.channel)).in_(channels),
                DeliveryRow.purpose == Purpose.QUESTION,
                col(DeliveryRow.member_id).is_(None),
                col(DeliveryRow.question_id).is_not(None),
                col(DeliveryRow.state).not_in(_NOT_SHOWN),
            )
            .group_by(
                col(DeliveryRow.workspace_id),
                col(DeliveryRow.channel),
                col(DeliveryRow.question_id),
            )
            .order_by(func.max(col(DeliveryRow.id)))
        )
        rounds: dict[tuple[WorkspaceId, str], dict[str, int]] = defaultdict(dict)
        for workspace_id, channel, question_id, last in rows:
            rounds[WorkspaceId(workspace_id), channel][str(question_id)] = last
        return {channel: Seen(ids, next(reversed(ids))) for channel, ids in rounds.items()}

    async def rounds_of(self, workspace_id: WorkspaceId, member_id: MemberId) -> Mapping[str, int]:
        rows = await self.session.exec(
            select(col(DeliveryRow.question_id), func.max(col(DeliveryRow.round)))
            .where(DeliveryRow.workspace_id == workspace_id, DeliveryRow.member_id == member_id)
            .group_by(col(DeliveryRow.question_id))
        )
        return {str(question_id): int(last or 0) for question_id, last in rows}

    async def planned_slots(
        self, schedules: Collection[Schedule], since: date
    ) -> Mapping[ScheduleId, set[date]]:
        rows = await self.session.exec(
            select(col(DeliveryRow.schedule_id), col(DeliveryRow.slot)).where(
                col(DeliveryRow.schedule_id).in_([schedule.id for schedule in schedules]),
                DeliveryRow.purpose == Purpose.QUESTION,
                DeliveryRow.run == 0,
                col(DeliveryRow.slot) >= since,
            )
        )
        dates: dict[ScheduleId, set[date]] = defaultdict(set)
        for schedule_id, slot in rows:
            dates[ScheduleId(schedule_id or 0)].add(slot)
        return dates

    async def count_runs(self, schedule: Schedule, slot: date) -> int:
        rows = await self.session.exec(
            select(func.max(col(DeliveryRow.run))).where(
                DeliveryRow.workspace_id == schedule.workspace_id,
                DeliveryRow.schedule_id == schedule.id,
                DeliveryRow.slot == slot,
            )
        )
        return rows.one() or 0

    async def by_message(
        self, workspace_id: WorkspaceId, channel: str, message_id: str
    ) -> Delivery | None:
        return await self._one(
            DeliveryRow.workspace_id == workspace_id,
            DeliveryRow.channel == channel,
            DeliveryRow.message_id == message_id,
            DeliveryRow.purpose == Purpose.QUESTION,
        )

    async def by_key(self, workspace_id: WorkspaceId, key: str) -> Delivery | None:
        return await self._one(DeliveryRow.workspace_id == workspace_id, DeliveryRow.key == key)

    async def newest(
        self, workspace_id: WorkspaceId, channel: str, member_id: MemberId
    ) -> Delivery | None:
        return await self._one(
            DeliveryRow.workspace_id == workspace_id,
            DeliveryRow.channel == channel,
            DeliveryRow.purpose == Purpose.QUESTION,
            DeliveryRow.state == DeliveryState.CONFIRMED,
            or_(
                col(DeliveryRow.member_id).is_(None),
                col(DeliveryRow.member_id) == member_id,
            ),
        )

    async def _one(self, *conditions: Any) -> Delivery | None:
        rows = await self.session.exec(
            select(DeliveryRow, ScheduleRow)
            .join(ScheduleRow, isouter=True)
            .where(*conditions)
            .order_by(col(DeliveryRow.posted_at).desc(), col(DeliveryRow.id).desc())
            .limit(1)
        )
        found = rows.first()
        return to_delivery(*found) if found else None

    async def question_message_id(self, reveal: Delivery) -> str | None:
        rows = await self.session.exec(
            select(col(DeliveryRow.message_id)).where(
                DeliveryRow.workspace_id == reveal.workspace_id,
                DeliveryRow.schedule_id == reveal.schedule_id,
                DeliveryRow.slot == reveal.slot,
                DeliveryRow.run == reveal.run,
                DeliveryRow.purpose == Purpose.QUESTION,
            )
        )
        return rows.first()

    async def in_doubt(self, workspace_id: WorkspaceId, channel: str) -> Sequence[Delivery]:
        rows = await self.session.exec(
            select(DeliveryRow, ScheduleRow)
            .join(ScheduleRow, isouter=True)
            .where(
                DeliveryRow.workspace_id == workspace_id,
                DeliveryRow.channel == channel,
                DeliveryRow.purpose == Purpose.QUESTION,
                col(DeliveryRow.state).in_(_IN_DOUBT),
            )
        )
        return [to_delivery(*row) for row in rows]

    async def is_over(self, delivery: Delivery, now: datetime) -> bool:
        rows = await self.session.exec(
            select(col(DeliveryRow.id))
            .where(
                *_question_day_of(delivery.workspace_id),
                col(DeliveryRow.slot) > delivery.slot,
                col(DeliveryRow.posted_at) > (delivery.posted_at or delivery.due_at),
                col(DeliveryRow.posted_at) <= now,
            )
            .limit(1)
        )
        return rows.first() is not None

    async def is_answer_public(self, delivery: Delivery) -> bool:
        rows = await self.session.exec(
            select(col(DeliveryRow.id)).where(
                DeliveryRow.workspace_id == delivery.workspace_id,
                DeliveryRow.schedule_id == delivery.schedule_id,
                DeliveryRow.slot == delivery.slot,
                DeliveryRow.run == delivery.run,
                DeliveryRow.purpose == Purpose.REVEAL,
                DeliveryRow.state == DeliveryState.CONFIRMED,
            )
        )
        return rows.first() is not None

    async def posted_slots(self, workspace_id: WorkspaceId) -> Sequence[PostedSlot]:
        rows = await self.session.exec(
            select(
                col(DeliveryRow.slot),
                func.min(col(DeliveryRow.posted_at)),
                func.max(col(DeliveryRow.posted_at)),
            )
            .where(*_question_day_of(workspace_id))
            .group_by(col(DeliveryRow.slot))
            .order_by(col(DeliveryRow.slot))
        )
        return [PostedSlot(slot, first, last) for slot, first, last in rows if first and last]

    async def newest_of_workspace(
        self, workspace_id: WorkspaceId, limit: int
    ) -> Sequence[Delivery]:
        rows = await self.session.exec(
            select(DeliveryRow, ScheduleRow)
            .join(ScheduleRow, isouter=True)
            .where(DeliveryRow.workspace_id == workspace_id, col(DeliveryRow.member_id).is_(None))
            .order_by(col(DeliveryRow.due_at).desc(), col(DeliveryRow.id).desc())
            .limit(limit)
        )
        return [to_delivery(*row) for row in rows]


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


def _question_day_of(workspace_id: WorkspaceId) -> tuple[Any, ...]:
    """Posts that make their local date a question day."""
    return (
        DeliveryRow.workspace_id == workspace_id,
        DeliveryRow.purpose == Purpose.QUESTION,
        DeliveryRow.state == DeliveryState.CONFIRMED,
        col(DeliveryRow.member_id).is_(None),
    )
