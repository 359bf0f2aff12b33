"""aiosqlite with one trip to its thread for each statement.

An aiosqlite cursor goes to the connection's thread to be made, to execute, to fetch and to
be closed. SQLAlchemy always does the four in a row, and small transactions spend most of
their time on the way: here a statement is executed and read in one go.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Self

import aiosqlite


class OneTripCursor:
    """What SQLAlchemy's adapter needs of a cursor; all rows are read at once."""

    arraysize = 1

    def __init__(self, connection: OneTripConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Execute, and fetch what comes back."""
        await self._connection.work(self._run, False, sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Execute once for each set of parameters; nothing comes back."""
        await self._connection.work(self._run, True, sql, parameters)
        return self

    def _run(self, database: sqlite3.Connection, many: bool, sql: str, parameters: Any) -> None:
        """Work in the connection's thread."""
        cursor = (database.executemany if many else database.execute)(sql, parameters)
        self.description = cursor.description
        self._rows = cursor.fetchall() if cursor.description else []
        self.rowcount = cursor.rowcount
        self.lastrowid = cursor.lastrowid
        cursor.close()

    async def fetchall(self) -> list[Any]:
        """Return the rows."""
        return self._rows

    async def close(self) -> None:
        """It was closed when its rows were read."""


class OneTripConnection(aiosqlite.Connection):
    """A connection whose cursors take one trip, and which rolls back only what was begun.

    A transaction begins on the trip of its first statement.
    """

    _begin = ""

    def begin_with_next(self, statement: str) -> None:
        """Execute this BEGIN before whatever is executed next."""
        self._begin = statement

    async def commit(self) -> None:
        """Commit where there is anything."""
        self._begin = ""
        if self.in_transaction:
            await super().commit()

    def cursor(self) -> OneTripCursor:  # type: ignore[override]
        """Return a cursor, without going to the thread for it."""
        return OneTripCursor(self)

    async def work(self, run: Any, *arguments: Any) -> Any:
        """Call a function with the database in the connection's thread."""
        return await self._execute(self._work, run, arguments)  # type: ignore[no-untyped-call]

    def _work(self, run: Any, arguments: tuple[Any, ...]) -> Any:
        """Begin what was asked for, and call the function."""
        statement, self._begin = self._begin, ""
        if statement:
            self._conn.execute(statement)
        return run(self._conn, *arguments)

    async def rollback(self) -> None:
        """Roll back, which a pool asks for after every use, where there is anything."""
        self._begin = ""
        if self.in_transaction:
            await super().rollback()


async def connect(database: str, **options: Any) -> OneTripConnection:
    """Open an SQLite database; its thread doesn't keep the program from ending."""
    connection = OneTripConnection(lambda: sqlite3.connect(database, **options), 64)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does for its own
    await connection
    return connection
