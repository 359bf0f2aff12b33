"""Which servers the bot was in when it was connected last: of what happens meanwhile Discord
tells nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import discord

from adapters.discord.failures import CALL_ERRORS, is_refusal
from adapters.discord.memory import Memory


class Roster:
    """Remembers each shard's servers from one run to the next."""

    def __init__(self, client: discord.AutoShardedClient, memory: Memory) -> None:
        self._client = client
        self._memory = memory
        self._turn = asyncio.Lock()

    async def find_left(self, shard: int, listed: Collection[int]) -> list[int]:
        """Return which servers removed the bot since the shard listed its servers last.

        Discord is asked of each that is missing. They are returned again at the next listing,
        until somebody has noted that they are left.
        """
        async with self._turn:
            before = await self._recall(shard)
            if not before.issuperset(listed):
                await self._keep(shard, before.union(listed))
        missing = sorted(before.difference(listed))
        return [guild for guild in missing if await self._is_gone(guild)]

    async def note(self, guild: int, *, is_in: bool) -> None:
        """The bot was added to the server, or removed, and whoever has to know it does."""
        shard = (guild >> 22) % (self._client.shard_count or 1)
        async with self._turn:
            before = await self._recall(shard)
            await self._keep(shard, before | {guild} if is_in else before - {guild})

    async def _is_gone(self, guild: int) -> bool:
        try:
            await self._client.fetch_guild(guild, with_counts=False)
        except CALL_ERRORS as error:
            return isinstance(error, discord.HTTPException) and is_refusal(error)
        return False

    async def _recall(self, shard: int) -> set[int]:
        return set(map(int, (await self._memory.recall(self._name(shard)) or "").split()))

    async def _keep(self, shard: int, guilds: Collection[int]) -> None:
        await self._memory.keep(self._name(shard), " ".join(map(str, sorted(guilds))))

    def _name(self, shard: int) -> str:
        return f"servers:{shard}/{self._client.shard_count}"
