"""The append-only log of what members did."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.attempt import Attempt, AttemptKind
from bot.domain.cards import Counts
from bot.domain.delivery import Delivery, DeliveryId, Purpose
from bot.domain.people import MemberId, WorkspaceId
from storage.logged import log_attempt
from storage.statements import connection_of
from storage.tables import AttemptRow, DeliveryRow


@dataclass
class AttemptRepository:
    """Implements `bot.ports.Attempts`."""

    session: AsyncSession

    async def add(self, attempt: Attempt) -> bool:
        return await log_attempt(connection_of(self.session), attempt)

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
