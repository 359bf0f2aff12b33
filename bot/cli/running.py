"""What `check` and `simulate` ask of the service itself: of whoever runs, and of the database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from bot.config import Settings
from bot.domain.health import Fact, Process
from bot.errors import QuizError, StorageError

ANSWER_WITHIN = timedelta(seconds=10)


async def examine_running(settings: Settings) -> list[Fact]:
    """Return what the processes and the database say; nothing of a database without tables."""
    from bot.app import SystemClock, build
    from bot.services.health import judge_processes, judge_tally
    from bot.services.timekeeping import judge_clock, prove_ahead
    from storage.schema import has_tables

    clock = SystemClock()
    try:
        async with build(settings.database.url, {}) as app:
            if not await has_tables(app.engine):
                return []
            now = clock.now()
            async with app.storage.reading() as work:
                processes = await work.operations.processes()
                tally = await work.operations.tally(now)
                asked_at = clock.now()
                server_time = await work.operations.server_time()
                answered_at = clock.now()
    except QuizError:
        return []  # the line of the database says it
    alive = [process for process in processes if not process.is_gone(now)]
    ahead = prove_ahead(asked_at, server_time, answered_at) if server_time else None
    return [
        *([] if ahead is None else [judge_clock(ahead)]),
        *(judge_processes(processes, now) or [_NOBODY]),
        *judge_tally(tally, processes, now),
        *(await asyncio.to_thread(_ask_ready, settings, alive)),
    ]


async def require_nobody(url: str) -> None:
    """Check that no process serves a database on PostgreSQL, where no lock tells of it.

    Raises:
        StorageError: one does, as it said within the last two minutes; or the database can't
            be used.
    """
    from bot.app import SystemClock, build
    from storage.engine import sqlite_file
    from storage.schema import has_tables

    async with build(url, {}) as app:
        if sqlite_file(app.engine) or not await has_tables(app.engine):
            return
        async with app.storage.reading() as work:
            processes = await work.operations.processes()
    now = SystemClock().now()
    for process in processes:
        if not process.is_gone(now):
            raise StorageError(
                f"The process {process.owner} serves this database. Stop it, wait two minutes if "
                "it was killed, or name another database."
            )


_NOBODY = Fact("processes", True, "none runs; start one with fastapi-quiz run")


def _ask_ready(settings: Settings, alive: Sequence[Process]) -> list[Fact]:
    """Ask the process that serves web.host:port here for /readyz."""
    if not settings.web.enabled or not alive:
        return []
    url = f"{settings.web.local_url}/readyz"
    try:
        with urlopen(url, timeout=ANSWER_WITHIN.total_seconds()) as answer:  # noqa: S310 - http
            body = answer.read()
    except HTTPError as error:
        body = error.read()
    except (URLError, OSError):
        return [
            Fact(
                "readyz",
                False,
                f"Nothing answers at {url}, though a process runs.",
                "Look at web.host and web.port, and whether it runs on this machine.",
            )
        ]
    try:
        facts = json.loads(body)["facts"]
        return [Fact(f"readyz: {one.pop('name')}", **one) for one in facts]
    except (ValueError, LookupError, TypeError):
        return [Fact("readyz", False, f"Something else answers at {url}.", "Look at web.port.")]
