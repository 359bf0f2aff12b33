"""Which server a member belongs to when they write to the bot directly."""

from __future__ import annotations

import asyncio
from typing import Any

from adapters.discord.memory import Memory
from bot.domain.newest import Newest

_REMEMBERED = 10_000


class Homes:
    """The server where each member last used the bot."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._known: Newest[str, int] = Newest(_REMEMBERED)
        self._writing: set[asyncio.Task[Any]] = set()

    def note(self, member: str, guild: int) -> None:
        """Remember where a member is; it is written down meanwhile."""
        if self._known.get(member) == guild:
            return
        self._known[member] = guild
        task = asyncio.ensure_future(self._memory.keep(f"home:{member}", str(guild)))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def find(self, member: str) -> int | None:
        """Return the member's server."""
        if member not in self._known:
            word = await self._memory.recall(f"home:{member}")
            return int(word) if word else None
        return self._known[member]

    async def forget(self, member: str, guild: int) -> None:
        """Forget that a member is there, once all is written down."""
        await self.settle()
        if await self.find(member) == guild:
            self._known.pop(member, None)
            await self._memory.forget(f"home:{member}")

    async def settle(self) -> None:
        """Wait until all is written down."""
        if self._writing:
            await asyncio.wait(self._writing)
