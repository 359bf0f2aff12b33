"""Work that goes on after a request was acknowledged."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import structlog

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
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

    async def drain(self, patience: float | None = None) -> None:
        """Wait until nothing is left; after `patience` seconds break off what is."""
        try:
            async with asyncio.timeout(patience):
                while self._tasks:
                    await asyncio.wait(self._tasks)
        except TimeoutError:
            log.warning("slack_work_broken_off", count=len(self._tasks))
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)


@dataclass
class Joint(Generic[_Key, _Value]):
    """Lets all who want the same at once wait for whoever asked first."""

    _under_way: dict[_Key, asyncio.Task[_Value]] = field(default_factory=dict)

    async def do(self, key: _Key, work: Callable[[], Coroutine[Any, Any, _Value]]) -> _Value:
        """Return what the work under that name returns or raises; begin it if nobody has."""
        if key not in self._under_way:
            task = asyncio.create_task(work())
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key))
        return await asyncio.shield(self._under_way[key])


@dataclass
class Turns:
    """Lets a few pieces of work go on at once, so that acknowledgements get through between.

    While requests come in, that is for `quiet` seconds after each, only `while_busy` do. A
    piece that takes longer than `longest` seconds waits for somebody else, such as a model
    that grades: it gives its turn away and goes on.
    """

    at_once: int = 4
    while_busy: int = 1
    quiet: float = 0.02
    longest: float = 0.05
    _held: int = 0
    _busy_until: float = 0.0
    _waiting: deque[asyncio.Future[None]] = field(default_factory=deque)

    def note_request(self) -> None:
        """A request came in: others may be on their way."""
        self._busy_until = asyncio.get_running_loop().time() + self.quiet

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """Wait for a turn, and hold it."""
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        self._waiting.append(waiter)
        self._hand_out()
        try:
            await waiter
        except asyncio.CancelledError:
            self._give_up(waiter)
            raise
        turn = _Turn(self._give_back)
        timer = loop.call_later(self.longest, turn.give_away)
        try:
            yield
        finally:
            timer.cancel()
            turn.give_away()

    def _hand_out(self) -> None:
        busy = asyncio.get_running_loop().time() < self._busy_until
        while self._waiting and self._held < (self.while_busy if busy else self.at_once):
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                self._held += 1

    def _give_back(self) -> None:
        self._held -= 1
        self._hand_out()

    def _give_up(self, waiter: asyncio.Future[None]) -> None:
        """A task was cancelled, maybe just after its turn had come."""
        if waiter.done() and not waiter.cancelled():
            self._give_back()


@dataclass
class _Turn:
    _give_back: Callable[[], None]
    _held: bool = True

    def give_away(self) -> None:
        """Let somebody else go on; once."""
        if self._held:
            self._held = False
            self._give_back()
