"""Keeps the whole bot within Discord's limits, whatever is being sent."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import aiohttp
import structlog

from adapters.discord import limits
from adapters.discord.inbound import PLATFORM
from bot.ports import NO_METER, CallOutcome, Meter

_MARGIN = 0.01
"""Seconds a second: how unevenly requests may arrive that were sent evenly."""
_LATENESS = 0.04
"""Seconds: how much later than others a request may have been counted, at most."""
_HASTE = 1.5
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


@dataclass(slots=True)
class Turn:
    """A request's place in the row: when it could go, and once it went, when that was.

    A busy process writes it a while after its turn came. `took`: seconds until its answer.
    """

    at: float
    took: float | None = None


class Pacer:
    """Lets `rate` requests a second through, and counts those that Discord holds against us.

    `rate` 0 means no limit: behind a proxy that keeps it. Interactions don't count
    (topics/rate-limits), so a member never waits behind deliveries; those that Discord refuses
    do count as invalid.
    """

    def __init__(
        self, rate: float, base: str, now: Callable[[], float], meter: Meter = NO_METER
    ) -> None:
        self._whole = self._rate = rate
        self._base = base
        self._now = now
        self._meter = meter
        self._sent: deque[Turn] = deque(maxlen=max(1, int(rate)))
        self._turn = asyncio.Lock()
        self._invalid: deque[float] = deque(maxlen=limits.INVALID_REQUESTS)

    def share(self, parts: int) -> None:
        """Let one of so many parts of the rate through: other processes have theirs."""
        self._rate = self._whole / parts
        self._sent = deque(self._sent, maxlen=max(1, int(self._rate)))

    @property
    def is_blocked(self) -> bool:
        """Whether half of the invalid requests that Discord bears were used up."""
        horizon = self._now() - limits.INVALID_WINDOW.total_seconds()
        while self._invalid and self._invalid[0] < horizon:
            self._invalid.popleft()
        return len(self._invalid) >= limits.INVALID_REQUESTS // 2

    @property
    def is_busy(self) -> bool:
        """Whether more than half of the limit was used within the last second."""
        horizon = self._now() - 1.0
        return bool(self._rate) and sum(turn.at > horizon for turn in self._sent) > self._rate / 2

    async def wait_turn(self) -> Turn:
        """Wait until another request fits into the second. `note_sent` says when it went."""
        if not self._rate:
            return Turn(0.0)
        async with self._turn:
            free_at = self._sent[-1].at + 1 / (_HASTE * self._rate) if self._sent else 0.0
            if len(self._sent) == self._sent.maxlen:
                whole = len(self._sent) / self._rate
                oldest = self._sent[0]
                counted_at = oldest.at + self._estimate_lateness(oldest)
                free_at = max(free_at, counted_at + whole + _MARGIN)
            wait = free_at - self._now()
            if wait > 0:
                await asyncio.sleep(wait)
            turn = Turn(self._now())
            self._sent.append(turn)
            return turn

    def _estimate_lateness(self, turn: Turn) -> float:
        """Guess how much later than the quickest a request was counted, at most: no later than
        its answer came.
        """
        if turn.took is None:
            return _LATENESS
        quickest = min(one.took for one in self._sent if one.took is not None)
        return min(_LATENESS, turn.took - quickest)

    def note_sent(self, turn: Turn) -> None:
        """The request was written just now."""
        turn.at = self._now()

    def note_answered(self, turn: Turn) -> None:
        """The request was answered just now."""
        turn.took = self._now() - turn.at

    def note_status(self, status: int) -> None:
        """Remember an answer that counts as invalid."""
        if status in _INVALID:
            self._invalid.append(self._now())

    def make_trace(self) -> aiohttp.TraceConfig:
        """Return the hook by which discord.py's own session asks for its turn."""
        trace = aiohttp.TraceConfig()

        async def begin(_session: Any, context: SimpleNamespace, request: Any) -> None:
            counts = self._counts(str(request.url))
            context.turn = await self.wait_turn() if counts else None
            context.began = self._now()

        async def write(_session: Any, context: SimpleNamespace, _request: Any) -> None:
            if context.turn:
                self.note_sent(context.turn)

        async def end(_session: Any, context: SimpleNamespace, request: Any) -> None:
            status = request.response.status
            if context.turn:
                self.note_answered(context.turn)
            if str(request.url).startswith(self._base):
                self.note_status(status)
            self._note(str(request.url), context, outcome_of(status), status)

        async def fail(_session: Any, context: SimpleNamespace, request: Any) -> None:
            self._note(str(request.url), context, CallOutcome.LOST, None)

        trace.on_request_start.append(begin)
        trace.on_request_headers_sent.append(write)
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
