"""Connecting to a platform: the first try holds up the start of the service, no other does."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import structlog

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds between two tries; each wait is twice as long as the one before."""
START_SECONDS = 30.0
"""How long the first try may hold up what starts after it: a platform may not answer at all."""
log = structlog.get_logger(__name__)


class Connection:
    """Holds the task that connects to a platform, for as long as it takes.

    The task sets `tried` when its first try has ended; a ConfigError ends it for good.
    """

    def __init__(self, platform: str) -> None:
        self._platform = platform
        self._task: asyncio.Task[None] | None = None
        self.tried = asyncio.Event()

    async def begin(self, work: Coroutine[object, object, None]) -> None:
        """Start the work, and wait for the end of its first try.

        Raises:
            ConfigError: the platform refuses what is configured.
        """
        self.tried = asyncio.Event()
        self._task = asyncio.create_task(work)
        waiting = asyncio.create_task(self.tried.wait())
        both = (self._task, waiting)
        await asyncio.wait(both, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._task.done():
            self._task.result()
        self.tried.set()
        self._task.add_done_callback(self._tell_end)

    def _tell_end(self, task: asyncio.Task[None]) -> None:
        if self.refusal:
            log.error("platform_refused", platform=self._platform, problem=self.refusal)

    @property
    def refusal(self) -> str | None:
        """What the platform refuses for good, and what to do about it."""
        task = self._task
        if task is None or not task.done() or task.cancelled():
            return None
        error = task.exception()
        return str(error) if error else None

    async def end(self) -> None:
        """Try no more."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
