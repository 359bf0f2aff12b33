"""Statements that the two databases spell apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


async def insert_new(
    session: AsyncSession, table: type[SQLModel], rows: Sequence[dict[str, Any]]
) -> int:
    """Insert rows; one that breaks a unique constraint is left out. Return how many went in."""
    if not rows:
        return 0
    target = table.__table__  # type: ignore[attr-defined]
    statement = _insert(session, target).values(list(rows)).on_conflict_do_nothing()
    inserted = await session.exec(statement.returning(*target.primary_key))
    return len(inserted.all())


async def insert_many_new(
    session: AsyncSession, table: type[SQLModel], rows: Sequence[dict[str, Any]]
) -> None:
    """Insert rows with the same columns, as one prepared statement, like `insert_new`."""
    if rows:
        target = table.__table__  # type: ignore[attr-defined]
        connection = await session.connection()
        await connection.execute(_insert(session, target).on_conflict_do_nothing(), rows)


def _insert(session: AsyncSession, target: Table) -> Any:
    postgres = session.get_bind().dialect.name == "postgresql"
    return (postgresql.insert if postgres else sqlite.insert)(target)
