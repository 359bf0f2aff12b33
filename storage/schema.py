"""The schema's version: makes, upgrades and checks the database."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, String, Table, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import SQLModel

from bot.errors import SchemaError
from storage import tables
from storage.engine import WRITE, explaining_errors, sqlite_file

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"
TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtext('fastapi-quiz migrate'))")
"""Waits for whoever else migrates this database, until the end of the transaction."""


async def migrate(engine: AsyncEngine) -> str:
    """Make the database or bring it to the newest schema, in one transaction.

    A new file is for its owner alone. An empty database gets the tables as they are declared,
    which a test holds to what the migrations make. Returns the revision it has now. Who comes
    while another process does it waits, and finds it done. SQLite's foreign keys are off
    meanwhile: rebuilding a table would otherwise delete the rows that point to it.

    Raises:
        SchemaError: the database is newer than this program.
        StorageError: it can't be opened or written.
    """
    _make_file(engine)
    async with explaining_errors(), engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:
            await _set_foreign_keys(connection, on=False)
        try:
            async with (await connection.execution_options(**WRITE)).begin():
                if not sqlite:  # whose BEGIN IMMEDIATE waits by itself
                    await connection.execute(TAKE_TURN)
                empty = await _refuse_newer(connection) is None
                await connection.run_sync(create_tables if empty else _upgrade)
        finally:
            if sqlite:
                await _set_foreign_keys(connection, on=True)
        return head_revision()


async def _set_foreign_keys(connection: AsyncConnection, *, on: bool) -> None:
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    await driver.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")
    await connection.rollback()


def _make_file(engine: AsyncEngine) -> None:
    """Make a file that is not there for its owner alone; where none can be, opening it says why."""
    file = sqlite_file(engine)
    if file is not None and not file.exists():
        with suppress(OSError):
            file.touch(mode=0o600)


def create_tables(connection: Any) -> None:
    """Make the tables as they are declared, in an empty database."""
    tables.restrict_indexes(connection.dialect.name)
    SQLModel.metadata.create_all(connection)
    version = Table("alembic_version", MetaData(), Column("version_num", String(32)))
    version.create(connection)
    connection.execute(version.insert().values(version_num=head_revision()))


def _upgrade(connection: Any) -> None:
    from alembic import command

    command.upgrade(_alembic_config(connection), "head")


def _alembic_config(connection: Any = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def head_revision() -> str:
    """Return the newest revision that this program knows."""
    return revisions()[-1]


def revisions() -> list[str]:
    """Return all revisions, oldest first: the files are numbered, 0001_why.py."""
    return [path.name.partition("_")[0] for path in sorted(_MIGRATIONS.glob("versions/[0-9]*.py"))]


async def current_revision(engine: AsyncEngine) -> str | None:
    """Return the revision of the database, or None for an empty one; looking makes no file."""
    if _is_missing(engine):
        return None
    async with explaining_errors(), engine.connect() as connection:
        return await _read_revision(connection)


def _is_missing(engine: AsyncEngine) -> bool:
    file = sqlite_file(engine)
    return file is not None and file.parent.is_dir() and not file.exists()


async def _read_revision(connection: AsyncConnection) -> str | None:
    names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    if not names:
        return None
    row = None
    if "alembic_version" in names:
        row = (await connection.execute(text("SELECT version_num FROM alembic_version"))).first()
    if row is None:
        raise SchemaError(
            "The database holds tables of something else, or of an unknown version. "
            "Point database.url to an empty one."
        )
    return str(row[0])


async def _refuse_newer(connection: AsyncConnection) -> str | None:
    """Return the database's revision, None for an empty one."""
    revision = await _read_revision(connection)
    if revision is not None and revision not in revisions():
        raise SchemaError(
            f"The database has schema {revision}, which is newer than this program knows "
            f"({head_revision()}). Install the version of fastapi-quiz that made it."
        )
    return revision


async def has_tables(engine: AsyncEngine) -> bool:
    """Tell whether the database was made; looking makes no file.

    Raises:
        SchemaError: it was, and its schema is not the newest.
    """
    if await current_revision(engine) is None:
        return False
    await require_current(engine)
    return True


async def require_current(engine: AsyncEngine) -> None:
    """Refuse a schema that is not the newest.

    Raises:
        SchemaError: older, with the command that mends it; or newer.
    """
    revision = None
    if not _is_missing(engine):
        async with explaining_errors(), engine.connect() as connection:
            revision = await _refuse_newer(connection)
    if revision is None:
        file = sqlite_file(engine)
        what = f"There is no database at {file} yet." if file else "The database is empty."
        raise SchemaError(f"{what} Make it: fastapi-quiz migrate")
    if revision != head_revision():
        raise SchemaError(
            f"The database has schema {revision}, this program needs {head_revision()}. "
            "Run: fastapi-quiz migrate"
        )
