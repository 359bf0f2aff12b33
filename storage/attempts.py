"""The append-only log of what members did, with the points that each entry adds."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, text
from sqlalchemy import select as select_columns
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.attempt import Attempt, AttemptKind
from bot.domain.cards import Counts
from bot.domain.delivery import Delivery, DeliveryId, Purpose
from bot.domain.people import MemberId, WorkspaceId
from storage.bulk import fetch, write_out
from storage.mapping import from_attempt
from storage.one_trip import OneTripConnection
from storage.statements import connection_of
from storage.tables import AttemptRow, DeliveryRow, table_of
from storage.totals import add_in_thread, name_added, write_adding

_TABLE = table_of(AttemptRow)
_WRITTEN = [column for column in _TABLE.c if column.name != "id"]
_TOLD = [_TABLE.c[name] for name in ("member_id", "delivery_id", "slot", "late")]
_INSERT = """
INSERT INTO attempts ({names}) VALUES ({values}) ON CONFLICT DO NOTHING
RETURNING member_id, delivery_id, slot, late"""
"""It returns no row where a member's second reveal or first answer is left out."""
_LOG = text(
    _INSERT.format(
        names=", ".join(column.name for column in _WRITTEN),
        values=", ".join(f":{column.name}" for column in _WRITTEN),
    )
).bindparams(*(bindparam(column.name, type_=column.type) for column in _WRITTEN))
LOGGED = _LOG.columns(*_TOLD).cte("logged")
"""PostgreSQL's expression with the row of an attempt that was not there yet."""
LOGGING = (LOGGED, *write_adding())
"""All expressions of its statement that logs an attempt and adds its points, in this order."""
_LOG_AND_ADD = select_columns(LOGGED.c.slot).add_cte(*LOGGING)
Read = tuple[str, Sequence[Any]]
"""A statement of SQLite's, and its values."""


@dataclass
class AttemptRepository:
    """Implements `bot.ports.Attempts`."""

    session: AsyncSession

    async def add(self, attempt: Attempt) -> bool:
        connection = connection_of(self.session)
        if connection.dialect.name == "postgresql":
            return bool(await fetch(connection, _LOG_AND_ADD, name_logged(attempt)))
        first, _ = await log_on_sqlite(connection, attempt)
        return first

    async def kinds(
        self, workspace_id: WorkspaceId, member_id: MemberId, delivery_id: DeliveryId
    ) -> Mapping[AttemptKind, datetime]:
        rows = await self.session.exec(
            select(col(AttemptRow.kind), func.min(col(AttemptRow.at)))
            .where(
                AttemptRow.workspace_id == workspace_id,
                AttemptRow.member_id == member_id,
                AttemptRow.delivery_id == delivery_id,
            )
            .group_by(col(AttemptRow.kind))
        )
        return {AttemptKind(kind): at for kind, at in rows}

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


def name_logged(attempt: Attempt) -> dict[str, Any]:
    """Give the parameters of a statement with `LOGGING`."""
    return from_attempt(attempt) | name_added(attempt)


async def log_on_sqlite(
    connection: AsyncConnection, attempt: Attempt, read: Read | None = None
) -> tuple[bool, list[Any]]:
    """Log an attempt in one trip to SQLite's thread, and read what comes of it there, too.

    Returns whether it was not there yet, and the rows as the driver has them.
    """
    log, row = write_out(_LOG, connection.dialect, from_attempt(attempt))
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, OneTripConnection)
    logged, rows = await driver.work(_log_in_thread, log, row, name_added(attempt), read)
    return logged, rows


def _log_in_thread(
    database: sqlite3.Connection,
    log: str,
    row: Sequence[Any],
    added: dict[str, Any],
    read: Read | None,
) -> tuple[bool, list[Any]]:
    first = bool(database.execute(log, row).fetchall())
    if first:
        add_in_thread(database, added)
    return first, database.execute(*read).fetchall() if read else []
