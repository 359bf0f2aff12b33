"""Discord: the real adapter and SDK against a local Discord."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from adapters.discord.components import read_button_id
from adapters.discord.messages import Page
from adapters.discord.platform import DiscordPlatform
from adapters.discord.render import render_card
from adapters.local.platform import LocalPlatform
from adapters.local.script import (
    Answer,
    FillIn,
    GoTo,
    Mark,
    Press,
    React,
    Say,
    SetRights,
    parse_script,
)
from adapters.local.simulation import Simulation, VirtualClock
from bot import commands
from bot.app import Application, build
from bot.cli.local import SEED
from bot.commands import NAME as COMMAND
from bot.commands import Option, Type
from bot.config import DiscordSettings
from bot.domain.cards import Card, Reply
from bot.domain.events import Event
from bot.domain.people import Level
from bot.domain.reading import read_number, read_yes_no
from bot.errors import CommandError
from storage.adapter_words import AdapterWords
from storage.engine import open_engine
from tests.fakes.discord.world import SEND, Channel, Guild, Said, User
from tests.fakes.discord_server import TOKEN, DiscordServer, find_button, run_discord, text_of
from tests.parity.stage import Shown, describe_shown
from tests.stage import PACKS

_MARK = "STAGE_MARK"
_TASKS = ("discord.py: ", "CommandTree", "discord-ui-")
_EMOJI = {"bulb": "💡", "tada": "🎉"}


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
        settings = DiscordSettings(
            enabled=True,
            token=SecretStr(TOKEN),
            api_url=self.server.api_url,
            gateway_url=self.server.gateway_url,
        )
        engine = open_engine(self.url)
        words = AdapterWords(engine, "discord")
        platform = DiscordPlatform(settings, words, guild_ready_timeout=0.05)
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


@dataclass
class DiscordSimulation(Simulation):
    """Plays instructions as members of the local Discord."""

    world: DiscordWorld = field(kw_only=True)
    reactions: set[tuple[str, int, str]] = field(default_factory=set)

    def _arrange(self, instruction: GoTo | SetRights | Mark) -> None:
        if isinstance(instruction, GoTo):
            super()._arrange(instruction)
            return
        guild = self.world.guild(self.workspace)
        match instruction:
            case SetRights(granted):
                (channel,) = [c for c in guild.channels.values() if f"#{c.name}" == self.channel]
                channel.denied = 0 if granted else SEND
            case Mark(member, "admin"):
                self.world.server.member(member, guild, manages=True)
            case Mark(member, _):
                self.world.server.member(member, guild).bot = True

    async def _act(self, instruction: Say | React | Press | Answer | FillIn) -> None:
        guild = self.world.guild(self.workspace)
        channel = await self.world.channel(guild, self.channel)
        await self.world.server.deny(channel, channel.denied)
        user = self.world.server.member(instruction.member, guild)
        match instruction:
            case Say(_, text):
                if text.split(" ")[0] == COMMAND:
                    await self._type(user, guild, channel, text.removeprefix(COMMAND))
            case React(_, emoji, removes, nth):
                await self._put_reaction(user, channel, emoji, removes, nth)
            case Press(_, label, nth):
                await self._press_button(user, channel, label, nth)
            case Answer(_, text, nth):
                await self._fill_in(user, channel, text, nth)

    async def _type(self, user: User, guild: Guild, channel: Channel, text: str) -> None:
        command, raw = commands.parse(text)
        options = {}
        for name, word in raw.items():
            option = command.option(name)
            assert option is not None
            options[name] = await self._value(guild, option, word)
        await self.world.server.call(user, command.path, options, channel)

    async def _value(self, guild: Guild, option: Option, word: str) -> Any:
        if option.type in (Type.MEMBER, Type.MEMBER_OR_ROLE):
            return str(self.world.server.member(word.lstrip("@"), guild).id)
        if option.type is Type.CHANNEL:
            return str((await self.world.channel(guild, word)).id)
        if option.type is Type.YES_NO:
            return read_yes_no(word)
        return read_number(word) if option.type in (Type.NUMBER, Type.SCHEDULE) else word

    async def _put_reaction(
        self, user: User, channel: Channel, emoji: str, removes: bool, nth: int
    ) -> None:
        question = self._nth_question(user, channel, nth, public=True)
        if question is None:
            return
        reaction = (str(question["id"]), user.id, emoji)
        if removes:
            self.reactions.discard(reaction)
        elif reaction not in self.reactions:
            self.reactions.add(reaction)
            await self.world.server.react(user, question, _EMOJI[emoji])

    async def _press_button(self, user: User, channel: Channel, label: str, nth: int) -> None:
        if nth > 1:
            question = self._nth_question(user, channel, nth)
            messages: Iterable[dict[str, Any]] = [question] if question else []
        else:
            messages = (said.message for said in self._seen(user, channel) if said.message)
        for message in messages:
            custom_id = _button(message, label)
            if custom_id:
                await self.world.server.press(user, message, label, custom_id=custom_id)
                return

    async def _fill_in(self, user: User, channel: Channel, text: str, nth: int) -> None:
        """Answer by the form that the button opens, or by the button of a choice."""
        server = self.world.server
        question = self._nth_question(user, channel, nth)
        if question is None or not (_button(question, "Answer") or _button(question, text.strip())):
            await server.call(user, "answer", {"text": text}, channel)
            return
        choice = _button(question, text.strip())
        if choice:
            await server.press(user, question, text, custom_id=choice)
            return
        opened = await server.press(user, question, "Answer")
        assert isinstance(self.program, DiscordProgram)
        await self.program.settle()
        if opened.modal is not None:
            server.world.said.pop()  # scripts answer without opening the form
            await server.submit(user, opened, {"text": text})

    def _nth_question(
        self, user: User, channel: Channel, nth: int, *, public: bool = False
    ) -> dict[str, Any] | None:
        return next(islice(self._questions(user, channel, public), nth - 1, None), None)

    def _questions(self, user: User, channel: Channel, public: bool) -> Iterator[dict[str, Any]]:
        """Yield each question that the member sees once, newest first."""
        keys: set[str] = set()
        for said in self._seen(user, channel):
            kind = self.world.kind_of(said)
            if kind not in ("question", "mock") or (public and said.only):
                continue
            assert said.message is not None
            button = read_button_id(
                find_button(said.message, "Reveal" if kind == "question" else "Stop")
            )
            assert button is not None
            if button.key not in keys:
                keys.add(button.key)
                yield said.message

    def _seen(self, user: User, channel: Channel) -> Iterator[Said]:
        for said in reversed(self.world.server.world.said):
            here = channel.id in (said.channel.id, said.channel.parent_id)
            if (said.only is None and here) or said.only is user:
                yield said


def _button(message: dict[str, Any], label: str) -> str | None:
    """Return a button's `custom_id` by its label in any case."""
    for row in message["components"]:
        for part in row.get("components") or ():
            if (part.get("label") or "").casefold() == label.casefold():
                return str(part["custom_id"])
    return None


