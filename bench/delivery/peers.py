"""What one would write by hand: APScheduler with a cron job for each channel.

    python -m bench.delivery.peers --url API --jobs N --store memory|sql [--grace SECONDS] [--plain]

Every job posts the same message when it is due: through our own client, whose connections all
workspaces share, or with `--plain` through slack_sdk's as it comes. Prints as JSON how long after
the common due time the last post came back, and how many never came.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import tempfile
import time
from datetime import UTC, datetime, timedelta

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.clients import Clients
from adapters.slack.messages import write_key
from bench.delivery.peak import read_peak
from bench.delivery.programs import Everywhere, make_example
from bot.app import SystemClock
from bot.logs import configure_logs

LOOK_EVERY = 0.25
PATIENCE = 20
"""Looks in a row that found no new post, by a loop that was free to post, after which no more is
expected. While a store handles its jobs, the loop is not free, for minutes at that."""


class Peer:
    """The jobs' common parts; module-level, because a job store pickles a job's function."""

    clients: Clients
    url: str
    is_plain: bool
    message: dict[str, object]
    done = 0
    last = 0.0


async def post(number: int) -> None:
    """Post one channel's message."""
    token = f"xoxb-T{number}"
    client = (
        AsyncWebClient(token=token, base_url=Peer.url)
        if Peer.is_plain
        else Peer.clients.make(token)
    )
    words = write_key(f"k{number}") | Peer.message
    await client.chat_postMessage(channel=f"C{number}", **words)
    Peer.done += 1
    Peer.last = time.time()


async def run(
    url: str, jobs: int, store: str, grace: int | None, is_plain: bool
) -> dict[str, float]:
    """Add the jobs, wait for the instant when all are due, and for what comes of it."""
    Peer.url, Peer.is_plain = url, is_plain
    Peer.clients = Clients(SystemClock(), url, Everywhere())
    Peer.clients.open()
    Peer.message = make_example()
    with tempfile.TemporaryDirectory() as folder:
        scheduler = AsyncIOScheduler(timezone=UTC)
        if store == "sql":
            jobs_table = SQLAlchemyJobStore(f"sqlite:///{folder}/jobs.db")
            with jobs_table.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            scheduler.add_jobstore(jobs_table)
        lead = timedelta(seconds=3 + jobs * (0.0015 if store == "sql" else 0.0005))
        due = (datetime.now(UTC) + lead).replace(microsecond=0) + timedelta(seconds=1)
        at = {"hour": due.hour, "minute": due.minute, "second": due.second}
        options = {} if grace is None else {"misfire_grace_time": grace}
        for number in range(jobs):
            scheduler.add_job(post, "cron", **at, args=[number], id=str(number), **options)
        scheduler.start()
        late = time.time() > due.timestamp()
        await _until_quiet(jobs, due.timestamp())
        scheduler.shutdown(wait=False)
    await Peer.clients.close()
    return {
        "posts": Peer.done,
        "lost": jobs - Peer.done,
        "lateness": Peer.last - due.timestamp() if Peer.done else float("inf"),
        "memory": read_peak(),
        "began_late": float(late),
    }


async def _until_quiet(jobs: int, due: float) -> None:
    await asyncio.sleep(max(0.0, due - time.time()))
    quiet, seen = 0, -1
    while Peer.done < jobs and quiet < PATIENCE:
        asked = time.monotonic()
        await asyncio.sleep(LOOK_EVERY)
        is_free = time.monotonic() - asked < 2 * LOOK_EVERY
        quiet = quiet + 1 if is_free and Peer.done == seen else 0
        seen = Peer.done


def main() -> None:
    """Run, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--store", choices=("memory", "sql"), required=True)
    parser.add_argument("--grace", type=int)
    parser.add_argument("--plain", action="store_true")
    options = parser.parse_args()
    configure_logs("warning", lasting=True)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.lastResort = None
    running = run(options.url, options.jobs, options.store, options.grace, options.plain)
    print(json.dumps(asyncio.run(running)))


if __name__ == "__main__":
    main()
