"""SQLite's transactions begin with their first statement, and hold what they promise."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.errors import StorageError
from storage.engine import open_engine
from storage.schema import migrate
from storage.unit_of_work import SqlStorage


async def test_a_writer_that_did_nothing_leaves_nothing_begun(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path}/quiz.db")
    await migrate(engine)
    one, other = (SqlStorage(engine, random.Random(n)) for n in range(2))
    async with one.writing(), other.writing() as work:
        await work.workspaces.ensure("local", "acme", "acme")
    async with one.writing() as work:
        assert await work.workspaces.find("local", "acme")
    await engine.dispose()


async def test_what_is_written_before_an_error_is_taken_back(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path}/quiz.db")
    await migrate(engine)
    storage = SqlStorage(engine, random.Random(1))

    async def write_and_fail() -> None:
        async with storage.writing() as work:
            await work.workspaces.ensure("local", "acme", "acme")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await write_and_fail()
    async with storage.reading() as work:
        assert await work.workspaces.find("local", "acme") is None
    await engine.dispose()


async def test_a_lock_that_is_not_to_be_had_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engine.BUSY_TIMEOUT_MS", 1)
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path}/quiz.db")
    await migrate(engine)
    one, other = (SqlStorage(engine, random.Random(n)) for n in range(2))
    async with one.writing() as work:
        await work.workspaces.ensure("local", "acme", "acme")
        with pytest.raises(StorageError, match="Another program holds the database"):
            async with other.writing() as second:
                await second.workspaces.ensure("local", "globex", "globex")
    async with other.writing() as second:
        assert await second.workspaces.ensure("local", "globex", "globex")
    await engine.dispose()
