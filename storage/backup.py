"""A consistent copy of an SQLite database while it is used, and putting one back.

The copy is made by SQLite's online backup (sqlite.org/backup.html) in one step: with a
write-ahead log it is a snapshot, and writers go on meanwhile.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from shlex import quote
from stat import S_IMODE

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import StorageError
from storage.engine import BUSY_TIMEOUT_MS, MEND_FULL, hold_file, refuse_memory, sqlite_file
from storage.schema import head_revision, revisions

_PG_DUMP = (
    "The database is PostgreSQL, which has a tool of its own for that. Type: "
    "pg_dump --format=custom --file={file} {url}"
)
_PG_RESTORE = (
    "The database is PostgreSQL, which has a tool of its own for that. Stop fastapi-quiz and "
    "type: pg_restore --clean --if-exists --dbname={url} {file}"
)

_OTHER_FILE = "Name another file."
_MEND_DATABASE = (
    "Check database.url and who may read and write in that folder; if it is damaged, put a backup "
    "in its place: fastapi-quiz restore FILE"
)


def back_up(engine: AsyncEngine, target: Path) -> int:
    """Copy the database to a new file, and return its size in bytes.

    Raises:
        StorageError: no SQLite file, or `target` is there already or can't be written.
    """
    source = _require_file(engine, _PG_DUMP, target)
    if not source.exists():
        raise StorageError(f"There is no database at {source} yet. Check database.url.")
    if target.exists():
        raise StorageError(f"{target} is there already. Name another file.")
    partial = target.with_name(f"{target.name}.partial")
    with _explaining(source, _MEND_DATABASE):
        _read(source)
    try:
        with _explaining(target, _OTHER_FILE):
            partial.unlink(missing_ok=True)
            _copy(source, partial)
            _check(partial, source, _MEND_DATABASE)
            partial.replace(target)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return target.stat().st_size


def restore(engine: AsyncEngine, backup: Path, stamp: str) -> Path | None:
    """Put a copy in the database's place, and return where the old one is kept, if there was one.

    `stamp` makes the old one's name. Nothing is changed unless the copy is whole and no
    other process has the database. Whoever might use the old one may use both.

    Raises:
        StorageError: as said, or the copy was made by a newer version of this program.
    """
    file = _require_file(engine, _PG_RESTORE, backup)
    if not backup.is_file():
        raise StorageError(f"There is no file {backup}. Check its name.")
    with _explaining(backup, _OTHER_FILE):
        _read(backup)
    fresh = file.with_name(f"{file.name}.restoring")
    handle = hold_file(engine)
    try:
        with _explaining(file, _MEND_DATABASE):
            fresh.unlink(missing_ok=True)
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


def _require_file(engine: AsyncEngine, otherwise: str, file: Path) -> Path:
    refuse_memory(engine)
    path = sqlite_file(engine)
    if path is None:
        query = {"sslmode": engine.url.query["ssl"]} if "ssl" in engine.url.query else {}
        url = engine.url._replace(drivername="postgresql", password=None).set(query=query)
        raise StorageError(
            otherwise.format(file=quote(str(file)), url=quote(url.render_as_string()))
        )
    return path


def _read(path: Path) -> None:
    """Read what any database has; one beside whose file nothing may be written fails, too."""
    with _open(path) as database:
        database.execute("SELECT 1 FROM sqlite_master").fetchone()


def _copy(source: Path, target: Path) -> None:
    """Copy with whatever the source's write-ahead log holds. The copy is for the owner alone."""
    target.touch(mode=0o600)
    with _open(source) as old, _open(target) as new:
        old.backup(new, pages=-1)
        new.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
        yield connection


def _check(path: Path, source: Path, mend: str) -> None:
    """Check a copy; what is wrong with it is wrong with its source."""
    with _open(path) as copy:
        said = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if said != "ok":
            raise StorageError(f"{source} is damaged ({' '.join(said.split())}). {mend}")
        tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master")}
        query = "SELECT version_num FROM alembic_version"
        row = copy.execute(query).fetchone() if "alembic_version" in tables else None
    if row is None:
        raise StorageError(f"{source} is no database of fastapi-quiz. {mend}")
    [revision] = row
    if revision not in revisions():
        raise StorageError(
            f"{source} has schema {revision}, which is newer than this program knows "
            f"({head_revision()}). Install the version of fastapi-quiz that made it."
        )


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
