"""The schema: made, migrated and checked alike on both databases."""

from __future__ import annotations

import asyncio
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    String,
    inspect,
    text,
)
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

from bot.errors import SchemaError
from storage import schema
from storage.engine import open_engine

OF_A_PLATFORM = (
    "installations",
    "one_time_tokens",
    "adapter_words",
    "received_events",
    "processes",
)
"""What connects a platform, before any workspace of ours is known: keyed by its own ids; and
the processes of `run`."""


async def wipe(engine: AsyncEngine) -> None:
    """Leave an empty database behind, whatever was in it."""
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.drop_all)
        await connection.execute(text("DROP TABLE IF EXISTS alembic_version"))


@pytest.fixture
async def engine(bare_url: str) -> Any:
    engine = open_engine(bare_url)
    await wipe(engine)
    yield engine
    await wipe(engine)
    await engine.dispose()


async def differences(engine: AsyncEngine) -> list[object]:
    """What an automatic migration would still change."""

    def compare(connection: Any) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, SQLModel.metadata))

    async with engine.connect() as connection:
        return await connection.run_sync(compare)


async def test_the_migrations_make_the_declared_tables(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(schema._upgrade)
    assert await schema.current_revision(engine) == schema.head_revision()
    assert await differences(engine) == []


async def test_a_new_database_is_like_a_migrated_one(engine: AsyncEngine) -> None:
    assert await schema.current_revision(engine) is None
    assert await schema.migrate(engine) == schema.head_revision()
    assert await schema.current_revision(engine) == schema.head_revision()
    assert await differences(engine) == []
    await schema.require_current(engine)
    assert await schema.migrate(engine) == schema.head_revision()


def fill(connection: Any) -> dict[str, dict[str, Any]]:
    """Write a row into every table but the version's, and return them."""
    metadata = MetaData()
    metadata.reflect(connection)
    tables = [table for table in metadata.sorted_tables if table.name != "alembic_version"]
    for table in tables:
        row = {column.name: invent(column) for column in table.columns}
        connection.execute(table.insert().values(row))
    return read_rows(connection, [table.name for table in tables])


def read_rows(connection: Any, names: list[str]) -> dict[str, dict[str, Any]]:
    """Return the only row of each table."""
    select = {name: text(f"SELECT * FROM {name}") for name in names}
    return {name: dict(connection.execute(select[name]).mappings().one()) for name in names}


def invent(column: Any) -> object:
    """A value that fits the column; what points to another table finds its row there."""
    if column.foreign_keys or (column.primary_key and isinstance(column.type, Integer)):
        return 7
    values: dict[type, object] = {
        Boolean: True,
        Integer: 3,
        Float: 0.5,
        Date: date(2026, 3, 23),
        DateTime: datetime(2026, 3, 23, 9),  # noqa: DTZ001 - as the columns hold it
        String: column.name[:20],
    }
    return next(value for kind, value in values.items() if isinstance(column.type, kind))


OLDER = schema.revisions()[:-1]
GOES = {("members", "reminders")}
"""Columns that a migration takes away on purpose."""


@pytest.mark.parametrize("revision", OLDER)
async def test_migrations_keep_what_is_there(engine: AsyncEngine, revision: str) -> None:
    """From every older schema on, with a row in each of its tables, as `migrate` does it."""
    from alembic import command

    def begin(connection: Any) -> dict[str, dict[str, Any]]:
        command.upgrade(schema._alembic_config(connection), revision)
        return fill(connection)

    async with engine.begin() as connection:
        before = await connection.run_sync(begin)
    assert await schema.migrate(engine) == schema.head_revision()
    async with engine.connect() as connection:
        after = await connection.run_sync(read_rows, list(before))
        for name, row in before.items():
            kept = {column: value for column, value in row.items() if (name, column) not in GOES}
            assert {column: after[name].get(column) for column in kept} == kept, name
        if engine.dialect.name == "sqlite":
            assert (await connection.execute(text("PRAGMA foreign_key_check"))).all() == []
            assert (await connection.execute(text("PRAGMA integrity_check"))).scalar() == "ok"


async def test_two_that_migrate_at_once_take_turns(engine: AsyncEngine) -> None:
    """As several processes of a new version do that start together, each after `migrate`."""
    from alembic import command

    async def migrate_together() -> None:
        engines = [open_engine(str(engine.url.render_as_string(False))) for _ in range(4)]
        try:
            made = await asyncio.gather(*map(schema.migrate, engines))
        finally:
            await asyncio.gather(*(one.dispose() for one in engines))
        assert made == [schema.head_revision()] * 4
        assert await differences(engine) == []

    await migrate_together()
    await wipe(engine)
    async with engine.begin() as connection:
        await connection.run_sync(
            lambda sync: command.upgrade(schema._alembic_config(sync), OLDER[0])
        )
    await migrate_together()


async def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """What members wrote is in it; its write-ahead log gets the same rights from SQLite."""
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path}/quiz.db")
    await schema.migrate(engine)
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
        names = ("quiz.db", "quiz.db-wal", "quiz.db-shm")
        assert read_modes(tmp_path) == dict.fromkeys(names, "600")
    await engine.dispose()
    (tmp_path / "quiz.db").chmod(0o640)
    await schema.migrate(engine)
    await engine.dispose()
    assert read_modes(tmp_path) == {"quiz.db": "640"}


