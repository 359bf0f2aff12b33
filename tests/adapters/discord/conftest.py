"""The real adapter and the real core in this process, against a local Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.discord.platform import DiscordPlatform
from adapters.local.simulation import VirtualClock
from bot.app import Application, build
from bot.config import DiscordSettings
from bot.domain.cards import Reply
from bot.domain.events import Event
from storage.adapter_words import AdapterWords
from storage.engine import open_engine
from tests.fakes.discord_server import TOKEN, DiscordServer, run_discord


@dataclass
class Stage:
    """A bot on a local Discord. Time stands still until `advance` or the clock is moved."""

    server: DiscordServer
    url: str
    clock: VirtualClock
    settings: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    platform: DiscordPlatform | None = None
    app: Application | None = None

    async def start(self) -> None:
        """Start the bot, on the database that it had before."""
        settings = DiscordSettings(
            enabled=True,
            token=SecretStr(TOKEN),
            api_url=self.server.api_url,
            gateway_url=self.server.gateway_url,
            **self.settings,
        )
        words = AdapterWords(open_engine(self.url), "discord")
        self.platform = DiscordPlatform(
            settings, words, **{"guild_ready_timeout": 0.05, **self.options}
        )
        self.app = build(self.url, {"discord": self.platform.chat}, clock=self.clock)
        await self.app.start()
        await self.platform.start(self._handle)

    async def stop(self) -> None:
        """Stop it as SIGTERM does."""
        assert self.platform is not None
        assert self.app is not None
        await self.platform.stop()
        await self.app.close()

    async def restart(self) -> None:
        """Stop and start again."""
        await self.stop()
        await self.start()

    async def _handle(self, event: Event) -> Reply | None:
        assert self.app is not None
        self.events.append(event)
        return await self.app.handle(event)

    async def run_due(self) -> None:
        """Do what is due now."""
        assert self.app is not None
        await self.app.run_due()


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """A local Discord whose requests must all have been fit for the real one."""
    async with run_discord() as running:
        yield running
        assert running.problems == []


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A running bot with a clock that stands still, and a Discord that shares it."""
    clock = VirtualClock()
    async with run_discord(clock.now) as running:
        stage = Stage(running, f"sqlite+aiosqlite:///{tmp_path}/quiz.db", clock)
        await stage.start()
        yield stage
        await stage.stop()
        assert running.problems == []
