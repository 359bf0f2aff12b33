"""The schema: made, migrated and checked alike on both databases."""

from __future__ import annotations

import re
from pathlib import Path
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


OLDEST = """
INSERT INTO workspaces (id, platform, external_id, name, seed, emoji)
VALUES (7, 'local', 'acme', 'Acme', 5, 'bulb');
INSERT INTO members (id, workspace_id, external_id, name, on_leaderboard, admin, reminders)
VALUES (8, 7, 'ana', 'Ana', {yes}, {no}, {no});
INSERT INTO packs (id, name, digest) VALUES (3, 'own', 'd');
INSERT INTO questions (id, pack_id, workspace_id, slug, version, level, topics, body, current)
VALUES (9, 3, 7, 'why', 'v1', 'fresher', '[]', '{{}}', {yes});
INSERT INTO schedules (id, workspace_id, number, channel, at, days, zone, reveal, created_by)
VALUES (4, 7, 1, '#general', '09:00', '01234', 'UTC', 'private', 8);
INSERT INTO deliveries (id, workspace_id, schedule_id, question_key, question_id, channel, slot,
  run, purpose, key, round, state, due_at, expires_at, fence, tries)
VALUES (5, 7, 4, 9, 'why', '#general', '2026-03-23', 0, 'question', 'k', 0, 'confirmed',
  '2026-03-23 09:00:00', '2026-03-23 11:00:00', 1, 1);
INSERT INTO attempts (id, workspace_id, member_id, delivery_id, slot, kind, once, at, late, points,
  score, answer) VALUES (6, 7, 8, 5, '2026-03-23', 'answer', 'answer', '2026-03-23 10:00:00', {no},
  3, 0.5, 'It depends.')
"""
"""A row in each table of the first schema that has others below it."""
KEPT = ("workspaces", "members", "packs", "questions", "schedules", "deliveries", "attempts")


async def test_migrations_keep_what_is_there(engine: AsyncEngine) -> None:
    """From the oldest schema on, one after the other, as `migrate` does it."""
    from alembic import command

    def begin(connection: Any) -> None:
        command.upgrade(schema._alembic_config(connection), "0001")

    is_sqlite = engine.dialect.name == "sqlite"
    words = {"yes": "1", "no": "0"} if is_sqlite else {"yes": "true", "no": "false"}
    async with engine.begin() as connection:
        await connection.run_sync(begin)
        for statement in OLDEST.format(**words).split(";"):
            await connection.execute(text(statement))
    assert await schema.migrate(engine) == schema.head_revision()
    async with engine.connect() as connection:
        for table in KEPT:
            found = await connection.execute(text(f"SELECT count(*) FROM {table}"))
            assert (table, found.scalar()) == (table, 1)
        if is_sqlite:
            assert (await connection.execute(text("PRAGMA foreign_key_check"))).all() == []
            assert (await connection.execute(text("PRAGMA integrity_check"))).scalar() == "ok"


async def test_sqlite_has_the_same_tables_whichever_way_they_came(tmp_path: Path) -> None:
    """Also what no comparison of columns shows: partial indexes, cascades, numbers given once."""
    found = []
    for name, make in (("made", schema._create), ("migrated", schema._upgrade)):
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
