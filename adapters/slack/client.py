"""Slack's web client, timed, paced, and with each call in the log under its delivery."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

import structlog
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.failures import CALL_ERRORS, explain, read_wait
from adapters.slack.payload import NAME
from bot.domain.pacing import Pace, Turns
from bot.errors import NotSent, Rejected
from bot.ports import NO_METER, CallOutcome, Clock, Meter

POST = "chat.postMessage"
CHANNEL_EVERY = timedelta(seconds=1)
"""docs.slack.dev/apis/web-api/rate-limits: one message a second a channel."""
WORKSPACE_BURST = 100
"""The same page: several hundred a minute a workspace, short bursts allowed."""
LONGEST_WAIT = timedelta(seconds=5)
"""How long a reply waits for its channel at most; then Slack may decide."""
LONGEST_RETRY = timedelta(minutes=1)
"""How long a refused call waits for another try; whoever made it is not kept longer."""
_WRITTEN = {"Content-Type": "application/json;charset=utf-8"}
log = structlog.get_logger(__name__)


def make_pace(messages_per_minute: int) -> Pace | None:
    """Return Slack's limits on posts, with so many messages a minute a workspace; 0: none."""
    if not messages_per_minute:
        return None
    every = timedelta(minutes=1) / messages_per_minute
    burst = min(WORKSPACE_BURST, messages_per_minute)
    return Pace(Turns(CHANNEL_EVERY), Turns(every, burst))


@dataclass(frozen=True)
class Watch:
    """What all clients of a process share: who counts their calls, and who keeps their pace."""

    clock: Clock
    meter: Meter = NO_METER
    pace: Pace | None = None

    def note(self, method: str, outcome: CallOutcome, seconds: float) -> None:
        """Note a call. What it said is private, and its arguments hold tokens."""
        self.meter.note_call(NAME, outcome, seconds)
        log.debug(
            "api_call", platform=NAME, method=method, outcome=outcome, seconds=round(seconds, 4)
        )


class WatchedClient(AsyncWebClient):
    """A client for one workspace.

    A `patient` one waits for its channel's turn before it posts, and for as long as a 429
    asks. One that isn't belongs to a delivery, whose turn has come already.
    """

    def __init__(
        self, watch: Watch, workspace: str = "", *, patient: bool = False, **options: Any
    ) -> None:
        handlers: list[AsyncRetryHandler] = [_CountedWait(watch)] if patient else []
        super().__init__(retry_handlers=handlers, **options)
        self._watch = watch
        self._workspace = workspace
        self._patient = patient

    def copy_for(self, workspace: str, token: str | None) -> WatchedClient:
        """Return a client like this one for another workspace; all else they share."""
        other = object.__new__(type(self))  # `copy` asks for its state in three other ways first
        other.__dict__.update(self.__dict__)
        other._workspace = workspace
        other.token = token and token.strip()
        return other

    async def api_call(
        self, api_method: str, *, json: dict[str, Any] | None = None, **more: Any
    ) -> AsyncSlackResponse:
        """Call, as the SDK does, and note what became of it."""
        channel = str((json or {}).get("channel", "")) if api_method == POST else ""
        if channel and self._patient:
            await self._wait_turn(channel)
        return await self._call(api_method, channel, json=json, **more)

    async def post_written(self, channel: str, body: bytes) -> AsyncSlackResponse:
        """Post a message to the channel whose call is written as JSON already."""
        return await self._call(POST, channel, data=body, headers=dict(_WRITTEN))

    async def _call(self, api_method: str, channel: str, **words: Any) -> AsyncSlackResponse:
        began = monotonic()
        outcome = CallOutcome.LOST
        self._note_post(channel)
        try:
            answer = await super().api_call(api_method, **words)
            outcome = CallOutcome.OK
        except CALL_ERRORS as error:
            outcome = outcome_of(error)
            raise
        finally:
            self._watch.note(api_method, outcome, monotonic() - began)
            self._note_post(channel)
        return answer

    def _note_post(self, channel: str) -> None:
        if channel and self._watch.pace:
            self._watch.pace.note_post(self._workspace, channel, self._watch.clock.now())

    async def _wait_turn(self, channel: str) -> None:
        pace, clock = self._watch.pace, self._watch.clock
        if pace is None:
            return
        now = clock.now()
        latest = now + LONGEST_WAIT
        turn = pace.take_channel(self._workspace, channel, now)
        while now < min(turn, latest):
            await asyncio.sleep((min(turn, latest) - now).total_seconds())
            now = clock.now()
            turn = pace.free_at(self._workspace, channel, now)


def outcome_of(error: Exception) -> CallOutcome:
    """Return what an error of the SDK says of the call."""
    meaning = explain(error)
    if isinstance(meaning, NotSent):
        said_so = getattr(getattr(error, "response", None), "status_code", None) is not None
        return CallOutcome.RATE_LIMITED if said_so else CallOutcome.FAILED
    if isinstance(meaning, Rejected):
        return CallOutcome.REFUSED
    answered = getattr(error, "response", None) is not None
    return CallOutcome.FAILED if answered else CallOutcome.LOST


class _CountedWait(AsyncRetryHandler):
    """Waits as long as Slack asks; each refusal is counted as a call of its own.

    The SDK's own handler raises where Retry-After is no whole number, and waits for hours if told.
    """

    def __init__(self, watch: Watch) -> None:
        super().__init__(max_retry_count=3)
        self._watch = watch

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        is_refused = response is not None and response.status_code == 429
        return is_refused and _read_wait(response) <= LONGEST_RETRY

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        """Count, then wait."""
        self._watch.note(request.url.rpartition("/")[2], CallOutcome.RATE_LIMITED, 0.0)
        state.next_attempt_requested = True
        await asyncio.sleep(_read_wait(response).total_seconds())
        state.increment_current_attempt()


def _read_wait(response: HttpResponse | None) -> timedelta:
    headers = response.headers if response else {}
    return read_wait({name: values[0] for name, values in headers.items() if values})
