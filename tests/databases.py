"""Empty databases with the newest schema: a file is copied, PostgreSQL's is emptied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.default import DefaultDialect
from sqlmodel import SQLModel

from storage.engine import open_engine, sqlite_file
from storage.schema import create_tables, has_tables, migrate

_TABLES = [table.name for table in SQLModel.metadata.sorted_tables]
"""Of the program alone: proofs of questions that run later declare tables of their own."""
_DELETES = " ".join(f"DELETE FROM {name};" for name in reversed(_TABLES))
_EMPTY = f"""DO $$ BEGIN
    LOCK TABLE {", ".join(_TABLES)};
    {_DELETES}
    PERFORM setval(oid::regclass, 1, false) FROM pg_class
    WHERE relkind = 'S' AND relnamespace = current_schema()::regnamespace;
END $$"""
"""Whoever was killed may still be at work, and is waited for. TRUNCATE would make all files of
all tables anew, which takes longer than most tests."""


def make_sqlite(file: Path) -> str:
    """Make the file, unless it is there, and return its URL."""
    if not file.exists():
        file.write_bytes(_make_tables())
    return f"sqlite+aiosqlite:///{file}"


@cache
def _make_tables() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "quiz.db"
        engine = create_engine(f"sqlite:///{file}")
        with engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            create_tables(connection)
        engine.dispose()
        return file.read_bytes()


async def make_empty(url: str) -> None:
    """Leave the tables and no row, whatever was there; numbers begin at 1 again."""
    engine = open_engine(url)
    if file := sqlite_file(engine):
        for left in file.parent.glob(f"{file.name}*"):
            left.unlink()
        make_sqlite(file)
        return
    if not await has_tables(engine):
        await migrate(engine)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(_EMPTY)
    await engine.dispose()


@contextmanager
def compile_once() -> Iterator[None]:
    """Let all engines share the statements that SQLAlchemy has compiled.

    A process of the program has one engine for all its life; each test opens new ones, and would
    compile everything anew.
    """
    statements: dict[Any, Any] = {}

    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=statements)

    with pytest.MonkeyPatch.context() as patch:
        # what is compiled is kept by dialect, of which each engine makes its own
        patch.setattr(DefaultDialect, "__eq__", lambda one, other: type(one) is type(other))
        patch.setattr(DefaultDialect, "__hash__", lambda one: hash(type(one)))
        event.listen(Engine, "engine_connect", share)
        yield
        event.remove(Engine, "engine_connect", share)
