"""SQLite's transactions begin with their first statement, and hold what they promise."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import StorageError
from storage.adapter_words import AdapterWords
from storage.engine import open_engine
from storage.installations import SqlOneTimeTokens
from storage.received import SqlReceivedEvents
from storage.schema import migrate
from storage.unit_of_work import SqlStorage
from tests.contract.makers import NOW

DAY = timedelta(days=1)


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[tuple[SqlStorage, SqlStorage]]:
    """Two that write to one file, as from two processes: they don't queue up."""
    engines = [open_engine(f"sqlite+aiosqlite:///{tmp_path}/quiz.db") for _ in range(2)]
    await migrate(engines[0])
    yield SqlStorage(engines[0], random.Random(1)), SqlStorage(engines[1], random.Random(2))
    for engine in engines:
        await engine.dispose()


async def test_a_writer_that_did_nothing_leaves_nothing_begun(
    two: tuple[SqlStorage, SqlStorage],
) -> None:
    one, other = two
    async with one.writing(), other.writing() as work:
        await work.workspaces.ensure("local", "acme", "acme")
    async with one.writing() as work:
        assert await work.workspaces.find("local", "acme")


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


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds another writing gives up at once."""
    monkeypatch.setattr("storage.engine.BUSY_TIMEOUT_MS", 1)


@pytest.mark.usefixtures("impatient")
async def test_a_lock_that_is_not_to_be_had_is_told_in_a_sentence(
    two: tuple[SqlStorage, SqlStorage],
) -> None:
    one, other = two
    async with one.writing() as work:
        await work.workspaces.ensure("local", "acme", "acme")
        with pytest.raises(StorageError, match="Another program holds the database"):
            async with other.writing() as second:
                await second.workspaces.ensure("local", "globex", "globex")
    async with other.writing() as second:
        assert await second.workspaces.ensure("local", "globex", "globex")


@pytest.mark.usefixtures("impatient")
async def test_all_who_write_in_a_process_wait_for_their_turn(tmp_path: Path) -> None:
    """Platforms note what came in, who installs them and where members are, beside the core."""
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path}/quiz.db")
    await migrate(engine)
    tokens = SqlOneTimeTokens(engine, "slack-install")
    async with SqlStorage(engine, random.Random(1)).writing() as work:
        await work.workspaces.ensure("local", "acme", "acme")
        others = asyncio.gather(
            SqlReceivedEvents(engine, "slack").add("event", NOW, NOW + DAY),
            AdapterWords(engine, "discord").keep("home:U1", "G1"),
            tokens.add("token", NOW, NOW + DAY),
        )
        for _ in range(50):
            await work.workspaces.everyone()
    await others
    assert await tokens.use("token", NOW)
    assert await AdapterWords(engine, "discord").recall("home:U1") == "G1"
    await engine.dispose()
