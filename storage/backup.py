"""A consistent copy of the database while it is used, and putting one back.

A copy is an SQLite file, whichever database it is of, so that it is also the way from one to the
other. Of SQLite it is made by its online backup (sqlite.org/backup.html) in one step: with a
write-ahead log it is a snapshot, and writers go on meanwhile.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from stat import S_IMODE

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import StorageError
from storage.engine import (
    BUSY_TIMEOUT_MS,
    MEND_FULL,
    hold_file,
    hold_path,
    refuse_memory,
    sqlite_file,
)
from storage.moving import OnProgress, read_file, write_file
from storage.schema import head_revision, revisions

_PG_RESTORE = (
    "{file} is no SQLite file. What pg_dump wrote goes back by PostgreSQL's own tool. Stop "
    "fastapi-quiz and type: pg_restore --clean --if-exists --dbname={url} {file}"
)
_SQLITE_FILES_BEGIN = b"SQLite format 3\0"
_OTHER_FILE = "Name another file."
_MEND_DATABASE = (
    "Check database.url and who may read and write in that folder; if it is damaged, put a backup "
    "in its place: fastapi-quiz restore FILE"
)


@dataclass(frozen=True)
class Restored:
    """What came of it: the old database under another name, or the rows that went to a server."""

    kept: Path | None = None
    rows: int | None = None


async def back_up(engine: AsyncEngine, target: Path, on_progress: OnProgress) -> None:
    """Copy the database to a new SQLite file.

    Raises:
        StorageError: `target` is there already, or one of them can't be used.
    """
    refuse_memory(engine)
    with _making(target) as partial:
        if source := sqlite_file(engine):
            _back_up_file(source, target, partial)
        else:
            await write_file(engine, partial, on_progress)


@contextmanager
def _making(target: Path) -> Iterator[Path]:
    """Yield an empty file, which becomes the new one if all goes well."""
    if target.exists():
        raise StorageError(f"{target} is there already. Name another file.")
    partial = target.with_name(f"{target.name}.partial")
    try:
        with _explaining(target, _OTHER_FILE):
            _make_anew(partial)
        yield partial
        partial.replace(target)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _back_up_file(source: Path, target: Path, partial: Path) -> None:
    if not source.exists():
        raise StorageError(f"There is no database at {source} yet. Check database.url.")
    with _explaining(source, _MEND_DATABASE):
        _read(source)
    with _explaining(target, _OTHER_FILE):
        _copy(source, partial)
        _check(partial, source, _MEND_DATABASE)


async def restore(
    engine: AsyncEngine, backup: Path, stamp: str, on_progress: OnProgress
) -> Restored:
    """Put a copy in an SQLite file's place, or bring it into an empty PostgreSQL.

    `stamp` makes the old file's name. Nothing is changed unless the copy is whole and no
    other process has either file. Whoever might use the old one may use both.

    Raises:
        StorageError: as said, or the copy was made by a newer version of this program.
    """
    refuse_memory(engine)
    _require_file(backup)
    if file := sqlite_file(engine):
        return Restored(kept=_restore_file(engine, file, backup, stamp))
    return Restored(rows=await _restore_to_server(engine, backup, on_progress))


def _require_file(backup: Path) -> None:
    if not backup.is_file():
        raise StorageError(f"There is no file {backup}. Check its name.")


def _restore_file(engine: AsyncEngine, file: Path, backup: Path, stamp: str) -> Path | None:
    with _explaining(backup, _OTHER_FILE):
        _read(backup)
    fresh = file.with_name(f"{file.name}.restoring")
    handle = hold_file(engine)
    try:
        with _explaining(file, _MEND_DATABASE):
            _make_anew(fresh)
            _copy(backup, fresh)
            _check(fresh, backup, _OTHER_FILE)
            _forget_processes(fresh)
            _give_to_the_same(fresh, file)
            kept = _put_aside(file, file.with_name(f"{file.name}.before-{stamp}"))
            fresh.replace(file)
        return kept
    finally:
        fresh.unlink(missing_ok=True)
        if handle:
            handle.close()


async def _restore_to_server(engine: AsyncEngine, backup: Path, on_progress: OnProgress) -> int:
    with _explaining(backup, _OTHER_FILE):
        _require_sqlite(backup, engine)
        revision = _check(backup, backup, _OTHER_FILE)
    if revision != head_revision():
        raise StorageError(
            f"{backup} has schema {revision}, this program needs {head_revision()}. Type: "
            f"FASTAPI_QUIZ_DATABASE__URL={quote(f'sqlite:///{backup}')} fastapi-quiz migrate"
        )
    is_of_a_service = backup.with_name(f"{backup.name}-lock").exists()
    with (hold_path(backup) if is_of_a_service else None) or nullcontext():
        return await read_file(engine, backup, on_progress)


def _require_sqlite(backup: Path, engine: AsyncEngine) -> None:
    with backup.open("rb") as start:
        if start.read(len(_SQLITE_FILES_BEGIN)) == _SQLITE_FILES_BEGIN:
            return
    query = {"sslmode": engine.url.query["ssl"]} if "ssl" in engine.url.query else {}
    url = engine.url._replace(drivername="postgresql", password=None).set(query=query)
    said = _PG_RESTORE.format(file=quote(str(backup)), url=quote(url.render_as_string()))
    raise StorageError(said)


def _make_anew(path: Path) -> None:
    """Make an empty file for its owner alone."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)


