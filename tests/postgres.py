"""A throw-away PostgreSQL server for the tests."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

GIVEN = "QUIZ_TEST_POSTGRES_URL"
"""Names a server to use instead: postgresql+asyncpg://USER:PASSWORD@HOST/NAME."""


@contextmanager
def run_server() -> Iterator[str]:
    """Yield the URL of an empty database; start a server for it unless one was named."""
    if given := os.environ.get(GIVEN):
        yield asyncio.run(_make_own_database(given))
        return
    binaries = find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="quiz-pg-"))
    port = _free_port()
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, _postgres_user())
        _run(binaries / "initdb", "-D", folder / "data", "-A", "trust", "-U", "postgres", "-N")
        settings = (
            f"-c listen_addresses=127.0.0.1 -c port={port} -c max_connections=60 "
            f"-c unix_socket_directories={folder} "
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        )
        log = folder / "log"
        _run(binaries / "pg_ctl", "-D", folder / "data", "-w", "-l", log, "-o", settings, "start")
        try:
            yield f"postgresql+asyncpg://postgres@127.0.0.1:{port}/postgres"
        finally:
            _run(binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _make_own_database(given: str) -> str:
    """Return the database that was named or, where tests run side by side, one beside it."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        return given
    name = f"quiz_{worker}"
    engine = create_async_engine(given, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    return make_url(given).set(database=name).render_as_string(hide_password=False)


def find_binaries() -> Path:
    """Return the folder of initdb and pg_ctl."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name)
    )
    on_path = shutil.which("initdb")
    folders = [*versions[-1:], *([Path(on_path).resolve().parent] if on_path else [])]
    for folder in folders:
        if (folder / "initdb").exists():
            return folder
    raise RuntimeError(
        "PostgreSQL is not installed. Install it (apt-get install postgresql), or name a server "
        f"with {GIVEN}=postgresql+asyncpg://USER:PASSWORD@HOST/NAME"
    )


def _postgres_user() -> str:
    """PostgreSQL refuses to run as root: use its own user, or nobody."""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _run(*command: object) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", _postgres_user(), "--", *words]
    subprocess.run(words, check=True, capture_output=True, cwd="/", env=_plain_environment())


def _plain_environment() -> dict[str, str]:
    return os.environ | {"LC_ALL": "C.UTF-8"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
