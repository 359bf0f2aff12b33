"""`workspace`, `backup` and `restore`, as an operator types them."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from bot.domain.health import Process
from storage.backup import back_up, restore
from storage.engine import open_engine
from storage.unit_of_work import SqlStorage
from tests.e2e.test_operator import prepare
from tests.e2e.test_program import fails, run
from tests.e2e.test_streams import type_in_shell


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database in which a script was played, once for all tests."""
    folder = tmp_path_factory.mktemp("played")
    prepare(folder)
    return folder


@pytest.fixture
def used(tmp_path: Path, played: Path) -> Path:
    """A copy of it."""
    shutil.copy(played / "fastapi-quiz.db", tmp_path)
    return tmp_path


@contextmanager
def database(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(folder / "fastapi-quiz.db")) as connection, connection:
        yield connection


def ignore_progress(_share: float) -> None:
    """Nobody looks."""


def count(folder: Path, table: str) -> int:
    with database(folder) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_a_workspace_is_listed_exported_and_purged(used: Path) -> None:
    listed = run("workspace", "list", folder=used)
    assert listed.stdout == "local:local\tlocal\n"
    done = run("workspace", "export", "local", folder=used)
    assert done.returncode == 0, done.stderr
    held = json.loads(done.stdout)
    assert [row["external_id"] for row in held["members"]] == ["ana"]
    assert len(held["deliveries"]) == count(used, "deliveries")
    assert held["schedules"][0]["at"] == "09:00"

    assert "--yes" in fails(run("workspace", "purge", "local", folder=used), 1)
    assert count(used, "workspaces") == 1
    purged = run("workspace", "purge", "local:local", "--yes", folder=used)
    assert purged.stdout == "Everything held on local is erased.\n"
    assert (count(used, "workspaces"), count(used, "deliveries")) == (0, 0)
    assert count(used, "questions") >= 250
    assert "workspace list" in fails(run("workspace", "export", "local", folder=used), 1)


def test_an_id_of_two_platforms_must_be_told_apart(used: Path) -> None:
    with database(used) as connection:
        connection.execute(
            "INSERT INTO workspaces (platform, external_id, name, seed, emoji) "
            "VALUES ('slack', 'local', 'Other', 1, 'bulb')"
        )
    problem = fails(run("workspace", "purge", "local", "--yes", folder=used), 1)
    assert "local:local or slack:local" in problem
    run("workspace", "purge", "slack:local", "--yes", folder=used)
    assert run("workspace", "list", folder=used).stdout == "local:local\tlocal\n"


def test_a_backup_is_put_back_and_the_old_database_kept(used: Path) -> None:
    there = count(used, "deliveries")
    done = run("backup", "copy.db", folder=used)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE((used / "copy.db").stat().st_mode) == 0o600
    assert "there already" in fails(run("backup", "copy.db", folder=used), 1)
    run("workspace", "purge", "local", "--yes", folder=used)

    done = run("restore", "copy.db", folder=used)
    assert done.returncode == 0, done.stderr
    assert count(used, "deliveries") == there
    [kept] = used.glob("fastapi-quiz.db.before-*")
    assert kept.name in done.stdout
    with sqlite3.connect(kept) as old:
        assert old.execute("SELECT count(*) FROM workspaces").fetchone() == (0,)
    assert "ok      database" in run("check", folder=used).stdout
    assert not list(used.glob("*.restoring"))


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"", "no database of fastapi-quiz"), (b"words" * 2000, "not a database"), (None, "no file")],
)
def test_what_is_no_backup_changes_nothing(used: Path, content: bytes | None, problem: str) -> None:
    if content is not None:
        (used / "copy.db").write_bytes(content)
    before = count(used, "deliveries")
    assert problem in fails(run("restore", "copy.db", folder=used), 1)
    assert count(used, "deliveries") == before
    assert not list(used.glob("fastapi-quiz.db.before-*"))
    assert not list(used.glob("*.restoring"))


def test_a_backup_of_a_newer_program_is_refused_and_of_an_older_one_told(used: Path) -> None:
    run("backup", "copy.db", folder=used)
    for revision, code in (("9999", 1), ("0001", 0)):
        with sqlite3.connect(used / "copy.db") as copy:
            copy.execute("UPDATE alembic_version SET version_num = ?", [revision])
        done = run("restore", "copy.db", folder=used)
        assert done.returncode == code
        said = done.stdout if code == 0 else done.stderr
        assert ("fastapi-quiz migrate" if code == 0 else "newer") in said