def _read(path: Path) -> None:
    """Read what any database has; one beside whose file nothing may be written fails, too."""
    with _open(path) as database:
        database.execute("SELECT 1 FROM sqlite_master").fetchone()


def _copy(source: Path, target: Path) -> None:
    """Copy with whatever the source's write-ahead log holds."""
    with _open(source) as old, _open(target) as new:
        old.backup(new, pages=-1)
        new.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
        yield connection


def _check(path: Path, source: Path, mend: str) -> str:
    """Check a copy and return its schema; what is wrong with it is wrong with its source."""
    with _explaining(source, mend), _open(path) as copy:
        said = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if said != "ok":
            raise StorageError(f"{source} is damaged ({' '.join(said.split())}). {mend}")
        tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master")}
        query = "SELECT version_num FROM alembic_version"
        row = copy.execute(query).fetchone() if "alembic_version" in tables else None
    if row is None:
        raise StorageError(f"{source} is no database of fastapi-quiz. {mend}")
    revision = str(row[0])
    if revision not in revisions():
        raise StorageError(
            f"{source} has schema {revision}, which is newer than this program knows "
            f"({head_revision()}). Install the version of fastapi-quiz that made it."
        )
    return revision


def _give_to_the_same(path: Path, like: Path) -> None:
    """Give a new file, which is its maker's alone, the owner and the rights of another one.

    Root restores what a service of another user reads. Who may give nothing away keeps it.
    """
    if sys.platform != "win32" and like.exists():
        rights = like.stat()
        with suppress(PermissionError):
            os.chown(path, rights.st_uid, rights.st_gid)
            path.chmod(S_IMODE(rights.st_mode))


def _forget_processes(path: Path) -> None:
    """Whoever ran when the copy was made has not died since, as `check` would say of them."""
    with _open(path) as copy, copy:
        if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'processes'").fetchone():
            copy.execute("DELETE FROM processes")


def _put_aside(file: Path, kept: Path) -> Path | None:
    """Keep the old database under another name; one that is damaged is kept as it is."""
    if not file.exists():
        return None
    try:
        _make_anew(kept)
        _copy(file, kept)
        _give_to_the_same(kept, file)
    except sqlite3.DatabaseError:
        kept.unlink(missing_ok=True)
        for suffix in ("-wal", "-shm", ""):
            beside = file.with_name(f"{file.name}{suffix}")
            if beside.exists():
                beside.replace(kept.with_name(f"{kept.name}{suffix}"))
        return kept
    log = file.with_name(f"{file.name}-wal")
    if log.exists() and log.stat().st_size:
        kept.unlink()
        raise StorageError(f"Another program has {file.name} open. Close it and try again.")
    for suffix in ("-wal", "-shm"):
        file.with_name(f"{file.name}{suffix}").unlink(missing_ok=True)
    return kept


@contextmanager
def _explaining(path: Path, mend: str) -> Iterator[None]:
    """Lay what goes wrong to this file, with what to do about it."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        full = any(sign in str(error) for sign in ("disk is full", "disk I/O"))
        said = f"{path} can't be used: {error}. {MEND_FULL if full else mend}"
        raise StorageError(said) from error
    except OSError as error:
        problem = os.strerror(error.errno) if error.errno else str(error)
        raise StorageError(f"{path} can't be written: {problem}. {mend}") from error