class DiscordStage:
    """Plays against a local Discord."""

    async def play(self, script: str, folder: Path) -> list[Shown]:
        """Play a script."""
        clock = VirtualClock()
        local = LocalPlatform(clock, lambda message: None)
        instructions = [instruction for _, instruction in parse_script(script.splitlines())]
        async with run_discord(clock.now) as server:
            server.guild.name = "local"
            for each in instructions:
                if isinstance(each, GoTo) and each.kind == "workspace":
                    server.world.add_guild(each.name)
            server.rest.is_out = lambda: local.is_out
            world = DiscordWorld(server, f"sqlite+aiosqlite:///{folder}/discord.db", clock)
            program = await world.start()
            simulation = DiscordSimulation(
                program, world.start, local, clock, lambda origin, text: None, world=world
            )
            try:
                for instruction in instructions:
                    await simulation.play(instruction)
            finally:
                await simulation.program.close()
            assert server.problems == []
            return [_describe(world, said) for said in server.world.said if world.kind_of(said)]


def keep_playable(script: str) -> str:
    """Leave out unknown words and values: Discord's client refuses them itself."""
    return "\n".join(line for line in script.splitlines() if _is_playable(line.strip()))


def _is_playable(line: str) -> bool:
    _, colon, text = line.partition(f": {COMMAND}")
    if not colon:
        return True
    try:
        command, raw = commands.parse(text)
        return all(_fits(command.option(name), word) for name, word in raw.items())
    except CommandError:
        return False


def _fits(option: Option | None, word: str) -> bool:
    assert option is not None
    if option.type is Type.YES_NO:
        return read_yes_no(word) in (True, False)
    if option.type in (Type.NUMBER, Type.SCHEDULE):
        return read_number(word) > 0
    words = tuple(Level) if option.type is Type.LEVEL else option.choices
    return not words or word in (*words, "any")


def _describe(world: DiscordWorld, said: Said) -> Shown:
    kind = world.kind_of(said)
    assert kind is not None
    channels = {str(c.id): c for c in world.server.world.channels.values()}
    shown_in = channels.get(str(said.channel.parent_id or said.channel.id), said.channel)
    text = text_of(said.message) if said.message else ""
    plain = text.replace("\\", "").replace("*", "")
    return describe_shown(kind, said.only.name if said.only else None, f"#{shown_in.name}", plain)
