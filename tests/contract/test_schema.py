"""The schema: made, migrated and checked alike on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
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
