"""SQLite's transactions begin with their first statement, and hold what they promise."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sqlalchemy.pool import QueuePool

from bot.errors import StorageError
from storage.connections import MOST
from storage.engine import open_engine
from storage.schema import migrate
from storage.unit_of_work import SqlStorage


async def open_storage(folder: Path) -> SqlStorage:
    engine = open_engine(f"sqlite+aiosqlite:///{folder}/quiz.db")
    await migrate(engine)
    return SqlStorage(engine, random.Random(1))


async def test_a_writer_that_did_nothing_leaves_nothing_begun(tmp_path: Path) -> None:
    one, other = await open_storage(tmp_path), await open_storage(tmp_path)
    async with one.writing(), other.writing() as work:
        await work.workspaces.ensure("local", "acme", "acme")
    async with one.writing() as work:
        assert await work.workspaces.find("local", "acme")
    await one.close()
    await other.close()


async def test_what_is_written_before_an_error_is_taken_back(tmp_path: Path) -> None:
    storage = await open_storage(tmp_path)

    async def write_and_fail() -> None:
        async with storage.writing() as work:
            await work.workspaces.ensure("local", "acme", "acme")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await write_and_fail()
    async with storage.reading() as work:
        assert await work.workspaces.find("local", "acme") is None
    await storage.close()


async def test_a_lock_that_is_not_to_be_had_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engine.BUSY_TIMEOUT_MS", 1)
    one, other = await open_storage(tmp_path), await open_storage(tmp_path)
    async with one.writing() as work:
        await work.workspaces.ensure("local", "acme", "acme")
        with pytest.raises(StorageError, match="Another program holds the database"):
            async with other.writing() as second:
                await second.workspaces.ensure("local", "globex", "globex")
    async with other.writing() as second:
        assert await second.workspaces.ensure("local", "globex", "globex")
    await one.close()
    await other.close()


async def test_connections_are_used_again_but_for_those_that_failed(tmp_path: Path) -> None:
    storage = await open_storage(tmp_path)
    pool = storage.engine.pool
    for _ in range(3):
        async with storage.writing() as work:
            await work.workspaces.ensure("local", "acme", "acme")
        async with storage.reading() as first, storage.reading() as second:
            assert await first.workspaces.find("local", "acme")
            async with storage.reading() as third:
                assert await third.workspaces.find("local", "acme")
                assert await second.workspaces.find("local", "acme")
    assert isinstance(pool, QueuePool)
    assert (pool.checkedout(), pool.checkedin()) == (1 + MOST["sqlite"], 1)
    with pytest.raises(KeyError):
        async with storage.reading():
            raise KeyError
    assert pool.checkedout() == MOST["sqlite"]
    await storage.close()
    assert pool.checkedout() == 0


async def test_a_look_sees_what_was_written_since_the_last(tmp_path: Path) -> None:
    """A kept connection holds no old state of the database, nor a lock on it."""
    one, other = await open_storage(tmp_path), await open_storage(tmp_path)
    for number in range(3):
        async with other.writing() as work:
            await work.workspaces.ensure("local", f"team {number}", "")
        async with one.reading() as work:
            assert await work.workspaces.find("local", f"team {number}")
    await one.close()
    await other.close()
