"""The real adapter, pointed at a local Discord."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.discord.platform import DiscordPlatform
from bot.config import DiscordSettings
from storage.adapter_words import AdapterWords
from tests.fakes.discord_server import TOKEN, DiscordServer


def make_platform(
    server: DiscordServer,
    engine: AsyncEngine,
    settings: dict[str, Any] | None = None,
    **options: Any,
) -> DiscordPlatform:
    """Make it, with these settings and options beside what the server asks for."""
    told = DiscordSettings(
        enabled=True,
        token=SecretStr(TOKEN),
        api_url=server.api_url,
        gateway_url=server.gateway_url,
        **(settings or {}),
    )
    words = AdapterWords(engine, "discord")
    return DiscordPlatform(told, words, **{"guild_ready_timeout": 0.05, **options})
