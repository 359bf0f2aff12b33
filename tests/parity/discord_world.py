"""The bot on a local Discord, and that Discord by the names that a script has for things."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.discord.messages import Page
from adapters.discord.platform import DiscordPlatform
from adapters.discord.render import render_card
from adapters.local.simulation import VirtualClock
from bot.app import Application, build
from bot.cli.local import SEED
from bot.domain.cards import Card, Reply
from bot.domain.events import Event
from storage.engine import open_engine
from tests.fakes.discord.world import Channel, Guild, Said
from tests.fakes.discord_platform import make_platform
from tests.fakes.discord_server import DiscordServer, text_of
from tests.stage import PACKS

_MARK = "STAGE_MARK"
_TASKS = ("discord.py: ", "CommandTree", "discord-ui-")


class Recorder:
    """A ChatPort that notes the kind of each card's first page before it goes out."""

    def __init__(self, chat: Any, kinds: dict[str, str]) -> None:
        self._chat = chat
        self._kinds = kinds

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chat, name)

    def note(self, card: Card) -> None:
        """Remember what the card will look like."""
        self._kinds[_page_text(render_card(card)[0])] = card.kind

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        """Post a card."""
        self.note(card)
        posted: str = await self._chat.post(workspace, channel, card, key)
        return posted

    async def tell(self, workspace: str, member: str, channel: str, card: Card) -> None:
        """Tell a card."""
        self.note(card)
        await self._chat.tell(workspace, member, channel, card)


def _page_text(page: Page) -> str:
    """Return a page as `text_of` shows its message."""
    title = f"**{page.title}**" if page.hidden and page.title else page.title
    footer = f"-# {page.footer}" if page.hidden and page.footer else page.footer
    return "\n".join(part for part in (title, page.text, footer) if part)


@dataclass
class DiscordProgram:
    """The bot; what it does is done when `settle` returns."""

    app: Application
    platform: DiscordPlatform
    server: DiscordServer

    async def handle(self, event: Event) -> Reply | None:
        """Answer an event that comes by no wire; those of a script come over it."""
        return await self.app.handle(event)

    async def settle(self) -> None:
        """Wait until every event that was sent is dealt with."""
        client = self.platform._client
        assert client is not None
        seen = asyncio.ensure_future(
            client.wait_for("socket_event_type", check=lambda event: event == _MARK)
        )
        await asyncio.sleep(0)
        await self.server.gateway.dispatch(_MARK, {}, None)
        await seen
        me = asyncio.current_task()
        while tasks := {
            task
            for task in asyncio.all_tasks()
            if task is not me and task.get_name().startswith(_TASKS)
        }:
            await asyncio.wait(tasks)

    async def run_due(self) -> None:
        """Answer what came in, and do what is due."""
        await self.settle()
        await self.app.run_due()

    async def next_wake_at(self) -> datetime | None:
        """Return when the next thing is due."""
        return await self.app.next_wake_at()

    async def close(self) -> None:
        """Stop."""
        await self.platform.stop()
        await self.app.close()


@dataclass
class DiscordWorld:
    """Servers, members and channels by the names that a script has for them."""

    server: DiscordServer
    url: str
    clock: VirtualClock
    kinds: dict[str, str] = field(default_factory=dict)

    async def start(self) -> DiscordProgram:
        """Start the bot on the database."""
        engine = open_engine(self.url)
        platform = make_platform(self.server, engine)
        recorder = Recorder(platform.chat, self.kinds)
        dice = random.Random(SEED)
        app = build(engine, {"discord": recorder}, clock=self.clock, dice=dice)
        await app.start(PACKS)

        async def handle(event: Event) -> Reply | None:
            reply = await app.handle(event)
            for card in reply.cards if reply else ():
                recorder.note(card)
            return reply

        await platform.start(handle)
        assert platform._client is not None
        await platform._client.wait_until_ready()
        return DiscordProgram(app, platform, self.server)

    def guild(self, name: str) -> Guild:
        """Return the server of that name."""
        return next(guild for guild in self.server.world.guilds.values() if guild.name == name)

    async def channel(self, guild: Guild, name: str) -> Channel:
        """Return the channel, made if it is new."""
        plain = name.removeprefix("#")
        for channel in guild.channels.values():
            if channel.name == plain:
                return channel
        made = self.server.world.add_channel(guild, plain)
        shown = made.to_json(self.server.world.bot.id)
        await self.server.gateway.dispatch("CHANNEL_CREATE", shown, guild.id)
        return made

    def kind_of(self, said: Said) -> str | None:
        """Return the kind of card that a message is; None for further pages and notes."""
        return "form" if said.message is None else self.kinds.get(text_of(said.message))
