"""Deliveries and their leases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, tuple_
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.delivery import Change, Delivery, DeliveryId, DeliveryState, Draft, Purpose
from bot.domain.people import MemberId, WorkspaceId
from bot.domain.schedule import Schedule
from bot.domain.streak import PostedSlot
from storage.mapping import from_draft, to_delivery
from storage.serving import is_served
from storage.statements import insert_new
from storage.tables import DeliveryRow, ScheduleRow

_WAITING = (DeliveryState.SCHEDULED, DeliveryState.CLAIMED)
_NOT_SHOWN = (DeliveryState.SKIPPED, DeliveryState.FAILED)
_IN_DOUBT = (DeliveryState.SENDING, DeliveryState.STUCK)


@dataclass
class DeliveryRepository:
    """Implements `bot.ports.Deliveries`."""

    session: AsyncSession

    async def insert(self, drafts: Sequence[Draft]) -> int:
        return await insert_new(self.session, DeliveryRow, [from_draft(draft) for draft in drafts])

    async def hasten(self, draft: Draft) -> None:
        if await self.insert([draft]):
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
        platforms: Collection[str] | None = None,
    ) -> Sequence[Delivery]:
        values = {"state": DeliveryState.CLAIMED, "owner": owner, "wake_at": lease_until}
        return await self._take(_WAITING, now, limit, platforms, **values)

    async def take_ambiguous(
        self,
        now: datetime,
        lease_until: datetime,
        limit: int,
        platforms: Collection[str] | None = None,
    ) -> Sequence[Delivery]:
        sending = (DeliveryState.SENDING,)
        return await self._take(sending, now, limit, platforms, wake_at=lease_until)

    async def _take(
        self,
        states: Sequence[DeliveryState],
        now: datetime,
        limit: int,
        platforms: Collection[str] | None,
        **values: Any,
    ) -> Sequence[Delivery]:
        """Take rows that want to be looked at; a row that another process holds is left out."""
        due = (
            select(col(DeliveryRow.id))
            .where(
                col(DeliveryRow.wake_at) <= now,
                col(DeliveryRow.state).in_(states),
                *is_served(DeliveryRow, platforms),
            )
            .order_by(col(DeliveryRow.wake_at), col(DeliveryRow.id))
            .limit(limit)
        )
        if self.session.get_bind().dialect.name == "postgresql":
            due = due.with_for_update(skip_locked=True)
        taken = await self.session.exec(
            update(DeliveryRow)
            .where(col(DeliveryRow.id).in_(due.scalar_subquery()))
            .values(fence=DeliveryRow.fence + 1, **values)
            .returning(DeliveryRow)
            .execution_options(synchronize_session=False)
        )
        rows = taken.scalars().all()
        schedules = await self._schedules_of(rows)
        deliveries = [to_delivery(row, schedules.get(row.schedule_id)) for row in rows]
        return sorted(deliveries, key=lambda delivery: (delivery.due_at, delivery.id))

    async def _schedules_of(self, rows: Sequence[DeliveryRow]) -> dict[int | None, ScheduleRow]:
        ids = {row.schedule_id for row in rows if row.schedule_id is not None}
        if not ids:
            return {}
        schedules = await self.session.exec(select(ScheduleRow).where(col(ScheduleRow.id).in_(ids)))
        return {schedule.id: schedule for schedule in schedules}

    async def mark_sending(
        self, claimed: Sequence[Delivery], lease_until: datetime
    ) -> set[DeliveryId]:
        if not claimed:
            return set()
        fences = [(delivery.id, delivery.fence) for delivery in claimed]
        marked = await self.session.exec(
            update(DeliveryRow)
            .where(
                tuple_(col(DeliveryRow.id), col(DeliveryRow.fence)).in_(fences),
                col(DeliveryRow.state) == DeliveryState.CLAIMED,
            )
            .values(state=DeliveryState.SENDING, wake_at=lease_until, tries=DeliveryRow.tries + 1)
            .returning(col(DeliveryRow.id))
            .execution_options(synchronize_session=False)
        )
        return {DeliveryId(row[0]) for row in marked}

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
            table = DeliveryRow.__table__  # type: ignore[attr-defined]
            connection = await self.session.connection()
            await connection.execute(
                table.update()
                .where(table.c.id == bindparam("row_id"))
                .values({name: bindparam(f"new_{name}") for name in _CHANGED}),
                rows,
            )
        return ours

    async def _still_ours(
        self, deliveries: Sequence[Delivery], states: Sequence[DeliveryState]
    ) -> set[DeliveryId]:
        if not deliveries:
            return set()
        fences = [(delivery.id, delivery.fence) for delivery in deliveries]
        rows = await self.session.exec(
            select(col(DeliveryRow.id))
            .where(
                tuple_(col(DeliveryRow.id), col(DeliveryRow.fence)).in_(fences),
                col(DeliveryRow.state).in_(states),
            )
            .with_for_update()
        )
        return {DeliveryId(key) for key in rows if key is not None}

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

    async def rounds(self, workspace_id: WorkspaceId, channel: str) -> Mapping[str, int]:
        return await self._rounds(*_posted_in(workspace_id, channel))

    async def rounds_of(self, workspace_id: WorkspaceId, member_id: MemberId) -> Mapping[str, int]:
        return await self._rounds(
            DeliveryRow.workspace_id == workspace_id, DeliveryRow.member_id == member_id
        )

    async def _rounds(self, *conditions: Any) -> Mapping[str, int]:
        rows = await self.session.exec(
            select(col(DeliveryRow.question_id), func.max(col(DeliveryRow.round)))
            .where(*conditions)
            .group_by(col(DeliveryRow.question_id))
        )
        return {str(question_id): int(last or 0) for question_id, last in rows}

    async def last_question_id(self, workspace_id: WorkspaceId, channel: str) -> str | None:
        rows = await self.session.exec(
            select(col(DeliveryRow.question_id))
            .where(*_posted_in(workspace_id, channel))
            .order_by(col(DeliveryRow.id).desc())
            .limit(1)
        )
        return rows.first()

    async def planned_slots(self, schedule: Schedule, since: date) -> set[date]:
        rows = await self.session.exec(
            select(col(DeliveryRow.slot)).where(
                DeliveryRow.workspace_id == schedule.workspace_id,
                DeliveryRow.schedule_id == schedule.id,
                DeliveryRow.purpose == Purpose.QUESTION,
                DeliveryRow.run == 0,
                col(DeliveryRow.slot) >= since,
            )
        )
        return set(rows.all())

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
            select(DeliveryRow).where(
                DeliveryRow.workspace_id == workspace_id,
                DeliveryRow.channel == channel,
                DeliveryRow.purpose == Purpose.QUESTION,
                col(DeliveryRow.state).in_(_IN_DOUBT),
            )
        )
        return [to_delivery(row) for row in rows]

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


_CHANGED = ("state", "wake_at", "message_id", "posted_at", "reason")


def _values_of(delivery: Delivery, change: Change) -> dict[str, Any]:
    return {
        "row_id": delivery.id,
        "new_state": change.state,
        "new_wake_at": change.not_before or change.lease_until,
        "new_message_id": change.message_id,
        "new_posted_at": change.posted_at,
        "new_reason": change.reason,
    }


def _posted_in(workspace_id: WorkspaceId, channel: str) -> tuple[Any, ...]:
    """Questions that the channel saw or is about to see."""
    return (
        DeliveryRow.workspace_id == workspace_id,
        DeliveryRow.channel == channel,
        DeliveryRow.purpose == Purpose.QUESTION,
        col(DeliveryRow.member_id).is_(None),
        col(DeliveryRow.question_id).is_not(None),
        col(DeliveryRow.state).not_in(_NOT_SHOWN),
    )


def _question_day_of(workspace_id: WorkspaceId) -> tuple[Any, ...]:
    """Posts that make their local date a question day."""
    return (
        DeliveryRow.workspace_id == workspace_id,
        DeliveryRow.purpose == Purpose.QUESTION,
        DeliveryRow.state == DeliveryState.CONFIRMED,
        col(DeliveryRow.member_id).is_(None),
    )