def test_a_backup_that_fails_leaves_nothing_behind(used: Path) -> None:
    (used / "fastapi-quiz.db").write_bytes(b"rubbish" * 1000)
    said = fails(run("backup", "copy.db", folder=used), 1)
    assert "fastapi-quiz.db can't be used" in said
    assert "database.url" in said
    assert "copy.db" not in said
    assert not list(used.glob("copy*"))


def test_a_backup_names_the_side_that_is_at_fault(used: Path) -> None:
    said = fails(run("backup", "nowhere/copy.db", folder=used), 1)
    assert "nowhere/copy.db can't be written" in said
    assert "Name another file." in said
    with database(used) as connection:
        connection.execute("DROP TABLE alembic_version")
    said = fails(run("backup", "copy.db", folder=used), 1)
    assert "fastapi-quiz.db is no database of fastapi-quiz. Check database.url" in said


def test_a_version_that_was_lost_is_no_database_of_ours(used: Path) -> None:
    run("backup", "copy.db", folder=used)
    for name in ("fastapi-quiz.db", "copy.db"):
        with closing(sqlite3.connect(used / name)) as connection, connection:
            connection.execute("DELETE FROM alembic_version")
    for command, wrong in (("backup", "fastapi-quiz.db"), ("restore", "copy.db")):
        target = "other.db" if command == "backup" else "copy.db"
        assert f"{wrong} is no database of fastapi-quiz." in fails(
            run(command, target, folder=used), 1
        )


def test_a_table_of_another_shape_is_laid_to_the_file_that_has_it(used: Path) -> None:
    run("backup", "copy.db", folder=used)
    for name in ("fastapi-quiz.db", "copy.db"):
        with closing(sqlite3.connect(used / name)) as connection, connection:
            connection.execute("ALTER TABLE alembic_version RENAME COLUMN version_num TO number")
    said = fails(run("restore", "copy.db", folder=used), 1)
    assert said.startswith("fastapi-quiz: copy.db can't be used: no such column")
    assert "Name another file." in said
    said = fails(run("backup", "other.db", folder=used), 1)
    assert said.startswith("fastapi-quiz: fastapi-quiz.db can't be used: no such column")
    assert "Check database.url" in said


def test_a_disk_without_room_is_said_with_what_to_do(used: Path) -> None:
    """A limit of what a file may hold stands for the disk."""
    run("backup", "copy.db", folder=used)
    before = (used / "fastapi-quiz.db").read_bytes()
    for command, full in (("backup other.db", "other.db"), ("restore copy.db", "fastapi-quiz.db")):
        shell = f'ulimit -f 100; trap "" XFSZ; quiz {command}'
        code, _, complaint = type_in_shell(shell, used)
        assert (code, complaint.count("\n")) == (1, 1), complaint
        assert f"{full} can't be used: disk I/O error. Make room" in complaint
        assert "restore FILE" not in complaint
    assert (used / "fastapi-quiz.db").read_bytes() == before
    assert not [*used.glob("other*"), *used.glob("*.restoring"), *used.glob("*.before-*")]
    code, _, complaint = type_in_shell('ulimit -f 1; trap "" XFSZ; quiz migrate', used)
    assert (code, complaint.count("\n")) == (1, 1), complaint
    assert "Make room" in complaint


def test_a_lock_of_somebody_else_is_named(used: Path) -> None:
    lock = used / "fastapi-quiz.db-lock"
    lock.mkdir()  # which nobody can open as a file, root neither
    said = fails(run("run", folder=used, FASTAPI_QUIZ_LOCAL__ENABLED="true"), 1)
    assert "fastapi-quiz.db-lock can't be opened: Is a directory." in said


def test_a_restored_database_may_be_used_by_those_who_might_use_the_old_one(used: Path) -> None:
    run("backup", "copy.db", folder=used)
    old = used / "fastapi-quiz.db"
    old.chmod(0o640)
    if os.geteuid() == 0:  # as who types `sudo fastapi-quiz restore` is
        os.chown(old, 65534, 65534)
    before = old.stat()
    assert run("restore", "copy.db", folder=used).returncode == 0
    [kept] = used.glob("fastapi-quiz.db.before-*")
    for path, mode in ((old, 0o640), (kept, 0o640)):
        now = path.stat()
        assert (now.st_uid, now.st_gid) == (before.st_uid, before.st_gid), path
        assert stat.S_IMODE(now.st_mode) == mode, path


