"""The append-only log of what members did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects import sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.attempt import Attempt, AttemptKind
from bot.domain.cards import Counts
from bot.domain.delivery import Delivery, DeliveryId, Purpose
from bot.domain.people import MemberId, WorkspaceId
from storage.bulk import write_out
from storage.mapping import from_attempt
from storage.one_trip import OneTripConnection
from storage.statements import connection_of
from storage.tables import AttemptRow, DeliveryRow
from storage.totals import log_and_add, name_added, write_log_and_add

_TABLE: Any = AttemptRow.__table__  # type: ignore[attr-defined]
_LOG = sqlite.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id)
"""A member's second reveal or first answer is left out."""
_LOG_AND_ADD = write_log_and_add()


@dataclass
class AttemptRepository:
    """Implements `bot.ports.Attempts`."""

    session: AsyncSession

    async def add(self, attempt: Attempt) -> bool:
        connection = connection_of(self.session)
        values = from_attempt(attempt)
        if connection.dialect.name == "postgresql":
            logged = await connection.execute(_LOG_AND_ADD, values | name_added(attempt))
            return logged.first() is not None
        log, row = write_out(_LOG, connection.dialect, values)
        driver = (await connection.get_raw_connection()).driver_connection
        assert isinstance(driver, OneTripConnection)
        return bool(await driver.work(log_and_add, log, row, name_added(attempt)))

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
