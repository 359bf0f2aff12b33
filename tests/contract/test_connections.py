"""Connections to PostgreSQL: those that the server ended are replaced, and nobody notices."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from socket import gaierror

import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

import storage.engine
from bot.domain.people import WorkspaceId
from bot.errors import ConfigError, StorageError
from storage.engine import explaining_errors, open_engine
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


class SilentLine:
    """Stands between the program and the server; what is connected may break without a word."""

    def __init__(self, url: URL) -> None:
        self._server = (url.host, url.port)
        self._epoch = 0

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[int]:
        """Serve on a port."""
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]

    def break_all(self) -> None:
        """Nothing comes through any more but on new connections."""
        self._epoch += 1

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ours, theirs = await asyncio.open_connection(*self._server)
        with suppress(ConnectionError):
            await asyncio.gather(self._pump(reader, theirs), self._pump(ours, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        epoch = self._epoch
        while data := await reader.read(65_536):
            if epoch == self._epoch:
                writer.write(data)
        writer.close()


@pytest.mark.parametrize("is_old", [False, True])
async def test_a_line_that_broke_in_silence_is_given_up_and_replaced(
    engine: AsyncEngine, postgres_url: str, monkeypatch: pytest.MonkeyPatch, is_old: bool
) -> None:
    """A server lost its power, or a firewall forgot the connection: nobody ever says so."""
    monkeypatch.setattr(storage.engine, "ASK_AFTER", -1.0 if is_old else 1000.0)
    line = SilentLine(make_url(postgres_url))
    async with line.listen() as port:
        url = make_url(postgres_url).set(port=port)
        through = open_engine(url.render_as_string(hide_password=False), patience=0.3)
        sql = SqlStorage(through, random.Random(1))
        async with sql.writing() as work:
            await work.workspaces.ensure("local", "before", "before")
        line.break_all()
        async with asyncio.timeout(10):
            with pytest.raises(StorageError, match="did not answer in time"):
                async with sql.writing() as work:
                    await work.workspaces.ensure("local", "lost", "lost")
            async with sql.writing() as work:
                await work.workspaces.ensure("local", "after", "after")
        await through.dispose()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
async def test_a_url_as_hosting_providers_write_it_is_taken(postgres_url: str, scheme: str) -> None:
    url = postgres_url.replace("postgresql+asyncpg", scheme)
    engine = open_engine(f"{url}{'&' if '?' in url else '?'}sslmode=prefer")
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
    await engine.dispose()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgres://u:s3cret@here:port/quiz", "a number from 1 to 65535"),
        ("postgres://u:s3cret@here:70000/quiz", "a number from 1 to 65535"),
        ("postgres://u:s3cret@here/quiz?channel_binding=require", '"channel_binding" is not'),
        ("postgres//u:s3cret@here/quiz", '"postgres//…@here/quiz" is not a database URL'),
        ("postgres:u:s3cret@here", '"…@here" is not a database URL'),
        ("mysql://u:s3cret@here/quiz", "mysql is not supported"),
    ],
)
def test_a_url_that_can_t_be_used_is_refused_without_its_password(url: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        open_engine(url)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"username": "nobody-of-that-name"}, "no such user"),
        ({"database": "no-such-database"}, "does not exist"),
    ],
)
async def test_what_is_wrong_with_a_server_is_told(
    postgres_url: str, change: dict[str, str], said: str
) -> None:
    url = make_url(postgres_url).set(**change).render_as_string(hide_password=False)
    engine = open_engine(url)
    with pytest.raises(StorageError, match=said):
        await migrate(engine)
    await engine.dispose()


async def test_a_host_of_an_unknown_name_is_told() -> None:
    with pytest.raises(StorageError, match="can't be reached"):
        async with explaining_errors():
            raise gaierror(-2, "Name or service not known")


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ("permission denied for schema public", "ALTER DATABASE name OWNER TO user"),
        ('PostgreSQL server at "db:5432" rejected SSL upgrade', "leave out sslmode"),
        ('no pg_hba.conf entry for host "10.0.0.2", user "quiz", no encryption', "sslmode=require"),
        ("sorry, too many clients already", "max_connections"),
        ('too many connections for role "quiz"', "max_connections"),
        (
            "remaining connection slots are reserved for roles with the SUPERUSER attribute",
            "max_connections",
        ),
    ],
)
async def test_what_a_server_refuses_comes_with_the_next_step(said: str, step: str) -> None:
    """The first of them is what PostgreSQL 15 and newer say to a user who does not own it."""
    with pytest.raises(StorageError, match=step):
        async with explaining_errors():
            raise ConnectionError(said)


async def test_two_that_wait_for_each_other_are_told_to_try_again(engine: AsyncEngine) -> None:
    """The end of a post has the post and wants its schedule, a pause the other way round:
    PostgreSQL ends one of them."""
    sql, other = SqlStorage(engine, random.Random(1)), SqlStorage(engine, random.Random(1))
    async with sql.writing() as work:
        names = [(await work.workspaces.ensure("local", f"dead{n}", "")).id for n in (1, 2)]
    met = asyncio.Barrier(2)

    async def change(storage: SqlStorage, first: WorkspaceId, second: WorkspaceId) -> None:
        async with storage.writing() as work:
            await work.workspaces.set_emoji(first, "tada")
            await met.wait()
            await work.workspaces.set_emoji(second, "tada")

    ends = await asyncio.gather(
        change(sql, names[0], names[1]), change(other, names[1], names[0]), return_exceptions=True
    )
    [refused] = [end for end in ends if end is not None]
    assert isinstance(refused, StorageError)
    assert str(refused).endswith("Try again.")


async def test_a_write_after_a_look_is_a_transaction_and_may_be_undone(engine: AsyncEngine) -> None:
    storage = SqlStorage(engine, random.Random(1))

    async def write_and_fail() -> None:
        async with storage.writing() as work:
            await work.workspaces.ensure("local", "undone", "undone")
            raise KeyError

    async with storage.reading() as work:
        assert await work.workspaces.find("local", "undone") is None
    with pytest.raises(KeyError):
        await write_and_fail()
    async with storage.reading() as work:
        assert await work.workspaces.find("local", "undone") is None
        async with storage.writing() as other:
            await other.workspaces.ensure("local", "done", "done")
        assert await work.workspaces.find("local", "done")