def read_modes(folder: Path) -> dict[str, str]:
    return {path.name: oct(path.stat().st_mode)[-3:] for path in folder.iterdir()}


async def test_sqlite_has_the_same_tables_whichever_way_they_came(tmp_path: Path) -> None:
    """Also what no comparison of columns shows: partial indexes, cascades, numbers given once."""
    found = []
    for name, make in (("made", schema.create_tables), ("migrated", schema._upgrade)):
        engine = open_engine(f"sqlite+aiosqlite:///{tmp_path}/{name}.db")
        async with engine.begin() as connection:
            await connection.run_sync(make)
            rows = await connection.execute(
                text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
            )
            found.append({str(row.name): _facts_of(row.sql) for row in rows})
        await engine.dispose()
    assert found[0] == found[1]


def _facts_of(sql: str) -> set[str]:
    """Return an index's whole statement, or what binds the rows of a table."""
    plain = " ".join(sql.replace('"', "").split()).replace(", ", ",")
    if "INDEX" in plain:
        return {plain}
    bound = re.findall(
        r"CONSTRAINT (?:fk|uq)\w+ .*?\)(?: REFERENCES.*?(?=,CONS|,PRIM|\)$))?", plain
    )
    return {"AUTOINCREMENT" if "AUTOINCREMENT" in plain else "", *map(str.strip, bound)}


async def test_migrations_go_back_to_nothing(engine: AsyncEngine) -> None:
    from alembic import command

    def downgrade(connection: Any) -> None:
        command.downgrade(schema._alembic_config(connection), "base")

    await schema.migrate(engine)
    async with engine.begin() as connection:
        await connection.run_sync(downgrade)
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert set(names) <= {"alembic_version"}


@pytest.mark.parametrize("revision", ["9999", "0001-from-elsewhere"])
async def test_a_schema_from_the_future_is_refused(engine: AsyncEngine, revision: str) -> None:
    await schema.migrate(engine)
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE alembic_version SET version_num = :it"), {"it": revision}
        )
    with pytest.raises(SchemaError, match="newer"):
        await schema.require_current(engine)
    with pytest.raises(SchemaError, match="newer"):
        await schema.migrate(engine)


async def test_every_table_but_the_bank_belongs_to_a_workspace() -> None:
    for table in SQLModel.metadata.tables.values():
        if table.name in ("workspaces", *OF_A_PLATFORM):
            continue
        column = table.columns["workspace_id"]
        shared = table.name in ("packs", "questions")
        assert column.nullable is shared
        [key] = column.foreign_keys
        assert (key.column.table.name, key.ondelete) == ("workspaces", "CASCADE")
