"""What a batch asks for: by keys in one array, found by an index, whatever else is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import not_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import deliveries, leases, people, schedules
from storage.arrays import is_among, open_pairs
from storage.bulk import fetch
from storage.engine import open_engine
from storage.schema import migrate
from storage.tables import ScheduleRow, WorkspaceRow, table_of

WORKSPACES = table_of(WorkspaceRow)
SCHEDULES = table_of(ScheduleRow)
STATEMENTS = {
    "claim": leases._make_claim(frozenset({"slack", "discord"})),
    "take over": leases._make_take_over(None),
    "fences": leases._FENCES,
    "mark": leases._MARK_SENDING,
    "schedules of deliveries": leases._SHOWN_OF_SCHEDULES,
    "due schedules": schedules._make_taking(SCHEDULES.c.next_due_at),
    "planned slots": deliveries._PLANNED,
    "seen questions": deliveries._make_seen("sqlite"),
    "workspaces": people._THESE,
}


@pytest.mark.parametrize("name", STATEMENTS)
async def test_sqlite_scans_no_table_for_a_batch(name: str, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path}/quiz.db")
    await migrate(engine)
    sql = str(STATEMENTS[name].compile(dialect=engine.dialect))
    async with engine.connect() as connection:
        nothing = (None,) * sql.count("?")
        found = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", nothing)
        plan = [row[3] for row in found]
    await engine.dispose()
    looks = [step for step in plan if step.startswith(("SCAN", "SEARCH"))]
    assert any(step.startswith("SEARCH") for step in looks), plan
    scanned = {step.split()[1] for step in looks if step.startswith("SCAN")}
    assert scanned <= {"json_each", "pair", "shown"}, plan  # what the statement brings or finds


@pytest.mark.parametrize("last", ["channel_shown", "workspace_id_channel"])
async def test_a_channels_history_is_read_from_one_index(last: str, tmp_path: Path) -> None:
    """Whatever a year of posts takes in the table, none of it is looked at. Between indexes that
    seem as good SQLite chooses by the order in which they were made."""
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path}/quiz.db")
    await migrate(engine)
    async with engine.begin() as connection:
        ask = "SELECT sql FROM sqlite_master WHERE name = ?"
        [made] = await connection.exec_driver_sql(ask, (f"ix_deliveries_{last}",))
        await connection.exec_driver_sql(f"DROP INDEX ix_deliveries_{last}")
        await connection.exec_driver_sql(made[0])
    sql = str(STATEMENTS["seen questions"].compile(dialect=engine.dialect))
    async with engine.connect() as connection:
        found = await connection.exec_driver_sql(f"EXPLAIN {sql}", (None,) * sql.count("?"))
        steps = list(found)
        roots = "SELECT name, rootpage FROM sqlite_master WHERE name IN (?, ?)"
        names = ("deliveries", "ix_deliveries_channel_shown")
        root = dict((await connection.exec_driver_sql(roots, names)).fetchall())
    cursors = {step[3]: step[2] for step in steps if step[1] == "OpenRead"}
    read = {step[2] for step in steps if step[1] == "Column"}
    assert cursors[root["ix_deliveries_channel_shown"]] in read
    assert cursors.get(root["deliveries"]) not in read
    await engine.dispose()


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(database_url)
    yield engine
    await engine.dispose()


async def _add_workspaces(connection: AsyncConnection, *names: str) -> None:
    """Add workspaces to an empty database, which numbers them from 1."""
    for name in names:
        values = {"platform": "local", "external_id": name, "name": name, "seed": 1}
        await connection.execute(WORKSPACES.insert().values(emoji="bulb", **values))


async def test_members_of_an_array_are_found_and_left_out(engine: AsyncEngine) -> None:
    names = ("plain", 'quote"d', "a,b", "日本", "back\\slash", "none")
    c = WORKSPACES.c
    async with engine.begin() as connection:
        await _add_workspaces(connection, *names)

        async def find(condition: Any, values: tuple[Any, ...]) -> list[Any]:
            wanted = select(c.id, c.name).where(condition).order_by(c.id)
            return [tuple(row) for row in await fetch(connection, wanted, {"values": values})]

        by_name = is_among(c.name, "values")
        assert await find(by_name, names[1:5]) == list(enumerate(names[1:5], 2))
        assert await find(is_among(c.id, "values"), (2, 77)) == [(2, 'quote"d')]
        assert await find(is_among(c.id, "values"), ()) == []
        assert await find(not_(is_among(c.id, "values")), (1, 2, 3, 4)) == [
            (5, "back\\slash"),
            (6, "none"),
        ]
        assert len(await find(not_(is_among(c.id, "values")), ())) == len(names)


async def test_pairs_are_joined_whole(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await _add_workspaces(connection, "one", 'tw"o')
        pair = open_pairs(connection.dialect.name, "pairs")
        c = WORKSPACES.c
        wanted = select(c.id).where(c.id == pair.number, c.name == pair.text).order_by(c.id)
        pairs = ((1, "one"), (2, "one"), (2, 'tw"o'))
        assert [row.id for row in await fetch(connection, wanted, {"pairs": pairs})] == [1, 2]


async def test_rows_are_what_sqlalchemy_makes_of_them(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await _add_workspaces(connection, "one", "two")
        await connection.execute(text("UPDATE workspaces SET left_at = '2026-01-05 09:00:00'"))
        wanted = WORKSPACES.select().where(is_among(WORKSPACES.c.id, "ids"))
        ours = await fetch(connection, wanted, {"ids": (1, 2)})
        theirs = (await connection.execute(WORKSPACES.select())).all()
        assert [tuple(row) for row in ours] == [tuple(row) for row in theirs]
        assert ours[0].left_at.utcoffset() is not None
