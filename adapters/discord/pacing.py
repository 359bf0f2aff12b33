"""Keeps the whole process within Discord's limits, whatever is being sent."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import aiohttp
import structlog

from adapters.discord import limits
from adapters.discord.inbound import PLATFORM
from bot.ports import NO_METER, CallOutcome, Meter

_MARGIN = 0.02
"""Seconds a second: how unevenly requests may arrive that were sent evenly."""
_HASTE = 1.1
"""How much faster than the limit requests follow one another, to make up for pauses. All at
once would arrive smeared, and meet the next second's."""
_EXEMPT = ("/interactions/", "/webhooks/")
_INVALID = (401, 403, 429)
log = structlog.get_logger(__name__)


def outcome_of(status: int) -> CallOutcome:
    """Return what an answer's status says of the call."""
    if status == 429:
        return CallOutcome.RATE_LIMITED
    if status >= 500:
        return CallOutcome.FAILED
    return CallOutcome.REFUSED if status >= 400 else CallOutcome.OK


class Pacer:
    """Lets `rate` requests a second through, and counts those that Discord holds against us.

    `rate` 0 means no limit: behind a proxy that keeps it. Interactions don't count
    (topics/rate-limits), so a member never waits behind deliveries.
    """

    def __init__(
        self, rate: float, base: str, now: Callable[[], float], meter: Meter = NO_METER
    ) -> None:
        self._rate = rate
        self._base = base
        self._now = now
        self._meter = meter
        self._sent: deque[float] = deque(maxlen=max(1, int(rate)))
        self._turn = asyncio.Lock()
        self._invalid: deque[float] = deque(maxlen=limits.INVALID_REQUESTS)

    @property
    def is_blocked(self) -> bool:
        """Whether half of the invalid requests that Discord bears were used up."""
        horizon = self._now() - limits.INVALID_WINDOW.total_seconds()
        while self._invalid and self._invalid[0] < horizon:
            self._invalid.popleft()
        return len(self._invalid) >= limits.INVALID_REQUESTS // 2

    async def wait_turn(self) -> None:
        """Wait until another request fits into the second."""
        if not self._rate:
            return
        async with self._turn:
            free_at = self._sent[-1] + 1 / (_HASTE * self._rate) if self._sent else 0.0
            if len(self._sent) == self._sent.maxlen:
                free_at = max(free_at, self._sent[0] + len(self._sent) / self._rate + _MARGIN)
            wait = free_at - self._now()
            if wait > 0:
                await asyncio.sleep(wait)
            self._sent.append(self._now())

    def note_status(self, status: int) -> None:
        """Remember an answer that counts as invalid."""
        if status in _INVALID:
            self._invalid.append(self._now())

    def make_trace(self) -> aiohttp.TraceConfig:
        """Return the hook by which discord.py's own session asks for its turn."""
        trace = aiohttp.TraceConfig()

        async def begin(_session: Any, context: SimpleNamespace, request: Any) -> None:
            if self._counts(str(request.url)):
                await self.wait_turn()
            context.began = self._now()

        async def end(_session: Any, context: SimpleNamespace, request: Any) -> None:
            url, status = str(request.url), request.response.status
            if self._counts(url):
                self.note_status(status)
            self._note(url, context, outcome_of(status), status)

        async def fail(_session: Any, context: SimpleNamespace, request: Any) -> None:
            self._note(str(request.url), context, CallOutcome.LOST, None)

        trace.on_request_start.append(begin)
        trace.on_request_end.append(end)
        trace.on_request_exception.append(fail)
        return trace

    def _note(
        self, url: str, context: SimpleNamespace, outcome: CallOutcome, status: int | None
    ) -> None:
        """Note a call to the API; the gateway's connections are none. A URL may hold an
        interaction's token, so it is not logged."""
        if not url.startswith(self._base):
            return
        seconds = self._now() - context.began
        self._meter.note_call(PLATFORM, outcome, seconds)
        log.debug("api_call", platform=PLATFORM, status=status, seconds=round(seconds, 4))

    def _counts(self, url: str) -> bool:
        return url.startswith(self._base) and not any(path in url for path in _EXEMPT)
