"""Connections to PostgreSQL that the server ended are replaced, and nobody notices."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

import storage.engine
from storage.engine import open_engine
from storage.schema import migrate
from storage.unit_of_work import SqlStorage


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    await migrate(engine)
    yield engine
    await engine.dispose()


async def end_connection(engine: AsyncEngine, url: str, *, noticed: bool) -> None:
    """Let the server end the pool's only connection; wait until the driver has noticed."""
    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        pid = await connection.scalar(text("SELECT pg_backend_pid()"))
    assert driver is not None
    other = open_engine(url)
    async with other.connect() as connection:
        await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        while noticed and not driver.is_closed():
            await connection.execute(text("SELECT 1"))
    await other.dispose()


async def test_a_connection_that_was_closed_is_replaced(
    engine: AsyncEngine, postgres_url: str
) -> None:
    await end_connection(engine, postgres_url, noticed=True)
    async with SqlStorage(engine, random.Random(1)).writing() as work:
        await work.workspaces.ensure("local", "closed", "closed")


async def test_one_that_was_not_used_for_long_is_asked_first(
    engine: AsyncEngine, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.engine, "ASK_AFTER", -1.0)
    await end_connection(engine, postgres_url, noticed=False)
    async with SqlStorage(engine, random.Random(1)).writing() as work:
        await work.workspaces.ensure("local", "asked", "asked")
