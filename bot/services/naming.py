"""What people call the channels that platforms name by ids."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.newest import Newest
from bot.domain.people import Workspace
from bot.errors import ChatError
from bot.ports import ChatPort, Clock

KEPT_FOR = timedelta(minutes=10)
ASKED_AGAIN_AFTER = timedelta(minutes=1)
"""Where the platform did not answer, or has no name to tell."""
MOST_KEPT = 5_000
MOST_ASKED = 10
"""At once: a page is worth no more of what the platform lets us ask."""
PATIENCE = 1.0
"""Seconds that whoever looks waits for names in all."""

_Key = tuple[str, str, str]


@dataclass
class ChannelNames:
    """Asks platforms for names and remembers them for a while.

    Whoever looks never waits longer than `patience`, and never gets an error: what is not
    known in time is left out.
    """

    chats: Mapping[str, ChatPort]
    clock: Clock
    patience: float = PATIENCE
    _known: Newest[_Key, tuple[datetime, str]] = field(default_factory=lambda: Newest(MOST_KEPT))

    async def look_up(self, workspace: Workspace, channels: Iterable[str]) -> Mapping[str, str]:
        """Return the names of those channels that have one, by id."""
        keys = [
            (workspace.platform, workspace.external_id, channel)
            for channel in dict.fromkeys(channels)
        ]
        if workspace.platform in self.chats:
            stale = [key for key in keys if not self._is_fresh(key)]
            with suppress(TimeoutError):
                async with asyncio.timeout(self.patience), asyncio.TaskGroup() as asking:
                    for key in stale[:MOST_ASKED]:
                        asking.create_task(self._ask(key))
        known = {key[2]: self._recall(key) for key in keys}
        return {channel: name for channel, name in known.items() if name}

    def _is_fresh(self, key: _Key) -> bool:
        return key in self._known and self.clock.now() < self._known[key][0]

    def _recall(self, key: _Key) -> str:
        return self._known[key][1] if key in self._known else ""

    async def _ask(self, key: _Key) -> None:
        """Ask for one; until there is an answer the last name stands, and nobody asks again."""
        platform, workspace, channel = key
        self._remember(key, ASKED_AGAIN_AFTER, self._recall(key))
        try:
            name = await self.chats[platform].channel_name(workspace, channel)
        except ChatError:
            return
        self._remember(key, KEPT_FOR if name else ASKED_AGAIN_AFTER, name or "")

    def _remember(self, key: _Key, lasts: timedelta, name: str) -> None:
        self._known[key] = (self.clock.now() + lasts, name)
