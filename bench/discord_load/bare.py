"""A loop that posts by discord.py alone, or waits: what ours is compared with.

It imports nothing of ours, since its memory counts.
"""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import discord
from discord.http import Route

AT_ONCE = 100


def read_memory() -> float:
    """Return the resident memory of this process, in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def open_client(where: dict[str, Any]) -> Any:
    """Return a bare client with the settings of ours."""
    Route.BASE = where["api"]
    return discord.AutoShardedClient(
        intents=discord.Intents(guilds=True, guild_reactions=True, dm_reactions=True),
        max_messages=None,
        member_cache_flags=discord.MemberCacheFlags.none(),
        chunk_guilds_at_startup=False,
        allowed_mentions=discord.AllowedMentions.none(),
        guild_ready_timeout=1.0,
    )


async def run_bare(where: dict[str, Any], question: Any, wait_only: bool) -> dict[str, float]:
    """Post one embed with two buttons to each channel, so many at once."""
    client = open_client(where)
    await client.login(where["token"])
    task = asyncio.create_task(client.connect())
    await client.wait_until_ready()
    if wait_only:
        return await _finish(client, task, 0.0)
    gate = asyncio.Semaphore(AT_ONCE)

    async def post(number: int, channel: int) -> None:
        async with gate:
            view = discord.ui.View(timeout=None)
            for label in ("Answer", "Reveal"):
                view.add_item(discord.ui.Button(label=label, custom_id=f"{label}:{number}"))
            view.stop()
            embed = discord.Embed(title=question.title, description=question.prompt)
            embed.set_footer(text="fresher")
            place = client.get_partial_messageable(channel)
            await place.send(embed=embed, view=view, nonce=f"k{number}")

    cpu, started = time.process_time(), time.perf_counter()
    await asyncio.gather(*(post(n, c) for n, c in enumerate(where["channels"])))
    took, used = time.perf_counter() - started, time.process_time() - cpu
    return {**await _finish(client, task, took), "cpu": used}


async def _finish(client: Any, task: Any, took: float) -> dict[str, float]:
    memory = read_memory()
    guilds = len(client.guilds)
    await client.close()
    task.cancel()
    return {"seconds": took, "cpu": 0.0, "memory": memory, "guilds": guilds}
