"""Opens SQLite or PostgreSQL the way this program needs it."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import IO, Any
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.engine import URL, Dialect, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import ConfigError, Erased, StorageError
from storage import one_trip

try:
    import fcntl
except ImportError:  # Windows has no flock
    fcntl = None  # type: ignore[assignment]

BUSY_TIMEOUT_MS = 5000
CACHE_KB = 512
"""What a connection to SQLite keeps of the file, of SQLite's own 2,000. Each has a cache of its
own, and the operating system has the file in its memory as well: more makes nothing quicker."""
ASK_AFTER = 5.0
"""Seconds without use after which a connection to PostgreSQL is asked whether it is alive."""
PATIENCE = 30.0
"""A line to PostgreSQL that broke in silence says nothing for ever, and a statement of the service
takes thousandths of a second. Migrations may take longer."""
WRITE = {"begin": "BEGIN IMMEDIATE"}
"""Execution options of a transaction that will write. Taking SQLite's lock at the start
waits for another writer; taking it half-way fails with "database is locked"."""
READ = {"sqlite": {"begin": ""}, "postgresql": {"isolation_level": "AUTOCOMMIT"}}
"""Those of reading alone, by database: no BEGIN and no end, so each statement sees what is
committed when it runs, and a look costs half as many trips."""

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
"""By what a URL begins with; hosting providers write `postgres://`."""
_OPTIONS = frozenset({"ssl", "host", "port", "passfile", "prepared_statement_cache_size"})
"""Of a URL of PostgreSQL: what asyncpg, or SQLAlchemy for it, takes as text."""
_QUEUES: WeakKeyDictionary[Engine, asyncio.Lock] = WeakKeyDictionary()
_PORT = "database.url: its port must be a number from 1 to 65535."


def open_engine(url: str, patience: float | None = PATIENCE) -> AsyncEngine:
    """Return an engine; nothing is connected yet. Dispose of it when done.

    A statement that PostgreSQL does not answer for `patience` seconds is given up (None: never).

    Its errors do not repeat the values of a statement: they get into the log with tracebacks,
    and hold what members wrote.

    Raises:
        ConfigError: the URL is none, or names an engine other than these two.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        files, options = parsed.get_dialect()().create_connect_args(parsed)
        engine = create_async_engine(
            parsed,
            async_creator=partial(one_trip.connect, files[0], **options),
            hide_parameters=True,
        )
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    options = {"command_timeout": patience}
    engine = create_async_engine(parsed, hide_parameters=True, connect_args=options)
    event.listen(engine.sync_engine, "checkin", _note_use)
    event.listen(engine.sync_engine, "checkout", partial(_refuse_dead, engine.sync_engine.dialect))
    return engine


