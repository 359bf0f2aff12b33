"""Reviews and reminders."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.attempt import AttemptKind
from bot.domain.delivery import DeliveryState, Purpose
from bot.domain.people import Member, MemberId, WorkspaceId
from bot.domain.reading import read_time
from bot.domain.reminder import Reminder
from bot.domain.review import Review
from bot.ports import Missed
from storage.serving import is_served
from storage.statements import connection_of, insert_new, insert_or_replace
from storage.tables import AttemptRow, DeliveryRow, ReminderRow, ReviewRow, table_of

_REMINDERS = table_of(ReminderRow)
_REVIEWS = table_of(ReviewRow)
_OWN = select(*(_REVIEWS.c[name] for name in Review.__dataclass_fields__)).where(
    _REVIEWS.c.workspace_id == bindparam("workspace"),
    _REVIEWS.c.member_id == bindparam("member"),
)
_ORDERED = _OWN.order_by(_REVIEWS.c.due_at, _REVIEWS.c.id)
_ONE = _OWN.where(_REVIEWS.c.question_id == bindparam("question"))
_ONE_TO_CHANGE = _ONE.with_for_update()
_ASKED = (
    update(ReviewRow)
    .where(
        col(ReviewRow.workspace_id) == bindparam("workspace"),
        col(ReviewRow.member_id) == bindparam("member"),
        col(ReviewRow.question_id) == bindparam("question"),
    )
    .values(asked_key=bindparam("key"))
)
_DUE = _ORDERED.where(_REVIEWS.c.due_at <= bindparam("now"))
_COMING = _ORDERED.where(_REVIEWS.c.due_at > bindparam("now"))
"""Built once: every answer asks."""


@dataclass
class ReviewRepository:
    """Implements `bot.ports.Reviews`."""

    session: AsyncSession

    async def find(
        self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        question_id: str,
        *,
        to_change: bool = False,
    ) -> Review | None:
        wanted = _ONE_TO_CHANGE if to_change else _ONE
        found = await self._list(wanted, workspace_id, member_id, question=question_id)
        return found[0] if found else None

    async def add(self, reviews: Sequence[Review]) -> int:
        return await insert_new(self.session, ReviewRow, [_from_review(each) for each in reviews])

    async def save(self, review: Review) -> None:
        values, unique = _from_review(review), ("member_id", "question_id")
        await insert_or_replace(connection_of(self.session), ReviewRow, values, unique)

    async def note_asked(self, review: Review, key: str) -> None:
        asked = {
            "workspace": review.workspace_id,
            "member": review.member_id,
            "question": review.question_id,
            "key": key,
        }
        await connection_of(self.session).execute(_ASKED, asked)

    async def due(
        self, workspace_id: WorkspaceId, member_id: MemberId, now: datetime
    ) -> Sequence[Review]:
        return await self._list(_DUE, workspace_id, member_id, now=now)

    async def coming(
        self, workspace_id: WorkspaceId, member_id: MemberId, now: datetime
    ) -> Sequence[Review]:
        return await self._list(_COMING, workspace_id, member_id, now=now)

    async def _list(
        self, statement: Any, workspace_id: WorkspaceId, member_id: MemberId, **values: object
    ) -> Sequence[Review]:
        connection = connection_of(self.session)
        wanted = {"workspace": workspace_id, "member": member_id, **values}
        return [Review(*row) for row in await connection.execute(statement, wanted)]

    async def missed(self, member: Member, since: datetime) -> Sequence[Missed]:
        own = (
            select(AttemptRow)
            .join(DeliveryRow, col(DeliveryRow.id) == col(AttemptRow.delivery_id))
            .where(col(AttemptRow.member_id) == member.id, col(DeliveryRow.member_id).is_(None))
        )
        channels = own.with_only_columns(col(DeliveryRow.channel))
        first = own.with_only_columns(func.min(col(DeliveryRow.posted_at))).scalar_subquery()
        recalled = select(col(AttemptRow.delivery_id)).where(
            col(AttemptRow.member_id) == member.id,
            col(AttemptRow.kind).in_((AttemptKind.ANSWER, AttemptKind.SELF_RATING)),
        )
        reviewed = select(col(ReviewRow.question_id)).where(col(ReviewRow.member_id) == member.id)
        daily = (
            DeliveryRow.workspace_id == member.workspace_id,
            DeliveryRow.purpose == Purpose.QUESTION,
            DeliveryRow.state == DeliveryState.CONFIRMED,
            col(DeliveryRow.member_id).is_(None),
        )
        newest = select(func.max(col(DeliveryRow.slot))).where(*daily).scalar_subquery()
        rows = await self.session.exec(
            select(DeliveryRow)
            .where(
                *daily,
                col(DeliveryRow.slot) >= since.date() - timedelta(days=1),
                col(DeliveryRow.posted_at) >= since,
                col(DeliveryRow.posted_at) >= first,
                col(DeliveryRow.slot) < newest,
                col(DeliveryRow.channel).in_(channels),
                col(DeliveryRow.id).not_in(recalled),
                col(DeliveryRow.question_id).not_in(reviewed),
            )
            .order_by(col(DeliveryRow.posted_at))
        )
        return [Missed(row.question_id, row.slot) for row in rows if row.question_id is not None]


def _from_review(review: Review) -> dict[str, Any]:
    return {name: getattr(review, name) for name in Review.__dataclass_fields__}


@dataclass
class ReminderRepository:
    """Implements `bot.ports.Reminders`."""

    session: AsyncSession

    async def of(
        self, workspace_id: WorkspaceId, member_id: MemberId, *, to_change: bool = False
    ) -> Reminder | None:
        wanted = select(ReminderRow).where(
            ReminderRow.workspace_id == workspace_id, ReminderRow.member_id == member_id
        )
        row = (await self.session.exec(wanted.with_for_update() if to_change else wanted)).first()
        return _to_reminder(row) if row else None

    async def save(self, reminder: Reminder) -> None:
        values = _from_reminder(reminder)
        await insert_or_replace(connection_of(self.session), ReminderRow, values, ("member_id",))

    async def remove(self, workspace_id: WorkspaceId, member_id: MemberId) -> None:
        await self.session.exec(
            delete(ReminderRow).where(
                col(ReminderRow.workspace_id) == workspace_id,
                col(ReminderRow.member_id) == member_id,
            )
        )

    async def take_due(
        self, now: datetime, limit: int, platforms: Collection[str] | None = None
    ) -> Sequence[Reminder]:
        due = (
            select(ReminderRow)
            .where(ReminderRow.wake_at <= now, *is_served(_REMINDERS.c.workspace_id, platforms))
            .order_by(col(ReminderRow.wake_at), col(ReminderRow.id))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [_to_reminder(row) for row in await self.session.exec(due)]


def _to_reminder(row: ReminderRow) -> Reminder:
    return Reminder(
        workspace_id=WorkspaceId(row.workspace_id),
        member_id=MemberId(row.member_id),
        at=read_time(row.at),
        zone=row.zone,
        channel=row.channel,
        wake_at=row.wake_at,
        told_on=row.told_on,
    )


def _from_reminder(reminder: Reminder) -> dict[str, Any]:
    return {
        "workspace_id": reminder.workspace_id,
        "member_id": reminder.member_id,
        "at": f"{reminder.at:%H:%M}",
        "zone": reminder.zone,
        "channel": reminder.channel,
        "wake_at": reminder.wake_at,
        "told_on": reminder.told_on,
    }
