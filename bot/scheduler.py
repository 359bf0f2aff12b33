"""Wakes the dispatcher when something is due; decides nothing.

The only importer of APScheduler. Times come from the database (`next_wake_at`), so a job
store would be a second truth: there is one job, and it is moved.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from bot.errors import StorageError
from bot.ports import Clock

LONGEST_SLEEP = timedelta(seconds=60)
"""Another process may change what is due, and the machine's clock may jump: look again."""
SHORTEST_SLEEP = timedelta(milliseconds=50)
"""What is due but finds no room yet must not make this a busy loop."""
AFTER_FAULT = timedelta(seconds=5)
log = structlog.get_logger(__name__)


class Ticker:
    """Calls `begin_due` whenever `next_wake_at` has come, or when woken."""

    def __init__(
        self,
        clock: Clock,
        begin_due: Callable[[], Awaitable[None]],
        next_wake_at: Callable[[], Awaitable[datetime | None]],
        longest_sleep: timedelta = LONGEST_SLEEP,
    ) -> None:
        self._clock = clock
        self._begin_due = begin_due
        self._next_wake_at = next_wake_at
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._job: Job | None = None
        self._longest_sleep = longest_sleep
        self._guard: asyncio.TimerHandle | None = None
        self._working = asyncio.Lock()
        self._stopping = False
        self._woken = False
        self.last_round_at: datetime | None = None
        """When a round last came to a good end."""

    def start(self) -> None:
        """Begin; what is due already is done at once."""
        self._scheduler.start()
        self._sleep_until(self._clock.now())

    def wake(self) -> None:
        """Look at once: something was changed. A round under way may have looked before that."""
        if self._working.locked():
            self._woken = True
        elif not self._stopping:
            self._sleep_until(self._clock.now())

    async def stop(self) -> None:
        """Let the work under way come to its end, then stop."""
        self._stopping = True
        if self._guard:
            self._guard.cancel()
        async with self._working:
            self._scheduler.shutdown(wait=False)

    def _sleep_until(self, at: datetime) -> None:
        """Move the one job. APScheduler's own grace would drop a run that starts late.

        It gets an empty context: what it does is not on the trail of whoever woke it.
        """
        self._job = Context().run(
            self._scheduler.add_job,
            self._work,
            DateTrigger(at),
            id="dispatch",
            replace_existing=True,
            misfire_grace_time=None,
            max_instances=2,
        )
        self._guard_against_clock()

    def _guard_against_clock(self) -> None:
        """Look again after the longest sleep in any case: if the machine's clock is set back,
        APScheduler waits until it says the old time again, hours later perhaps."""
        if self._guard:
            self._guard.cancel()
        loop = asyncio.get_running_loop()
        self._guard = loop.call_later(self._longest_sleep.total_seconds(), self.wake)

    async def _work(self) -> None:
        if self._stopping or self._working.locked():
            return
        async with self._working:
            self._woken = False
            wake_at = await self._work_once()
        if not self._stopping:
            now = self._clock.now()
            wake_at = now if self._woken else wake_at
            latest = now + self._longest_sleep
            wanted = min(wake_at, latest) if wake_at else latest
            self._sleep_until(max(wanted, now + SHORTEST_SLEEP))

    async def _work_once(self) -> datetime | None:
        """A fault in one round must not end all rounds: say so and come back."""
        try:
            await self._begin_due()
            wake_at = await self._next_wake_at()
        except StorageError as error:
            log.error("dispatch_failed", problem=str(error), again_in=AFTER_FAULT.total_seconds())
            return self._clock.now() + AFTER_FAULT
        except Exception:
            log.exception("dispatch_failed", again_in=AFTER_FAULT.total_seconds())
            return self._clock.now() + AFTER_FAULT
        self.last_round_at = self._clock.now()
        return wake_at