def queue_writers(engine: AsyncEngine) -> AbstractAsyncContextManager[object]:
    """Return what whoever is about to write enters before the transaction is begun.

    Writers of one process queue up for SQLite's single lock here, in order; its own busy handler
    would let them race, and who writes but now and then could lose until the time is over.
    """
    if engine.dialect.name != "sqlite":
        return nullcontext()
    return _QUEUES.setdefault(engine.sync_engine, asyncio.Lock())


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _refuse_dead(dialect: Dialect, connection: Any, record: Any, _proxy: Any) -> None:
    """Let the pool take another connection for one that the server has let go of.

    A closed one says so by itself. Only a line that broke in silence has to be asked, and one
    that was used a moment ago is not: the question would be a trip for every transaction.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError
    now = time.monotonic()
    if now - record.info.get("used", now) > ASK_AFTER:
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError(
            f'database.url: "{_hide_password(url)}" is not a database URL. '
            "Write it like sqlite+aiosqlite:///fastapi-quiz.db"
        ) from None
    except ValueError:  # nothing of it is shown: there may be a password
        raise ConfigError(_PORT) from None
    backend = parsed.get_backend_name()
    if backend not in _DRIVERS:
        raise ConfigError(
            f"database.url: {backend} is not supported. Use sqlite+aiosqlite:///FILE or "
            "postgresql+asyncpg://USER:PASSWORD@HOST/NAME"
        )
    parsed = parsed.set(drivername=_DRIVERS[backend])
    return parsed if backend == "sqlite" else _translate(parsed)


def _hide_password(url: str) -> str:
    """Leave out what stands before the last @: a password may."""
    before, at, after = url.rpartition("@")
    scheme, slashes, _ = before.partition("//")
    return f"{scheme if slashes else ''}{slashes}…{at}{after}" if at else url


def _translate(url: URL) -> URL:
    """Write for asyncpg what a hosting provider writes for libpq, such as `sslmode`.

    Raises:
        ConfigError: an option that asyncpg has not, or a port that is none.
    """
    if url.port is not None and not 0 < url.port < 2**16:
        raise ConfigError(_PORT)
    query = {("ssl" if name == "sslmode" else name): value for name, value in url.query.items()}
    unknown = [name for name in query if name not in _OPTIONS]
    if unknown:
        raise ConfigError(
            f'database.url: the option "{unknown[0]}" is not known. Leave it out; known are '
            f"sslmode and {', '.join(sorted(_OPTIONS))}."
        )
    return url.set(query=query)


def sqlite_file(engine: AsyncEngine) -> Path | None:
    """Return the database file, or None for PostgreSQL and for a database in memory."""
    url = engine.url
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def refuse_memory(engine: AsyncEngine) -> None:
    """Check that what is written outlives the process.

    Raises:
        ConfigError: it would be in memory alone.
    """
    if engine.dialect.name == "sqlite" and sqlite_file(engine) is None:
        raise ConfigError(
            "database.url names no file: all would be lost at the end. Write it like "
            "sqlite+aiosqlite:///fastapi-quiz.db"
        )


def hold_file(engine: AsyncEngine) -> IO[str] | None:
    """Lock an SQLite file for this process until the returned handle is closed.

    The system lets go of the lock when the process dies, however it dies. Several processes
    share PostgreSQL instead.

    Raises:
        ConfigError: the database is in memory.
        StorageError: another process holds it.
    """
    refuse_memory(engine)
    path = sqlite_file(engine)
    return hold_path(path) if path else None


def hold_path(path: Path) -> IO[str] | None:
    """Lock an SQLite file by its path, like `hold_file`."""
    if fcntl is None:
        return None
    lock = path.with_name(f"{path.name}-lock")
    try:
        handle = lock.open("a+")
    except OSError as error:
        raise StorageError(f"{lock} can't be opened: {error.strerror}. {_MEND_RIGHTS}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise StorageError(
            f"Another fastapi-quiz has {path.name} open: run, or a simulate or restore that is not "
            "done yet. Stop it, or let several processes share PostgreSQL: see database.url in "
            "config.example.toml."
        ) from error
    return handle


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA cache_size = -{CACHE_KB}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    begin = connection.get_execution_options().get("begin", "BEGIN")
    if begin:
        connection.connection.driver_connection.begin_with_next(begin)


@asynccontextmanager
async def explaining_errors() -> AsyncIterator[None]:
    """Turn what a driver says into a StorageError with the next step."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError, NoConnectionLeft) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        kind = Erased if "foreign key constraint" in str(cause).casefold() else StorageError
        raise kind(_explain(str(cause))) from error


_MEND_RIGHTS = "Check that its folder exists, and that this user may write both."
MEND_FULL = "Make room on its disk, or see what else is wrong with that, and try again."
_NO_CONNECTION = (
    "The server has no connection left. Raise its max_connections, or stop what holds them."
)
_EXPLANATIONS = (
    ("unable to open database file", f"The database file can't be opened. {_MEND_RIGHTS}"),
    ("readonly database", "The database file may not be written. Check its rights and owner."),
    ("database or disk is full", "The disk is full; nothing was written. Make room and try again."),
    ("disk I/O error", f"The database file can't be read or written. {MEND_FULL}"),
    ("file is not a database", "The file is not an SQLite database. Check database.url."),
    ("malformed", "The database file is damaged. Restore it from a backup."),
    ("deadlock", "Something else changed the same at that moment. Try again."),
    ("locked", "Another program holds the database. Stop it, or try again in a moment."),
    (
        "QueuePool",
        "The database is too slow: all connections to it are in use. Look at its server.",
    ),
    ("Connect call failed", "The database can't be reached. Check database.url and the server."),
    ("[Errno -", "The database can't be reached. Check database.url and the server."),
    ("password authentication", "The database refuses the password. Check database.url."),
    (
        "permission denied",
        "The database's user lacks rights there. Let it own the database: "
        "ALTER DATABASE name OWNER TO user.",
    ),
    ("rejected SSL", "The server has no SSL. Switch it on there, or leave out sslmode."),
    (
        "pg_hba.conf",
        "The server lets this user in from here not at all, or only with SSL. Look at its "
        "pg_hba.conf, or end database.url with ?sslmode=require",
    ),
    ("connection slots", _NO_CONNECTION),
    ("too many c", _NO_CONNECTION),  # clients; connections for a role, or for a database
    ('role "', "The database knows no such user. Check database.url."),
    ("does not exist", "The database does not exist, or its schema is missing. Create it first."),
)


def _explain(problem: str) -> str:
    for sign, explanation in _EXPLANATIONS:
        if sign in problem:
            return explanation
    if not problem:  # a time-out has no words
        return "The database did not answer in time. Look whether its server can be reached."
    return f"The database answers: {problem.splitlines()[0]}."
