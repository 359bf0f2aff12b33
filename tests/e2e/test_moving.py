"""From SQLite to PostgreSQL and back, by `backup` and `restore`."""

from __future__ import annotations

import asyncio
import fcntl
import json
import re
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Column, Connection, make_url, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from bot.domain.installation import Installation
from bot.errors import StorageError
from storage import moving
from storage.engine import open_engine
from storage.installations import SqlInstallations
from storage.schema import head_revision, revisions
from storage.secrets import Cipher
from tests.e2e.test_program import fails, run

PLAYED = """
at 2026-03-02 08:55 Europe/Berlin
@ana admin
@ana: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin days:mon-sun digest:mon reveal-after:8h
advance 10m
@ben reacts :bulb:
@zoë answers: Depends() resolves a tree of dependencies once per request 🎉
@ben: /fastapi-quiz settings reminders:09:30
@dan: /fastapi-quiz settings away-until:2026-03-20
advance 3d
@ben reacts :bulb:
@ben: /fastapi-quiz report the link is dead
@ben: /fastapi-quiz practice
@zoë: /fastapi-quiz mock
@zoë answers: a response model filters the output
advance 5d
@ben reacts :bulb:
@zoë reacts :bulb:
@ana: /fastapi-quiz generate routing count:2
@ana: /fastapi-quiz schedule add 10:00 channel:#lunch
workspace acme
@eve: /fastapi-quiz streak
"""
LATER = """
at 2026-03-10 10:00 Europe/Berlin
@ana admin
@ben reacts :bulb:
@fay answers: the first route that matches answers
@zoë answers: a path operation
advance 1d
@fay reacts :bulb:
@ben: /fastapi-quiz practice
@ben: /fastapi-quiz streak why
@zoë: /fastapi-quiz history
@ana: /fastapi-quiz leaderboard
@ana: /fastapi-quiz questions list
@ana: /fastapi-quiz questions approve 2
@ana: /fastapi-quiz generate routing
@ana: /fastapi-quiz schedule add 11:00
@ana: /fastapi-quiz schedule preview 1
@ana: /fastapi-quiz schedule list
@ana: /fastapi-quiz status
@dan: /fastapi-quiz forget-me
advance 8d
"""
LONG: dict[str, Any] = {"FASTAPI_QUIZ_GRADING__GRADER": "lexical", "timeout": 300}
KEY = Fernet.generate_key().decode()
APP = Installation("T1", "Acme", "U1", "B1", "xoxb-1", frozenset({"commands"}))
MADE_UP: dict[type, object] = {
    bool: True,
    int: 3,
    float: 0.5,
    date: date(2026, 3, 2),
    datetime: datetime(2026, 4, 2, 7, 30, 0, 123456, tzinfo=UTC),
}
"""The time is after all that is played: nothing falls due."""
MANY = 2 * moving._BATCH + 1
TABLES = SQLModel.metadata.sorted_tables
Rows = dict[str, list[tuple[Any, ...]]]


def fill(connection: Connection) -> None:
    """Make a row up for each table that nothing played here writes into, and many for one."""
    for table in TABLES:
        if connection.execute(select(table).limit(1)).first() is None:
            row = {column.name: make_up(connection, column) for column in table.columns}
            connection.execute(table.insert(), row)
    words = SQLModel.metadata.tables["adapter_words"]
    many = [{"platform": "x", "name": f"{number}", "word": "📬"} for number in range(MANY)]
    connection.execute(words.insert(), many)


def make_up(connection: Connection, column: Column[Any]) -> object:
    """A value that fits the column; what points to another table finds a row there."""
    for key in column.foreign_keys:
        return connection.scalar(select(key.column).limit(1))
    plain = getattr(column.type, "impl_instance", column.type)
    return MADE_UP.get(plain.python_type, column.name[:20])


