"""The append-only log of what members did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.attempt import Attempt, AttemptKind
from bot.domain.cards import Counts
from bot.domain.delivery import Delivery, DeliveryId, Purpose
from bot.domain.people import Member, MemberId, WorkspaceId
from storage.mapping import from_attempt, to_member
from storage.statements import insert_new
from storage.tables import AttemptRow, DeliveryRow, MemberRow


@dataclass
class AttemptRepository:
    """Implements `bot.ports.Attempts`."""

    session: AsyncSession

    async def add(self, attempt: Attempt) -> bool:
        return await insert_new(self.session, AttemptRow, [from_attempt(attempt)]) == 1

    async def kinds(
        self, workspace_id: WorkspaceId, member_id: MemberId, delivery_id: DeliveryId
    ) -> set[AttemptKind]:
        rows = await self.session.exec(
            select(col(AttemptRow.kind)).where(
                AttemptRow.workspace_id == workspace_id,
                AttemptRow.member_id == member_id,
                AttemptRow.delivery_id == delivery_id,
            )
        )
        return {AttemptKind(kind) for kind in rows}

    async def dates(self, workspace_id: WorkspaceId) -> Mapping[MemberId, set[date]]:
        rows = await self.session.exec(
            select(col(AttemptRow.member_id), col(AttemptRow.slot))
            .join(DeliveryRow)
            .where(
                AttemptRow.workspace_id == workspace_id,
                col(AttemptRow.late).is_(False),
                col(DeliveryRow.member_id).is_(None),
            )
            .distinct()
        )
        dates: dict[MemberId, set[date]] = defaultdict(set)
        for member_id, slot in rows:
            dates[MemberId(member_id)].add(slot)
        return dates

    async def dates_of(self, workspace_id: WorkspaceId, member_id: MemberId) -> set[date]:
        rows = await self.session.exec(
            select(col(AttemptRow.slot))
            .join(DeliveryRow)
            .where(
                AttemptRow.workspace_id == workspace_id,
                AttemptRow.member_id == member_id,
                col(AttemptRow.late).is_(False),
                col(DeliveryRow.member_id).is_(None),
            )
            .distinct()
        )
        return set(rows)

    async def totals(
        self, workspace_id: WorkspaceId, since: datetime | None
    ) -> Sequence[tuple[Member, int]]:
        points = func.sum(col(AttemptRow.points))
        wanted = (
            select(MemberRow, points)
            .join(AttemptRow, col(AttemptRow.member_id) == col(MemberRow.id))
            .where(AttemptRow.workspace_id == workspace_id, col(MemberRow.on_leaderboard))
            .group_by(col(MemberRow.id))
            .order_by(points.desc(), col(MemberRow.name))
        )
        if since is not None:
            wanted = wanted.where(AttemptRow.at >= since)
        return [(to_member(row), int(total)) for row, total in await self.session.exec(wanted)]

    async def counts(self, delivery: Delivery) -> Counts:
        rows = await self.session.exec(
            select(col(AttemptRow.kind), func.count(func.distinct(AttemptRow.member_id)))
            .join(DeliveryRow)
            .where(
                DeliveryRow.workspace_id == delivery.workspace_id,
                DeliveryRow.schedule_id == delivery.schedule_id,
                DeliveryRow.slot == delivery.slot,
                DeliveryRow.run == delivery.run,
                DeliveryRow.purpose == Purpose.QUESTION,
            )
            .group_by(col(AttemptRow.kind))
        )
        members = dict(rows.all())
        return Counts(members.get(AttemptKind.ANSWER, 0), members.get(AttemptKind.REVEAL, 0))