def test_who_ran_when_a_backup_was_made_is_not_missed(used: Path) -> None:
    with database(used) as connection:
        connection.execute(
            "INSERT INTO processes (owner, platforms, started_at, seen_at) "
            "VALUES ('vm/1', '', datetime('now', '-1 hour'), datetime('now', '-1 hour'))"
        )
    run("backup", "copy.db", folder=used)
    assert "FAILED  process vm/1" in run("check", folder=used).stdout
    run("restore", "copy.db", folder=used)
    assert "vm/1" not in run("check", folder=used).stdout


def test_restore_refuses_over_a_running_process(used: Path) -> None:
    run("backup", "copy.db", folder=used)
    with (used / "fastapi-quiz.db-lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "Another fastapi-quiz has" in fails(run("restore", "copy.db", folder=used), 1)
    assert run("restore", "copy.db", folder=used).returncode == 0


def test_no_script_is_played_on_what_a_running_process_has(used: Path) -> None:
    """Its clock would plan and post for the service's channels."""
    play = ("simulate", "--database", "sqlite:///fastapi-quiz.db", "-")
    there = count(used, "deliveries")
    with (used / "fastapi-quiz.db-lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = run(*play, folder=used, stdin="advance 9d\n")
        said = fails(refused, 1)
        assert "has fastapi-quiz.db open: run, or a simulate or restore" in said
        assert "Stop it" in said
    assert count(used, "deliveries") == there
    assert run(*play, folder=used, stdin="advance 9d\n").returncode == 0


async def test_no_script_is_played_on_what_a_process_serves(
    storage: SqlStorage, database_url: str, tmp_path: Path
) -> None:
    """On PostgreSQL it says that it lives; with SQLite the lock tells, also of one that died."""
    now = datetime.now(UTC)
    async with storage.writing() as work:
        await work.operations.beat(Process("vm/1", ("slack",), now, now))
    play = partial(run, "simulate", "--database", database_url, "-", folder=tmp_path)
    if database_url.startswith("sqlite"):
        assert (await asyncio.to_thread(play)).returncode == 0
        return
    said = fails(await asyncio.to_thread(play), 1)
    assert "The process vm/1 serves this database. Stop it" in said
    async with storage.writing() as work:
        await work.operations.leave("vm/1")
    assert (await asyncio.to_thread(play)).returncode == 0


def test_a_damaged_database_is_kept_as_it_is(used: Path) -> None:
    run("backup", "copy.db", folder=used)
    (used / "fastapi-quiz.db").write_bytes(b"rubbish" * 1000)
    done = run("restore", "copy.db", folder=used)
    assert done.returncode == 0, done.stderr
    [kept] = used.glob("fastapi-quiz.db.before-*")
    assert kept.read_bytes().startswith(b"rubbish")
    assert count(used, "deliveries") > 0


async def test_a_copy_made_while_others_write_is_of_one_moment(used: Path) -> None:
    """A writer commits pairs of rows; no copy may ever hold one without the other."""
    engine = open_engine(f"sqlite+aiosqlite:///{used}/fastapi-quiz.db")
    writer = sqlite3.connect(used / "fastapi-quiz.db", isolation_level=None)
    writer.execute("PRAGMA journal_mode = WAL")
    insert = "INSERT INTO adapter_words (platform, name, word) VALUES ('x', ?, ?)"
    for number in range(5):
        writer.execute("BEGIN IMMEDIATE")
        writer.execute(insert, [f"left-{number}", "x" * 5000])
        await back_up(engine, used / f"copy-{number}.db", ignore_progress)
        writer.execute(insert, [f"right-{number}", "x" * 5000])
        writer.execute("COMMIT")
        with sqlite3.connect(used / f"copy-{number}.db") as copy:
            rows = copy.execute(
                "SELECT sum(name LIKE 'left%'), sum(name LIKE 'right%') FROM adapter_words"
            ).fetchone()
        assert rows == ((number, number) if number else (None, None))
    writer.close()
    restored = await restore(engine, used / "copy-3.db", "now", ignore_progress)
    assert restored.kept is not None
    with database(used) as restored:
        assert restored.execute("SELECT count(*) FROM adapter_words").fetchone() == (6,)
