"""The bot in this process, between a real database file and a local Slack."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette

from adapters.local.simulation import VirtualClock
from adapters.slack.app import SlackPlatform
from adapters.slack.http import EVENTS_PATH
from adapters.web.metrics import PrometheusMeter
from adapters.web.server import WebServer, make_web_app
from bot.app import Application, build
from bot.config import SlackSettings, WebSettings
from bot.domain.health import Fact, Tally
from storage.engine import open_engine
from storage.installations import SqlInstallations, SqlOneTimeTokens
from storage.received import SqlReceivedEvents
from storage.secrets import Cipher
from tests.databases import make_sqlite
from tests.fakes.slack_acts import SlackActs
from tests.fakes.slack_oauth import CLIENT_ID, CLIENT_SECRET
from tests.fakes.slack_requests import SIGNING_SECRET
from tests.fakes.slack_server import APP_TOKEN, SlackServer, run_slack
from tests.fakes.slack_state import Channel, Message, State, Team, User
from tests.stage import ALL_PACKS

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
"""An encryption key of this test's own."""


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
    url: str
    mode: str
    packs: Mapping[str, Path]
    app: Application = field(init=False)
    platform: SlackPlatform = field(init=False)
    web: WebServer | None = field(init=False, default=None)

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

    async def start_process(self) -> Bot:
        """Start one more process of the bot on the same database; requests go to it now."""
        engine = open_engine(self.url)
        platform = make_platform(
            make_settings(self.server, self.team, self.mode), self.clock, engine
        )
        app = build(
            engine,
            {"slack": platform.chat},
            clock=self.clock,
            dice=random.Random(1),
            owner=f"process {self.server.state.next_number()}",
        )
        await app.start(self.packs)
        await platform.start(app.handle)
        web = await serve(platform, self.server) if self.mode != "socket" else None
        started = replace(self)
        started.app, started.platform, started.web = app, platform, web
        return started

    async def stop(self) -> None:
        """Stop the process."""
        if self.web:
            await self.web.stop()
        await self.platform.stop()
        await self.app.close()

    def question(self) -> Message:
        """Return the newest question for all."""
        found = [m for m in self.messages if m.kind == "question" and not m.only]
        return found[-1]


_TRIES = 20


async def post_question(bot: Bot, options: str = "", button: str = "Answer") -> Message:
    """Schedule a question, let its time come, and return it.

    The deck decides which it is; more are posted until one has the button.
    """
    await bot.type(bot.ana, f"schedule add 10:05 {options}")
    bot.clock.move_to(bot.clock.now() + timedelta(minutes=5))
    await bot.settle()
    for _ in range(_TRIES):
        if button in [each["text"]["text"] for each in bot.question().buttons]:
            return bot.question()
        await bot.type(bot.ana, "schedule run 1")
    raise AssertionError(f"no question has the button {button}")


def make_settings(server: SlackServer, team: Team, mode: str = "socket") -> SlackSettings:
    """Return settings for the team's token, or by `oauth` for whoever installs the app."""
    many = mode == "oauth"
    return SlackSettings.model_validate(
        {
            "enabled": True,
            "mode": "http" if many else mode,
            "bot_token": "" if many else min(team.tokens),
            "app_token": APP_TOKEN,
            "signing_secret": SIGNING_SECRET,
            "client_id": CLIENT_ID if many else "",
            "client_secret": CLIENT_SECRET if many else "",
            "base_url": server.base_url,
            "messages_per_minute": 0,  # the clock stands still here: nothing would end a second
        }
    )


@asynccontextmanager
async def run_bot(
    folder: Path, mode: str = "socket", url: str = "", packs: Mapping[str, Path] = ALL_PACKS
) -> AsyncIterator[Bot]:
    """Run the bot in a workspace where ana is an admin and ben is not.

    `mode` is socket, http, or oauth: by HTTP, installed in no workspace yet.
    """
    clock = VirtualClock()
    async with run_slack(State(now=lambda: clock.now().timestamp())) as server:
        team = server.add_team()
        ana = server.add_user(team, "ana", is_admin=True, tz="Europe/Berlin")
        ben = server.add_user(team, "ben", tz="Europe/Berlin")
        general = server.add_channel(team, "general")
        url = url or make_sqlite(folder / "quiz.db")
        acts = SlackActs(server, team)
        bot = Bot(server, team, acts, general, ana, ben, clock, url, mode, packs)
        bot = await bot.start_process()
        try:
            yield bot
        finally:
            await bot.stop()


def make_platform(
    settings: SlackSettings, clock: VirtualClock, engine: AsyncEngine
) -> SlackPlatform:
    """Return the platform as the composition root makes it."""
    received = SqlReceivedEvents(engine, "slack")
    if not settings.client_id:
        return SlackPlatform(settings, clock, received)
    installations = SqlInstallations(engine, Cipher([KEY]), "slack")
    states = SqlOneTimeTokens(engine, "slack-install")
    return SlackPlatform(
        settings, clock, received, installations, states, "https://quiz.example.com"
    )


async def serve(platform: SlackPlatform, server: SlackServer) -> WebServer:
    """Serve the platform's routes and tell the local Slack where."""
    web = WebServer(
        WebSettings(port=0),
        make_web_app(platform.routes, Nothing(), PrometheusMeter("0"), Starlette()),
    )
    await web.start()
    server.events_url = f"{web.url}{EVENTS_PATH}"
    return web


class Nothing:
    """There is no health to examine here."""

    async def examine(self) -> list[Fact]:
        """Nothing."""
        return []

    async def tally(self) -> Tally:
        """Nothing."""
        return Tally()

    def count_flying(self) -> int:
        """None."""
        return 0

    def count_circuits(self) -> int:
        """None."""
        return 0
