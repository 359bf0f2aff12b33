"""All rows of one database into another of the other kind.

Tables are those that are declared, so that a new one is taken along as well. Both ends are plain
connections, inside `run_sync` where one is asyncpg's; rows pass in batches, with the types that
the tables have.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import (
    Connection,
    NullPool,
    Table,
    create_engine,
    delete,
    func,
    select,
    text,
)
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

from bot.errors import StorageError
from storage.engine import BUSY_TIMEOUT_MS, explaining_errors
from storage.schema import TAKE_TURN, create_tables, has_tables, require_current
from storage.tables import ProcessRow

OnProgress = Callable[[float], None]
"""Is told the share (0..1) that is done."""
_BATCH = 1000
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


async def write_file(engine: AsyncEngine, file: Path, on_progress: OnProgress) -> None:
    """Write all that PostgreSQL holds, as of one moment, into a new SQLite file.

    Raises:
        SchemaError: its schema is not the newest.
        StorageError: one of them can't be used.
    """
    await require_current(engine)
    async with explaining_errors(), engine.connect() as connection:
        await connection.execution_options(**_SNAPSHOT)
        with _open_file(file, "BEGIN IMMEDIATE") as target:
            create_tables(target)
            await connection.run_sync(copy_rows, target, on_progress)
            target.commit()


async def read_file(engine: AsyncEngine, file: Path, on_progress: OnProgress) -> int:
    """Bring all that an SQLite file of the newest schema holds into an empty PostgreSQL.

    It is done whole or not at all, and nobody else writes there meanwhile. Return the number of
    rows.

    Raises:
        SchemaError: there are tables, and their schema is not the newest.
        StorageError: there are rows already, or one of the two can't be used.
    """
    async with explaining_errors(), engine.begin() as connection:
        await connection.execute(TAKE_TURN)
        if await has_tables(engine):
            await connection.run_sync(_require_empty)
        else:
            await connection.run_sync(create_tables)
        with _open_file(file, "BEGIN") as source:
            copied = await connection.run_sync(partial(copy_rows, source), on_progress)
        await connection.execute(delete(ProcessRow))  # whoever ran on the other one
        await connection.execute(text("ANALYZE"))  # or it would plan as for empty tables at first
    return copied


@contextmanager
def _open_file(file: Path, begin: str) -> Iterator[Connection]:
    """Open an SQLite file as it is, without changing the way in which it keeps its journal."""
    connect = partial(sqlite3.connect, file, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None)
    with closing(create_engine("sqlite://", creator=connect, poolclass=NullPool).connect()) as it:
        it.exec_driver_sql(begin)
        yield it


def _require_empty(connection: Connection) -> None:
    """Keep all others from writing until the end of the transaction, and look for rows.

    Raises:
        StorageError: there are some.
    """
    tables = SQLModel.metadata.sorted_tables
    names = ", ".join(table.name for table in tables)
    connection.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
    for table in tables:
        if connection.execute(select(table).limit(1)).first():
            raise StorageError(
                f"The database is not empty: its table {table.name} has rows. Nothing was changed. "
                "Make an empty one and name it in database.url."
            )


def copy_rows(source: Connection, target: Connection, on_progress: OnProgress) -> int:
    """Copy the rows of all tables, parents before their children, and return how many.

    Raises:
        StorageError: a table has another number of rows than its source.
    """
    tables = SQLModel.metadata.sorted_tables
    counts = {table: _count(source, table) for table in tables}
    total, done = sum(counts.values()), 0
    for table in tables:
        for size in _copy_table(source, target, table):
            done += size
            on_progress(done / total)
        _go_on_counting(target, table)
    for table, count in counts.items():
        if (arrived := _count(target, table)) != count:
            raise StorageError(
                f"Of {count:,} rows in {table.name} {arrived:,} arrived. Nothing was changed. "
                "Stop whatever else uses the two databases, and try again."
            )
    return total


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _copy_table(source: Connection, target: Connection, table: Table) -> Iterator[int]:
    """Copy a table's rows, and yield how many each batch had.

    Raises:
        StorageError: one does not fit, as it may where somebody wrote into SQLite by hand.
    """
    reading = select(table).execution_options(yield_per=_BATCH)
    for rows in source.execute(reading).mappings().partitions():
        try:
            target.execute(table.insert(), [dict(row) for row in rows])
        except (IntegrityError, DataError) as error:
            problem = str(error.orig).splitlines()[0].rpartition(": ")[2]
            raise StorageError(
                f"A row of {table.name} does not fit: {problem}. Nothing was changed. "
                "Mend that row in the source, and try again."
            ) from error
        yield len(rows)


def _go_on_counting(target: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows from the highest number on, as SQLite does by itself."""
    key = table.autoincrement_column
    if key is not None and target.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, key.name)
        target.execute(select(func.setval(sequence, func.max(key))).select_from(table))
