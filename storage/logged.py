"""Logs an attempt with its points, and finds the streak that it goes on, in one trip."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.attempt import Attempt
from storage.bulk import compile_once, fetch, write_out
from storage.mapping import from_attempt
from storage.one_trip import OneTripConnection
from storage.streak_log import FIND_WITH_LOG_OF_ONE, LOGGED, select_with_logged
from storage.tables import AttemptRow
from storage.totals import log_and_add, name_added, write_log_and_add

_TABLE: Any = AttemptRow.__table__  # type: ignore[attr-defined]
_LOG = sqlite.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id)
"""A member's second reveal or first answer is left out."""
_ADDING = write_log_and_add()
_LOG_AND_ADD = select(_ADDING[0].c.slot).add_cte(*_ADDING)
_LOG_AND_FIND = select_with_logged(_ADDING[0]).add_cte(*_ADDING)
"""PostgreSQL's."""


async def log_attempt(connection: AsyncConnection, attempt: Attempt) -> bool:
    """Log it; return False for one that was there already."""
    if connection.dialect.name == "postgresql":
        values = from_attempt(attempt) | name_added(attempt)
        return bool(await fetch(connection, _LOG_AND_ADD, values))
    return bool(await _work(connection, log_and_add, attempt))


async def log_and_find(connection: AsyncConnection, attempt: Attempt) -> tuple[bool, list[Any]]:
    """Log it, and return what the member's streak is made of with it, too, as rows."""
    one = {"workspace_id": attempt.workspace_id, "member_id": attempt.member_id}
    if connection.dialect.name == "postgresql":
        values = from_attempt(attempt) | name_added(attempt)
        rows = await fetch(connection, _LOG_AND_FIND, values)
        if any(row.what == LOGGED for row in rows):
            return True, rows
        # what was there already may have come since the statement began, which did not see it
        return False, await fetch(connection, FIND_WITH_LOG_OF_ONE, one)
    find = compile_once(FIND_WITH_LOG_OF_ONE, connection.dialect, tuple(one))
    logged, found = await _work(connection, _log_and_find, attempt, find.sql, find.pack([one])[0])
    return logged, find.read(found)


async def _work(
    connection: AsyncConnection, run: Callable[..., Any], attempt: Attempt, *arguments: Any
) -> Any:
    """Call a function that logs an attempt in the thread of SQLite's connection."""
    log, row = write_out(_LOG, connection.dialect, from_attempt(attempt))
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, OneTripConnection)
    return await driver.work(run, log, row, name_added(attempt), *arguments)


def _log_and_find(
    database: sqlite3.Connection,
    log: str,
    values: Sequence[Any],
    added: dict[str, Any],
    find: str,
    whom: Sequence[Any],
) -> tuple[bool, list[Any]]:
    logged = log_and_add(database, log, values, added)
    return logged, database.execute(find, whom).fetchall()
