"""Says every few seconds that this process lives, sees who else does, and how late its event
loop is."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.domain.health import HEARTBEAT_EVERY, Process
from bot.errors import QuizError
from bot.ports import NO_METER, Clock, Meter, Storage
from bot.services.health import Watched

LAG_EVERY = 0.5
"""Seconds between two looks at the event loop."""
log = structlog.get_logger(__name__)


@dataclass
class Pulse:
    """Keeps this process's row among the processes, for `check` in another one, and divides
    each platform's limits among those that serve it.

    `seconds` is a clock that nobody sets, such as the event loop's own; `agree` is told what time
    it is for a database that has a server, and when that was asked.
    """

    storage: Storage
    clock: Clock
    owner: str
    watched: Watched
    seconds: Callable[[], float]
    meter: Meter = NO_METER
    agree: Callable[[datetime, datetime], None] = lambda server_time, asked_at: None
    _started_at: datetime | None = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        """Begin."""
        self._started_at = self.clock.now()
        self._tasks = [asyncio.create_task(work) for work in (self._go_on(), self._measure_lag())]

    async def stop(self) -> None:
        """Say goodbye."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self._started_at is None:
            return
        try:
            async with self.storage.writing() as work:
                await work.operations.leave(self.owner)
        except QuizError as error:
            log.warning("goodbye_not_stored", problem=str(error))

    def describe(self) -> Process:
        """Return this process as it is now."""
        now = self.clock.now()
        started_at = self._started_at or now
        last_round = (self.watched.last_round() or started_at) if self.watched.delivers else None
        names = tuple(platform.name for platform in self.watched.platforms)
        return Process(self.owner, names, started_at, now, last_round)

    async def beat(self) -> None:
        """Say it, and see who else lives. A database that does not answer now is asked again."""
        try:
            async with self.storage.writing() as work:
                await work.operations.beat(self.describe())
                processes = await work.operations.processes()
                asked_at = self.clock.now()
                server_time = await work.operations.server_time()
        except QuizError as error:
            log.warning("heartbeat_not_stored", problem=str(error))
        else:
            self._share_limits(processes)
            if server_time is not None:
                self.agree(server_time, asked_at)

    async def _go_on(self) -> None:
        while True:
            await self.beat()
            await asyncio.sleep(HEARTBEAT_EVERY.total_seconds())

    def _share_limits(self, processes: Iterable[Process]) -> None:
        """One that died keeps its part until it counts as gone."""
        now = self.clock.now()
        live = Counter(
            name for process in processes if not process.is_gone(now) for name in process.platforms
        )
        for platform in self.watched.platforms:
            platform.share_limits(max(1, live[platform.name]))

    async def _measure_lag(self) -> None:
        while True:
            asked = self.seconds() + LAG_EVERY
            await asyncio.sleep(LAG_EVERY)
            self.meter.note_lag(max(0.0, self.seconds() - asked))
