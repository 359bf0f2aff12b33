"""Statements that the two databases spell apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


async def insert_new(
    session: AsyncSession, table: type[SQLModel], rows: Sequence[dict[str, Any]]
) -> int:
    """Insert rows; one that breaks a unique constraint is left out. Return how many went in."""
    if not rows:
        return 0
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    target = table.__table__  # type: ignore[attr-defined]
    statement = insert(target).values(list(rows)).on_conflict_do_nothing()
    inserted = await session.exec(statement.returning(*target.primary_key))
    return len(inserted.all())
