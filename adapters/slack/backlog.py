"""Work that goes on after a request was acknowledged."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

MOST_REMEMBERED = 20_000
log = structlog.get_logger(__name__)


@dataclass
class Backlog:
    """Runs what was acknowledged, each in its own task, and can be waited for."""

    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Begin the work. A fault in it is logged."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finish)
        return task

    def _finish(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            log.error("slack_work_failed", exc_info=task.exception())

    async def drain(self) -> None:
        """Wait until nothing is left."""
        while self._tasks:
            await asyncio.wait(self._tasks)


@dataclass
class Turns:
    """Lets a few pieces of work go on at once, so that acknowledgements get through between.

    A piece that takes longer than `longest` seconds waits for somebody else, such as a
    model that grades: it gives its turn away and goes on.
    """

    at_once: int = 4
    longest: float = 0.05

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.at_once)

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """Wait for a turn, and hold it."""
        await self._free.acquire()
        turn = _Turn(self._free)
        timer = asyncio.get_running_loop().call_later(self.longest, turn.give_away)
        try:
            yield
        finally:
            timer.cancel()
            turn.give_away()


@dataclass
class _Turn:
    _free: asyncio.Semaphore
    _held: bool = True

    def give_away(self) -> None:
        """Let somebody else go on; once."""
        if self._held:
            self._held = False
            self._free.release()


@dataclass
class Seen:
    """Remembers what was handled: Slack sends an event again if it missed our answer."""

    _keys: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def is_new(self, key: str) -> bool:
        """Tell whether the key comes for the first time; an empty one always does."""
        if not key:
            return True
        if key in self._keys:
            return False
        self._keys[key] = None
        while len(self._keys) > MOST_REMEMBERED:
            self._keys.popitem(last=False)
        return True
