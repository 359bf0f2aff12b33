"""The adapter alone, without core and database."""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import date
from typing import Any

from pydantic import SecretStr

from adapters.discord.platform import DiscordPlatform
from bench.discord_load.bare import AT_ONCE, read_memory
from bot.config import DiscordSettings
from bot.domain.cards import QuestionCard
from bot.domain.question import Question
from storage.adapter_words import AdapterWords
from storage.engine import open_engine
from storage.schema import migrate


async def run_adapter(where: dict[str, Any], question: Question, rate: float) -> dict[str, float]:
    """Post one question to each channel, so many at once."""
    settings = DiscordSettings(
        token=SecretStr(where["token"]), api_url=where["api"], requests_per_second=rate
    )
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite+aiosqlite:///{folder}/quiz.db")
        await migrate(engine)
        platform = DiscordPlatform(settings, AdapterWords(engine, "discord"))
        await platform.start(_answer_nothing)
        gate = asyncio.Semaphore(AT_ONCE)

        async def post(number: int, channel: int) -> None:
            async with gate:
                card = QuestionCard(question, str(channel), date(2026, 1, 5), f"k{number}", 1)
                await platform.chat.post(str(channel), str(channel), card, f"k{number}")

        cpu, started = time.process_time(), time.perf_counter()
        await asyncio.gather(*(post(n, c) for n, c in enumerate(where["channels"])))
        took, used = time.perf_counter() - started, time.process_time() - cpu
        await platform.stop()
        await engine.dispose()
    return {"seconds": took, "cpu": used, "memory": read_memory(), "guilds": 0}


async def _answer_nothing(_event: Any) -> None:
    return None
