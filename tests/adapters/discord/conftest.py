"""The real adapter and the real core in this process, against a local Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator, MutableMapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.platform import DiscordPlatform
from adapters.local.simulation import VirtualClock
from bot.app import Application, build
from bot.domain.cards import Reply
from bot.domain.events import Event
from storage.engine import open_engine
from tests.databases import make_sqlite
from tests.fakes.discord_platform import make_platform
from tests.fakes.discord_server import DiscordServer, has_button, run_discord, text_of
from tests.stage import ALL_PACKS


@dataclass
class Stage:
    """A bot on a local Discord. Time stands still until `advance` or the clock is moved."""

    server: DiscordServer
    url: str
    clock: VirtualClock
    settings: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    handled: list[Event] = field(default_factory=list)
    platform: DiscordPlatform | None = None
    app: Application | None = None

    async def start(self) -> None:
        """Start the bot, on the database that it had before."""
        engine = open_engine(self.url)
        self.platform = make_platform(self.server, engine, self.settings, **self.options)
        self.app = build(engine, {"discord": self.platform.chat}, clock=self.clock)
        await self.app.start(ALL_PACKS)
        await self.platform.start(self._handle)
        if self.platform._client and self.platform._client.all_connected.is_set():
            await self.platform._client.wait_until_ready()

    async def stop(self) -> None:
        """Stop it as SIGTERM does."""
        assert self.platform is not None
        assert self.app is not None
        await self.platform.stop()
        await self.app.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Stage]:
        """Run it for as long as it is needed."""
        await self.start()
        try:
            yield self
        finally:
            await self.stop()

    async def restart(self) -> None:
        """Stop and start again."""
        await self.stop()
        await self.start()

    async def _handle(self, event: Event) -> Reply | None:
        assert self.app is not None
        self.events.append(event)
        self.server.world.touch()
        reply = await self.app.handle(event)
        self.handled.append(event)
        self.server.world.touch()
        return reply

    async def run_due(self) -> None:
        """Do what is due now."""
        assert self.app is not None
        await self.app.run_due()


async def schedule_question(stage: Stage, **options: Any) -> dict[str, Any]:
    """Let an admin set a schedule, and return the first open question that it posts."""
    server = stage.server
    olga = server.member("olga", manages=True)
    asked = await server.call(olga, "schedule add", {"time": "10:00", **options})
    await server.answered(asked)
    assert "is set" in text_of(asked.messages[0])
    for _ in range(9):
        await server.answered(await server.call(olga, "schedule run", {"id": 1}))
        await stage.run_due()
        if has_button(server.posts()[-1], "Answer"):
            return server.posts()[-1]
    raise AssertionError("No open question came")


def find_tracebacks(logs: Sequence[MutableMapping[str, Any]]) -> list[Any]:
    """Return what was logged with a traceback."""
    return [entry for entry in logs if entry.get("exc_info")]


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
        async with Stage(running, make_sqlite(tmp_path / "quiz.db"), clock).running() as it:
            yield it
        assert running.problems == []
