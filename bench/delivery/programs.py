"""The programs that are measured; each runs in a process of its own and prints its figures.

python -m bench.delivery.programs bare|ours --url API --posts N --at-once N [--database FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.local.simulation import VirtualClock
from adapters.slack.chat import SlackChat
from adapters.slack.clients import Clients
from adapters.slack.files import Files
from adapters.slack.messages import write_key, write_message
from adapters.slack.people import People
from bench.delivery.peak import read_peak
from bench.delivery.stock import DUE
from bot.app import Application, SystemClock, build
from bot.cli.run import GC_THRESHOLDS
from bot.domain.installation import Installation
from bot.logs import configure_logs
from bot.scheduler import SHORTEST_SLEEP

LOOK_EVERY = 0.01


class Everywhere:
    """The app is installed in every workspace that is asked for."""

    async def find(self, workspace: str) -> Installation | None:
        """Return an installation with a token of its own."""
        return Installation(workspace, workspace, "U0", "B0", f"xoxb-{workspace}")

    async def find_by_bot(self, bot_user: str) -> Installation | None:
        """All share one bot."""
        return None

    async def save(self, installation: Installation) -> None:
        """There is nothing to keep."""

    async def remove(self, workspace: str, before: datetime) -> None:
        """There is nothing to forget."""

    async def unannounced(self) -> Sequence[Installation]:
        """There is nobody to tell."""
        return ()

    async def claim_rotation(self, workspace: str, now: datetime, until: datetime) -> bool:
        """There is nothing to rotate."""
        return False


@dataclass
class Loop:
    """The longest time (s) for which the event loop let nobody else run."""

    blocked: float = 0.0

    async def watch(self) -> None:
        """Look again and again, and note how much later than asked one comes back."""
        while True:
            asked = time.perf_counter()
            await asyncio.sleep(LOOK_EVERY)
            self.blocked = max(self.blocked, time.perf_counter() - asked - LOOK_EVERY)


@asynccontextmanager
async def measured(figures: dict[str, float]) -> AsyncIterator[None]:
    """Note wall and CPU seconds, the loop's longest block and peak memory (MB)."""
    loop = Loop()
    watching = asyncio.create_task(loop.watch())
    started, cpu = time.perf_counter(), time.process_time()
    yield
    figures["cpu"] = time.process_time() - cpu
    figures["seconds"] = time.perf_counter() - started
    watching.cancel()
    figures["blocked"] = loop.blocked
    figures["memory"] = read_peak()


async def run_bare(url: str, posts: int, at_once: int) -> dict[str, float]:
    """Post the same messages through the same client, and nothing else."""
    clients = Clients(SystemClock(), url, Everywhere())
    clients.open()
    message = make_example()
    channels = iter(range(posts))

    async def post_all() -> None:
        for number in channels:
            client = clients.make(f"xoxb-T{number}")
            await client.chat_postMessage(
                channel=f"C{number}", **write_key(f"k{number}"), **message
            )

    figures: dict[str, float] = {}
    async with measured(figures):
        await asyncio.gather(*(post_all() for _ in range(at_once)))
    await clients.close()
    return figures


def make_example() -> dict[str, Any]:
    """Return a question as our own program posts it."""
    from adapters.slack.render import render_card
    from bot.domain.cards import QuestionCard
    from bot.questions.loader import load_pack
    from bot.questions.pack_files import shipped_packs

    question = load_pack(next(iter(shipped_packs().values())))[0]
    page = render_card(QuestionCard(question, "T1", DUE.date(), "k" * 20, 1))[0]
    return write_message(page)


async def run_ours(url: str, database: str, at_once: int) -> dict[str, float]:
    """Plan, claim, mark, post and settle all that the database holds due."""
    clients = Clients(SystemClock(), url, Everywhere())
    clients.open()
    chat = SlackChat(clients, People(clients, SystemClock()), Files(clients))
    app = build(database, {"slack": chat}, clock=VirtualClock(DUE), concurrency=at_once)
    await app.start()
    gc.set_threshold(*GC_THRESHOLDS)
    gc.freeze()
    figures: dict[str, float] = {}
    async with measured(figures):
        await _work_as_the_ticker_does(app)
    await app.close()
    await clients.close()
    return figures


async def _work_as_the_ticker_does(app: Application) -> None:
    """Begin what is due, again and again, until no delivery is left in between."""
    dispatching = app.dispatching
    while True:
        await dispatching.begin_due()
        async with app.storage.reading() as work:
            wakes = await work.agenda.next_wakes()
        if wakes.deliveries is None and (wakes.schedules is None or wakes.schedules > DUE):
            break
        await asyncio.sleep(SHORTEST_SLEEP.total_seconds())
    await dispatching.drain()


def main() -> None:
    """Run one program and print its figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", choices=("bare", "ours"))
    parser.add_argument("--url", required=True)
    parser.add_argument("--posts", type=int, default=0)
    parser.add_argument("--at-once", type=int, default=50)
    parser.add_argument("--database", default="")
    options = parser.parse_args()
    configure_logs("warning", lasting=True)
    run = (
        run_bare(options.url, options.posts, options.at_once)
        if options.program == "bare"
        else run_ours(options.url, options.database, options.at_once)
    )
    print(json.dumps(asyncio.run(run)))


if __name__ == "__main__":
    main()
