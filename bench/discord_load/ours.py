"""The bot, from schedules that are due to posts."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from datetime import time as wall_time
from typing import Any

from pydantic import SecretStr

from adapters.discord.platform import DiscordPlatform
from adapters.local.simulation import VirtualClock
from bench.discord_load.bare import read_memory
from bot.app import Application, build, prepare_database
from bot.config import DiscordSettings
from bot.domain.schedule import Rhythm, Schedule, ScheduleId
from storage.adapter_words import AdapterWords
from storage.engine import open_engine


def run_ours(where: dict[str, Any], guilds: int, rate: float, wait_only: bool) -> dict[str, float]:
    """Let as many schedules as channels be due at once, and deliver them, as `run` does."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/quiz.db"
        prepare_database(url)
        return asyncio.run(_run_service(url, where, guilds, rate, wait_only))


async def _run_service(
    url: str, where: dict[str, Any], guilds: int, rate: float, wait_only: bool
) -> dict[str, float]:
    clock = VirtualClock(datetime(2026, 1, 5, 8, tzinfo=UTC))
    settings = DiscordSettings(
        token=SecretStr(where["token"]), api_url=where["api"], requests_per_second=rate
    )
    engine = open_engine(url)
    words = AdapterWords(engine, "discord")
    platform = DiscordPlatform(settings, words, guild_ready_timeout=1.0)
    app = build(engine, {"discord": platform.chat}, clock=clock)
    await app.start()
    await app.graders.load()
    await platform.start(app.handle)
    client = platform._client  # noqa: SLF001 - to wait as the bare loop does
    assert client is not None
    gc.collect()
    gc.freeze()
    await client.wait_until_ready()
    names = platform._servers._names  # noqa: SLF001 - to see them arrive, which is after ready
    while sum(map(bool, names.values())) < guilds:  # noqa: ASYNC110 - nobody tells a bench
        await asyncio.sleep(0.1)
    took = used = 0.0
    if not wait_only:
        await _add_schedules(app, where["channels"], clock.now())
        clock.move_to(datetime(2026, 1, 5, 9, tzinfo=UTC))
        cpu, started = time.process_time(), time.perf_counter()
        await app.run_due()
        took, used = time.perf_counter() - started, time.process_time() - cpu
    memory = read_memory()
    await platform.stop()
    await app.close()
    return {
        "seconds": took,
        "cpu": used,
        "memory": memory,
        "guilds": len(names),
    }


async def _add_schedules(app: Application, channels: list[int], now: datetime) -> None:
    rhythm = Rhythm(wall_time(9), "UTC")
    async with app.storage.writing() as work:
        for channel in channels:
            workspace = await work.workspaces.ensure("discord", str(channel), "bench")
            schedule = Schedule(ScheduleId(0), workspace.id, 0, str(channel), rhythm)
            due_at = rhythm.next_slot(now).due_at
            await work.schedules.add(replace(schedule, next_due_at=due_at))
