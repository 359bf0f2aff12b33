"""Databases for every test that wants one: real SQLite files and a real PostgreSQL."""

from __future__ import annotations

import logging
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.logs import structlog  # without Rich, which needs seconds to draw a traceback
from storage.engine import open_engine
from storage.unit_of_work import SqlStorage
from tests.databases import compile_once, make_empty
from tests.postgres import run_server


@pytest.fixture(scope="session", autouse=True)
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Programs that tests start put their pictures here, and not into the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """A statement is compiled once for the whole run."""
    with compile_once():
        yield


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """What a command in this process does to the log ends with its test."""
    before = logging.getLogger().handlers[:]
    yield
    structlog.reset_defaults()
    for handler in set(logging.getLogger().handlers) - set(before):
        logging.getLogger().removeHandler(handler)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """One server for the whole run."""
    with run_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a database of each kind can be; nothing is made yet."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/quiz.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def database_url(bare_url: str) -> str:
    """An empty database of each kind, with the newest schema."""
    await make_empty(bare_url)
    return bare_url


@pytest.fixture
async def storage(database_url: str) -> AsyncIterator[SqlStorage]:
    """The storage on an empty database."""
    engine = open_engine(database_url)
    yield SqlStorage(engine, random.Random(7))
    await engine.dispose()