async def install(url: str) -> None:
    engine = open_engine(url)
    await SqlInstallations(engine, Cipher([KEY]), "slack").save(APP)
    async with engine.begin() as connection:
        await connection.run_sync(fill)
    await engine.dispose()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that has rows in every table."""
    folder = tmp_path_factory.mktemp("moved")
    url = f"sqlite+aiosqlite:///{folder}/fastapi-quiz.db"
    done = run("simulate", "--database", url, "-", folder=folder, stdin=PLAYED, **LONG)
    assert done.returncode == 0, done.stderr
    asyncio.run(install(url))
    return folder


@pytest.fixture
def used(tmp_path: Path, played: Path) -> Path:
    """A folder with a copy of it."""
    shutil.copy(played / "fastapi-quiz.db", tmp_path)
    return tmp_path


@pytest.fixture
def server(postgres_url: str) -> Iterator[str]:
    """An empty database on PostgreSQL, without any table."""

    async def execute(statement: str) -> None:
        engine = create_async_engine(postgres_url, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    name = f"{make_url(postgres_url).database}_moved"
    asyncio.run(execute(f"CREATE DATABASE {name}"))
    yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    asyncio.run(execute(f"DROP DATABASE {name} WITH (FORCE)"))


def read_all(url: str) -> Rows:
    """Return all rows of all tables, as the tables' types have them."""

    async def read() -> Rows:
        engine = open_engine(url)
        async with engine.connect() as connection:
            found: Rows = {
                table.name: sorted(map(tuple, await connection.execute(select(table))), key=repr)
                for table in TABLES
            }
        await engine.dispose()
        return found

    return asyncio.run(read())


def list_tables(url: str) -> list[str]:
    async def read() -> list[str]:
        engine = open_engine(url)
        async with engine.connect() as connection:
            names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            found = [name for (name,) in await connection.execute(text(names))]
        await engine.dispose()
        return found

    return asyncio.run(read())


def type_there(server: str, *arguments: str, folder: Path, stdin: str = "") -> Any:
    return run(*arguments, folder=folder, stdin=stdin, FASTAPI_QUIZ_DATABASE__URL=server)


def file_of(folder: Path, name: str = "fastapi-quiz.db") -> str:
    return f"sqlite+aiosqlite:///{folder}/{name}"


@pytest.mark.parametrize("is_migrated", [False, True])
def test_all_that_sqlite_holds_is_brought_into_postgresql(
    used: Path, server: str, is_migrated: bool
) -> None:
    before = read_all(file_of(used))
    assert [name for name, rows in before.items() if not rows] == []
    untouched = (used / "fastapi-quiz.db").read_bytes()
    if is_migrated:
        assert type_there(server, "migrate", folder=used).returncode == 0
    done = type_there(server, "restore", "fastapi-quiz.db", folder=used)
    assert (done.returncode, done.stderr) == (0, "")
    total = sum(map(len, before.values()))
    assert done.stdout.startswith(f"The database is what fastapi-quiz.db holds: {total:,} rows")
    assert done.stdout.endswith("fastapi-quiz check\n")
    assert read_all(server) == before | {"processes": []}
    assert (used / "fastapi-quiz.db").read_bytes() == untouched

    async def decrypt() -> object:
        engine = open_engine(server)
        found = await SqlInstallations(engine, Cipher([KEY]), "slack").find("T1")
        await engine.dispose()
        return found

    assert asyncio.run(decrypt()) == APP
    assert "ok      stored questions" in type_there(server, "check", folder=used).stdout


def test_life_goes_on_there_as_it_would_have_here(used: Path, server: str) -> None:
    """Streaks, next posts, drafts and whatever gets a number or must not come twice."""
    assert type_there(server, "restore", "fastapi-quiz.db", folder=used).returncode == 0
    told = []
    for url in (file_of(used), server):
        done = run("simulate", "--json", "--database", url, "-", folder=used, stdin=LATER, **LONG)
        assert (done.returncode, done.stderr) == (0, "")
        told.append([json.loads(line) for line in done.stdout.splitlines()])
    assert told[1] == told[0]
    kinds = {said["kind"] for said in told[0]}
    assert kinds >= {"question", "reveal", "grade", "ledger", "leaderboard", "queue", "preview"}
    before, after = read_all(file_of(used)), read_all(server)
    assert {name: len(rows) for name, rows in after.items()} == {
        name: len(rows) for name, rows in (before | {"processes": []}).items()
    }


