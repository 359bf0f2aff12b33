"""Statements that the two databases spell apart."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.bulk import execute_many
from storage.tables import table_of


def connection_of(session: AsyncSession) -> AsyncConnection:
    """Return what a session was opened on; asking the session itself takes a detour each time."""
    assert isinstance(session.bind, AsyncConnection)
    return session.bind


def insert_into(table: Table, dialect: str) -> Any:
    """Return a database's own INSERT, which knows ON CONFLICT.

    The other's is never imported: PostgreSQL's modules take 2 MB.
    """
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_postgresql

        return insert_postgresql(table)
    from sqlalchemy.dialects.sqlite import insert as insert_sqlite

    return insert_sqlite(table)


async def insert_new(
    session: AsyncSession, table: type[SQLModel], rows: Sequence[dict[str, Any]]
) -> int:
    """Insert rows; one that breaks a unique constraint is left out. Return how many went in."""
    if not rows:
        return 0
    target = table_of(table)
    insert = insert_into(target, session.get_bind().dialect.name)
    statement = insert.values(list(rows)).on_conflict_do_nothing()
    inserted = await session.exec(statement.returning(*target.primary_key))
    return len(inserted.all())


async def insert_many_new(
    session: AsyncSession, table: type[SQLModel], rows: Sequence[dict[str, Any]]
) -> None:
    """Insert rows with the same columns, as one prepared statement, like `insert_new`."""
    connection = connection_of(session)
    await execute_many(connection, _make_insert(table, connection.dialect.name), rows)


async def insert_or_replace(
    connection: AsyncConnection,
    table: type[SQLModel],
    values: dict[str, Any],
    unique: Sequence[str],
) -> None:
    """Insert a row; where one has the same `unique` columns, it gets the other values."""
    replacing = _make_replace(table, connection.dialect.name, tuple(unique), tuple(values))
    await connection.execute(replacing, values)


@cache
def _make_replace(
    table: type[SQLModel], dialect: str, unique: tuple[str, ...], names: tuple[str, ...]
) -> Any:
    """Build the statement once for a table: building costs more than running it."""
    target = table_of(table)
    filled = insert_into(target, dialect).values({name: bindparam(name) for name in names})
    new = {name: filled.excluded[name] for name in names if name not in unique}
    return filled.on_conflict_do_update(index_elements=unique, set_=new)


def new_insert(table: type[SQLModel], dialect: str) -> Any:
    """Return the statement that inserts a row and leaves alone what breaks a unique constraint."""
    target = table_of(table)
    return insert_into(target, dialect).on_conflict_do_nothing()


@cache
def _make_insert(table: type[SQLModel], dialect: str) -> Any:
    return new_insert(table, dialect)
