"""The bot in this process, between a real database file and a local Slack."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.local.simulation import VirtualClock
from adapters.slack.app import SlackPlatform
from bot.app import Application, build
from bot.config import SlackSettings
from tests.fakes.slack_acts import SlackActs
from tests.fakes.slack_server import APP_TOKEN, SIGNING_SECRET, SlackServer, run_slack
from tests.fakes.slack_state import Channel, Message, State, Team, User


@dataclass
class Bot:
    """A running bot with the workspace it serves and two of its members."""

    server: SlackServer
    team: Team
    acts: SlackActs
    general: Channel
    ana: User
    ben: User
    clock: VirtualClock
    app: Application
    platform: SlackPlatform

    async def settle(self) -> None:
        """Let everything happen that is due or under way."""
        await self.platform.drain()
        await self.app.run_due()
        await self.platform.drain()

    async def type(self, user: User, text: str) -> None:
        """Type a command in the general channel, and wait for its answer."""
        await self.acts.type(user, self.general.id, text)
        await self.settle()

    @property
    def messages(self) -> list[Message]:
        """All messages, oldest first."""
        return self.team.messages

    @property
    def last(self) -> Message:
        """The newest message."""
        return self.team.messages[-1]

    def question(self) -> Message:
        """Return the newest question for all."""
        found = [m for m in self.messages if m.kind == "question" and not m.only]
        return found[-1]


def make_settings(server: SlackServer, team: Team, mode: str = "socket") -> SlackSettings:
    """Return settings for the team's token."""
    return SlackSettings.model_validate(
        {
            "enabled": True,
            "mode": mode,
            "bot_token": min(team.tokens),
            "app_token": APP_TOKEN,
            "signing_secret": SIGNING_SECRET,
            "base_url": server.base_url,
        }
    )


@asynccontextmanager
async def run_bot(folder: Path) -> AsyncIterator[Bot]:
    """Run the bot by Socket Mode in a workspace where ana is an admin and ben is not."""
    clock = VirtualClock()
    async with run_slack(State(now=lambda: clock.now().timestamp())) as server:
        team = server.add_team()
        ana = server.add_user(team, "ana", is_admin=True, tz="Europe/Berlin")
        ben = server.add_user(team, "ben", tz="Europe/Berlin")
        general = server.add_channel(team, "general")
        platform = SlackPlatform(make_settings(server, team), clock)
        app = build(
            f"sqlite+aiosqlite:///{folder}/quiz.db",
            {"slack": platform.chat},
            clock=clock,
            dice=random.Random(1),
        )
        await app.start()
        await platform.start(app.handle)
        try:
            acts = SlackActs(server, team)
            yield Bot(server, team, acts, general, ana, ben, clock, app, platform)
        finally:
            await platform.stop()
            await app.close()
