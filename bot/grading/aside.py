"""Grading beside the event loop."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")

_WORKERS = max(1, (os.cpu_count() or 2) - 1)
"""One processor is left to the event loop: fifty answers at once must not starve it."""
_THREADS = ThreadPoolExecutor(_WORKERS, thread_name_prefix="grading")
_NEWEST = 0.2
"""What the newest call counts in the usual time of one."""


async def run_aside(
    function: Callable[_Given, _Made], *given: _Given.args, **named: _Given.kwargs
) -> _Made:
    """Call a function in a thread for grading; calls wait for one another, in order."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREADS, lambda: function(*given, **named))


class Queue:
    """Calls to the threads for grading, and how long one more would have to wait."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._ahead = 0
        self._usual = 0.0

    @property
    def wait(self) -> float:
        """Seconds until a call that is made now would begin, as calls have gone so far."""
        return self._ahead * self._usual / _WORKERS

    async def run(
        self, function: Callable[_Given, _Made], *given: _Given.args, **named: _Given.kwargs
    ) -> _Made:
        """Call a function in its turn."""
        self._ahead += 1
        try:
            made, took = await run_aside(self._time, lambda: function(*given, **named))
        finally:
            self._ahead -= 1
        self._usual += (_NEWEST if self._usual else 1.0) * (took - self._usual)
        return made

    def _time(self, call: Callable[[], _Made]) -> tuple[_Made, float]:
        started = self._clock()
        return call(), self._clock() - started
