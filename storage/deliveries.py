"""Deliveries: what was posted or will be, and to whom."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, literal, literal_column, or_
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.attempt import AttemptKind
from bot.domain.deck import Seen
from bot.domain.delivery import Delivery, DeliveryState, Draft, Purpose
from bot.domain.people import Member, MemberId, WorkspaceId
from bot.domain.schedule import Schedule, ScheduleId
from bot.domain.streak import PostedSlot
from storage.arrays import gather_highest, is_among, open_pairs
from storage.bulk import fetch
from storage.leases import IN_DOUBT, WAITING
from storage.mapping import from_draft, to_delivery
from storage.statements import connection_of, insert_many_new, insert_new
from storage.tables import AttemptRow, DeliveryRow, ScheduleRow, table_of

_TABLE = table_of(DeliveryRow)
_SHOWS_ANSWER = (AttemptKind.ANSWER, AttemptKind.REVEAL)
_PLANNED = select(_TABLE.c.schedule_id, _TABLE.c.slot).where(
    is_among(_TABLE.c.schedule_id, "ids"),
    _TABLE.c.purpose == Purpose.QUESTION,
    _TABLE.c.run == 0,
    _TABLE.c.slot >= bindparam("since"),
)


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

    async def cancel_waiting(self, schedule: Schedule, reason: str) -> None:
        skipped = {
            "state": DeliveryState.SKIPPED,
            "wake_at": None,
            "round": 0,
            "reason": reason,
            "fence": DeliveryRow.fence + 1,
        }
        over = {"expires_at": DeliveryRow.due_at}
        await self._update_of(schedule, (DeliveryState.SENDING,), over)
        # what comes back to the queue between the two is met here
        await self._update_of(schedule, WAITING, skipped)

    async def redirect_waiting(self, schedule: Schedule) -> None:
        # whoever puts it back just now has not seen the new channel: that comes first
        await self._update_of(schedule, IN_DOUBT, {"channel": DeliveryRow.channel})
        moved = {"channel": schedule.channel, "fence": DeliveryRow.fence + 1}
        is_no_reveal = col(DeliveryRow.purpose) != Purpose.REVEAL
        await self._update_of(schedule, WAITING, moved, is_no_reveal)

    async def _update_of(
        self,
        schedule: Schedule,
        states: Sequence[DeliveryState],
        values: dict[str, Any],
        *conditions: ColumnElement[bool],
    ) -> None:
        await self.session.exec(
            update(DeliveryRow)
            .where(
                col(DeliveryRow.workspace_id) == schedule.workspace_id,
                col(DeliveryRow.schedule_id) == schedule.id,
                col(DeliveryRow.state).in_(states),
                *conditions,
            )
            .values(**values)
            .execution_options(synchronize_session=False)
        )

    async def seen(
        self, channels: Collection[tuple[WorkspaceId, str]]
    ) -> Mapping[tuple[WorkspaceId, str], Seen]:
        connection = connection_of(self.session)
        pairs = {"pairs": tuple(channels)}
        rows = await fetch(connection, _make_seen(connection.dialect.name), pairs)
        seen = {}
        for workspace_id, channel, gathered in rows:
            if gathered is not None:
                rounds, last_id, *_ = json.loads(gathered)
                seen[WorkspaceId(workspace_id), channel] = Seen(rounds, last_id)
        return seen

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
        ids = tuple(schedule.id for schedule in schedules)
        connection = connection_of(self.session)
        rows = await fetch(connection, _PLANNED, {"ids": ids, "since": since})
        dates: dict[ScheduleId, set[date]] = defaultdict(set)
        for schedule_id, slot in rows:
            dates[ScheduleId(schedule_id or 0)].add(slot)
        return dates

    async def failed_before(self, delivery: Delivery) -> bool:
        ended = await self.session.exec(
            select(DeliveryRow.state)
            .where(
                DeliveryRow.workspace_id == delivery.workspace_id,
                DeliveryRow.schedule_id == delivery.schedule_id,
                DeliveryRow.purpose == delivery.purpose,
                col(DeliveryRow.state).in_((DeliveryState.CONFIRMED, DeliveryState.FAILED)),
                col(DeliveryRow.due_at) < delivery.due_at,
            )
            .order_by(col(DeliveryRow.due_at).desc())
            .limit(1)
        )
        return ended.first() == DeliveryState.FAILED

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
        self, workspace_id: WorkspaceId, channel: str, member_id: MemberId | None
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

    async def put_behind(self, member: Member, channel: str, at: datetime) -> None:
        await self.session.exec(
            update(DeliveryRow)
            .where(
                col(DeliveryRow.workspace_id) == member.workspace_id,
                col(DeliveryRow.channel) == channel,
                col(DeliveryRow.member_id) == member.id,
                col(DeliveryRow.posted_at) > at,
            )
            .values(posted_at=at)
            .execution_options(synchronize_session=False)
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

    async def in_doubt(
        self, workspace_id: WorkspaceId, channel: str, limit: int
    ) -> Sequence[Delivery]:
        rows = await self.session.exec(
            select(DeliveryRow, ScheduleRow)
            .join(ScheduleRow, isouter=True)
            .where(
                DeliveryRow.workspace_id == workspace_id,
                DeliveryRow.channel == channel,
                # as an index holds them, which leaves out all that was posted here in years
                col(DeliveryRow.posted_at).is_(None),
                DeliveryRow.purpose == Purpose.QUESTION,
                col(DeliveryRow.state).in_(IN_DOUBT),
            )
            .order_by(col(DeliveryRow.due_at).desc(), col(DeliveryRow.id).desc())
            .limit(limit)
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

    async def is_answer_known(self, delivery: Delivery, member_id: MemberId, at: datetime) -> bool:
        public = select(col(DeliveryRow.id)).where(
            DeliveryRow.workspace_id == delivery.workspace_id,
            DeliveryRow.schedule_id == delivery.schedule_id,
            DeliveryRow.slot == delivery.slot,
            DeliveryRow.run == delivery.run,
            DeliveryRow.purpose == Purpose.REVEAL,
            DeliveryRow.state == DeliveryState.CONFIRMED,
            col(DeliveryRow.posted_at) <= at,
        )
        seen = (
            select(col(AttemptRow.delivery_id))
            .join(DeliveryRow)
            .where(
                AttemptRow.member_id == member_id,
                AttemptRow.slot >= delivery.slot,
                AttemptRow.at <= at,
                AttemptRow.delivery_id != delivery.id,
                col(AttemptRow.kind).in_(_SHOWS_ANSWER),
                DeliveryRow.question_id == delivery.question_id,
            )
        )
        either = select(literal(True)).where(or_(public.exists(), seen.exists()))
        rows = await self.session.exec(either)
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


def _question_day_of(workspace_id: WorkspaceId) -> tuple[Any, ...]:
    """Posts that make their local date a question day."""
    return (
        DeliveryRow.workspace_id == workspace_id,
        DeliveryRow.purpose == Purpose.QUESTION,
        DeliveryRow.state == DeliveryState.CONFIRMED,
        col(DeliveryRow.member_id).is_(None),
    )


@cache
def _make_seen(dialect: str) -> Any:
    """Return a row for each channel: after years, one for each question would be thousands.

    The conditions are written out as the index has them, or it would not be used alone. Each
    question has an id; to say so makes SQLite prefer the index that holds it to another on
    workspace and channel, whichever was made first.
    """
    pair = open_pairs(dialect, "pairs")
    shown = gather_highest(dialect, _TABLE.c.question_id, _TABLE.c.round, _TABLE.c.id)
    rounds = (
        select(shown)
        .where(
            _TABLE.c.workspace_id == pair.number,
            _TABLE.c.channel == pair.text,
            _TABLE.c.purpose == literal_column(f"'{Purpose.QUESTION}'"),
            _TABLE.c.member_id.is_(None),
            _TABLE.c.round > literal_column("0"),
            _TABLE.c.question_id > literal_column("''"),
        )
        .correlate(pair.table)
    )
    return select(
        pair.number.label("workspace_id"),
        pair.text.label("channel"),
        rounds.scalar_subquery().label("rounds"),
    )
