"""Processes that deliver until they are killed.

Started as `python -m tests.crash.worker URL PORT CONCURRENCY`, it loads the program once and
forks a delivering child for each line on stdin, whose process id it prints: so that a kill
costs no second of start-up. Each child opens the database by itself.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from datetime import datetime, timedelta
from typing import Any

from bot.app import SystemClock, build
from bot.domain.cards import Card
from bot.domain.events import Origin
from bot.domain.people import Role
from bot.errors import NotSent, OutcomeUnknown
from bot.logs import configure_logs
from bot.ports import Found
from bot.scheduler import Ticker

LEASE = timedelta(seconds=2)


class WireChat:
    """Implements `bot.ports.ChatPort` over a socket."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def _call(self, **call: str) -> dict[str, Any]:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError as error:
            raise NotSent("no connection", timedelta(seconds=1)) from error
        try:
            writer.write(json.dumps(call).encode() + b"\n")
            await writer.drain()
            line = await reader.readline()
        except OSError as error:
            raise OutcomeUnknown(str(error)) from error
        finally:
            writer.close()
        if not line:
            raise OutcomeUnknown("the connection was cut")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        """Post."""
        return str((await self._call(verb="post", key=key))["id"])

    async def find(
        self, workspace: str, channel: str, key: str, since: datetime, thread_of: str | None = None
    ) -> Found | None:
        """Look the key up."""
        found = (await self._call(verb="find", key=key))["found"]
        return Found(found["id"], datetime.fromisoformat(found["at"])) if found else None

    async def tell(self, workspace: str, member: str, channel: str, card: Card) -> None:
        """Nobody listens."""

    async def introduce(self, origin: Origin) -> Origin:
        """Every event tells who it is."""
        return origin

    async def missing_rights(self, workspace: str, channel: str) -> str | None:
        """None is missing."""
        return None

    async def channel_name(self, workspace: str, channel: str) -> str | None:
        """Nobody looks."""
        return None

    async def find_role(self, workspace: str, text: str) -> Role | None:
        """There are no roles here."""
        return None

    async def role_ids(self, workspace: str, member: str) -> tuple[str, ...]:
        """Nobody has any."""
        return ()

    async def is_member(self, workspace: str, member: str) -> bool:
        """Everybody is."""
        return True

    async def is_admin(self, workspace: str, member: str, *, fresh: bool = True) -> bool:
        """Everybody is."""
        return True

    def channel_id(self, text: str) -> str:
        """As typed."""
        return text

    def member_id(self, text: str) -> str:
        """As typed."""
        return text


async def deliver(url: str, port: int, concurrency: int) -> None:
    """Deliver until SIGKILL, or drain at SIGTERM."""
    configure_logs("critical")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    clock = SystemClock()
    app = build(
        url,
        {"local": WireChat(port)},
        clock=clock,
        seconds=time.monotonic,
        owner=str(os.getpid()),
        lease=LEASE,
    )
    app.dispatching.delivering.concurrency = concurrency
    ticker = Ticker(clock, app.dispatching.begin_due, app.dispatching.next_wake_at)
    app.dispatching.wake_by(ticker.wake)
    ticker.start()
    await stop.wait()
    await ticker.stop()
    await app.dispatching.drain()
    await app.close()


def main() -> None:
    """Fork a child for each line."""
    url, port, concurrency = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asyncio.run(deliver(url, port, concurrency))
            os._exit(0)
        print(child, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