def test_two_that_are_brought_there_at_once_take_turns(used: Path, server: str) -> None:
    async def bring() -> object:
        engine = open_engine(server)
        try:
            return await moving.read_file(engine, used / "fastapi-quiz.db", lambda _share: None)
        except StorageError as error:
            return str(error)
        finally:
            await engine.dispose()

    async def bring_both() -> list[object]:
        return sorted(await asyncio.gather(bring(), bring()), key=repr)

    refused, rows = asyncio.run(bring_both())
    assert "The database is not empty" in str(refused)
    assert rows == sum(map(len, read_all(file_of(used)).values()))


def test_a_backup_of_postgresql_is_an_sqlite_file_and_the_way_back(used: Path, server: str) -> None:
    before = read_all(file_of(used))
    type_there(server, "restore", "fastapi-quiz.db", folder=used)
    done = type_there(server, "backup", "copy.db", folder=used)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("copy.db holds a copy (")
    assert stat.S_IMODE((used / "copy.db").stat().st_mode) == 0o600
    assert sorted(path.name for path in used.glob("copy.db*")) == ["copy.db"]
    assert read_all(file_of(used, "copy.db")) == before | {"processes": []}
    (used / "fastapi-quiz.db").unlink()
    assert run("restore", "copy.db", folder=used).returncode == 0
    assert read_all(file_of(used)) == before | {"processes": []}
    assert "there already" in fails(type_there(server, "backup", "copy.db", folder=used), 1)


def test_a_database_with_rows_is_refused_and_left_as_it_is(used: Path, server: str) -> None:
    type_there(server, "restore", "fastapi-quiz.db", folder=used)
    before = read_all(server)
    said = fails(type_there(server, "restore", "fastapi-quiz.db", folder=used), 1)
    assert re.search(r"The database is not empty: its table \w+ has rows\.", said)
    assert "name it in database.url" in said
    assert read_all(server) == before


def test_what_can_t_be_taken_over_takes_nothing_with_it(used: Path, server: str) -> None:
    with closing(sqlite3.connect(used / "fastapi-quiz.db")) as database, database:
        database.execute("UPDATE attempts SET member_id = 999 WHERE id = 1")
    said = fails(type_there(server, "restore", "fastapi-quiz.db", folder=used), 1)
    assert "A row of attempts does not fit: " in said
    assert "fk_attempts_member_id_members" in said
    assert list_tables(server) == []


def test_a_file_that_a_process_has_open_is_left_to_it(used: Path, server: str) -> None:
    with (used / "fastapi-quiz.db-lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = fails(type_there(server, "restore", "fastapi-quiz.db", folder=used), 1)
    assert "Another fastapi-quiz has fastapi-quiz.db open" in said
    assert list_tables(server) == []
    assert type_there(server, "restore", "fastapi-quiz.db", folder=used).returncode == 0


def test_both_have_to_be_at_the_newest_schema(used: Path, server: str) -> None:
    with closing(sqlite3.connect(used / "fastapi-quiz.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = ?", [revisions()[-2]])
    said = fails(type_there(server, "restore", "fastapi-quiz.db", folder=used), 1)
    assert f"fastapi-quiz.db has schema {revisions()[-2]}" in said
    assert "FASTAPI_QUIZ_DATABASE__URL=sqlite:///fastapi-quiz.db fastapi-quiz migrate" in said
    with closing(sqlite3.connect(used / "fastapi-quiz.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = ?", [head_revision()])

    async def make_older() -> None:
        engine = open_engine(server)
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        await engine.dispose()

    type_there(server, "migrate", folder=used)
    asyncio.run(make_older())
    for command in ("restore", "backup"):
        file = "fastapi-quiz.db" if command == "restore" else "copy.db"
        said = fails(type_there(server, command, file, folder=used), 1)
        assert "Run: fastapi-quiz migrate" in said
    assert not list(used.glob("copy*"))


def test_what_pg_dump_wrote_is_left_to_postgresql_s_own_tool(tmp_path: Path) -> None:
    (tmp_path / "my dump").write_bytes(b"PGDMP" + bytes(100))
    url = {"FASTAPI_QUIZ_DATABASE__URL": "postgres://quiz:secret@db/quiz?sslmode=require"}
    said = fails(run("restore", "my dump", folder=tmp_path, **url), 1)
    assert "pg_restore" in said
    assert said.endswith("--dbname='postgresql://quiz@db/quiz?sslmode=require' 'my dump'\n")
    assert "secret" not in said
    assert "no file" in fails(run("restore", "gone.db", folder=tmp_path, **url), 1)
