"""The bot's own 💡 under a question, so that members have it at hand: one tap shows the answer.

Members who may not add reactions can still join one that is there.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

import discord
import structlog

from adapters.discord.failures import CALL_ERRORS
from bot.domain.emoji import show_emoji

log = structlog.get_logger(__name__)
_MOST = 10_000
"""Questions that may wait; the oldest go without."""
_LOOK_AGAIN = 0.25


class Seeder:
    """Adds reactions one after another, when nothing is being posted: posts go first."""

    def __init__(
        self, client: Callable[[], discord.Client | None], is_busy: Callable[[], bool]
    ) -> None:
        self._client = client
        self._is_busy = is_busy
        self._waiting: deque[tuple[int, int, str]] = deque(maxlen=_MOST)
        self._worker: asyncio.Task[None] | None = None

    def add(self, channel: int, message: int, emoji: str) -> None:
        """Put the workspace's emoji, by its name or as a character, under a message some time."""
        character = show_emoji(emoji)
        if character.startswith(":"):
            return  # a server's own emoji has an id that nobody told
        self._waiting.append((channel, message, character))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while self._waiting:
            if self._is_busy():
                await asyncio.sleep(_LOOK_AGAIN)
                continue
            client, next_one = self._client(), self._waiting.popleft()
            if client:
                await _react(client, *next_one)

    async def stop(self) -> None:
        """Leave the rest without."""
        self._waiting.clear()
        if self._worker:
            self._worker.cancel()
            with suppress(asyncio.CancelledError):
                await self._worker


async def _react(client: discord.Client, channel: int, message: int, character: str) -> None:
    try:
        await client.http.add_reaction(channel, message, character)
    except CALL_ERRORS as error:
        log.warning("not_seeded", channel=channel, message=message, problem=repr(error)[:200])
