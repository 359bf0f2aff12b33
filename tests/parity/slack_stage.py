"""Slack: the real adapter and SDK, by HTTP, against a local Slack."""

from __future__ import annotations

import html
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

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
from adapters.slack.app import SlackPlatform
from adapters.web.server import WebServer
from bot.app import Application, build
from bot.cli.local import SEED
from bot.commands import NAME as COMMAND
from bot.domain.cards import Reply
from bot.domain.events import Event
from bot.domain.installation import Installation
from storage.engine import open_engine
from storage.installations import SqlInstallations
from storage.secrets import Cipher
from tests.databases import make_sqlite
from tests.fakes.slack_acts import SlackActs
from tests.fakes.slack_bot import KEY, make_platform, make_settings, serve
from tests.fakes.slack_server import SlackServer, run_slack
from tests.fakes.slack_state import Channel, Message, State, Team, User
from tests.parity.stage import Shown, describe_shown
from tests.stage import PACKS


@dataclass
class SlackProgram:
    """The bot; what it does is done when a call returns."""

    app: Application
    platform: SlackPlatform
    web: WebServer

    async def handle(self, event: Event) -> Reply | None:
        """Answer an event that comes by no wire; those of a script come over it."""
        return await self.app.handle(event)

    async def run_due(self) -> None:
        """Answer what came in, and do what is due."""
        await self.platform.drain()
        await self.app.run_due()

    async def next_wake_at(self) -> datetime | None:
        """Return when the next thing is due."""
        return await self.app.next_wake_at()

    async def close(self) -> None:
        """Stop."""
        await self.web.stop()
        await self.platform.stop()
        await self.app.close()


@dataclass
class SlackWorld:
    """Teams, members and channels by the names that a script has for them."""

    server: SlackServer
    url: str
    clock: VirtualClock
    teams: dict[str, Team] = field(default_factory=dict)

    async def start(self) -> SlackProgram:
        """Start the bot on the database."""
        engine = open_engine(self.url)
        settings = make_settings(self.server, Team("", "", "", "", set()), "oauth")
        platform = make_platform(settings, self.clock, engine)
        dice = random.Random(SEED)
        app = build(engine, {"slack": platform.chat}, clock=self.clock, dice=dice)
        await app.start(PACKS)
        await platform.start(app.handle)
        return SlackProgram(app, platform, await serve(platform, self.server))

    async def team(self, name: str) -> Team:
        """Return the team, made and installed if it is new."""
        if name not in self.teams:
            team = self.teams[name] = self.server.add_team(name)
            engine = open_engine(self.url)
            installations = SqlInstallations(engine, Cipher([KEY]), "slack")
            (token,) = team.tokens
            await installations.save(
                Installation(team.id, name, team.bot_user, team.bot_id, token, team.scopes)
            )
            await engine.dispose()
        return self.teams[name]

    def user(self, team: Team, name: str) -> User:
        """Return the member, who is in every channel."""
        found = next((user for user in team.users.values() if user.name == name), None)
        user = found or self.server.add_user(team, name)
        for channel in team.channels.values():
            channel.members.add(user.id)
        return user

    def channel(self, team: Team, name: str) -> Channel:
        """Return the channel."""
        plain = name.removeprefix("#")
        found = next((each for each in team.channels.values() if each.name == plain), None)
        return found or self.server.add_channel(team, plain)


@dataclass
class SlackSimulation(Simulation):
    """Plays instructions as members of the local Slack."""

    world: SlackWorld = field(kw_only=True)
    reactions: set[tuple[str, str, str]] = field(default_factory=set)

    def _arrange(self, instruction: GoTo | SetRights | Mark) -> None:
        if isinstance(instruction, GoTo):
            super()._arrange(instruction)
            return
        team = self.world.teams[self.workspace]
        channel = self.world.channel(team, self.channel)
        match instruction:
            case SetRights(granted):
                (channel.members.add if granted else channel.members.discard)(team.bot_user)
            case Mark(member, "admin"):
                self.world.user(team, member).is_admin = True
            case Mark(member, _):
                self.world.user(team, member).is_bot = True

    async def _act(self, instruction: Say | React | Press | Answer | FillIn) -> None:
        team = await self.world.team(self.workspace)
        channel = self.world.channel(team, self.channel)
        user = self.world.user(team, instruction.member)
        user.tz = self.zone
        acts = SlackActs(self.world.server, team)
        match instruction:
            case Say(_, text):
                if text.split(" ")[0] == COMMAND:
                    await acts.type(user, channel.id, text.removeprefix(COMMAND).strip())
            case React(_, emoji, removes, nth):
                await self._put_reaction(acts, user, channel, emoji, removes, nth)
            case Press(_, label, nth):
                await self._press_button(acts, user, channel, label, nth)
            case Answer(_, text, nth):
                await self._fill_in(acts, user, channel, text, nth)

    async def _put_reaction(
        self, acts: SlackActs, user: User, channel: Channel, emoji: str, removes: bool, nth: int
    ) -> None:
        question = self._nth_question(acts, user, channel, nth, public=True)
        if question is None:
            return
        reaction = (question.ts, user.id, emoji)
        if removes:
            self.reactions.discard(reaction)
        elif reaction not in self.reactions:
            self.reactions.add(reaction)
            await acts.react(user, question, emoji)

    async def _press_button(
        self, acts: SlackActs, user: User, channel: Channel, label: str, nth: int
    ) -> None:
        if nth > 1:
            question = self._nth_question(acts, user, channel, nth)
            messages = iter([question] if question else [])
        else:
            messages = acts.server.state.seen_by(acts.team, channel.id, user.id)
        for message in messages:
            if _has_button(message, label):
                await acts.press(user, message, label)
                return

    async def _fill_in(
        self, acts: SlackActs, user: User, channel: Channel, text: str, nth: int
    ) -> None:
        """Answer by the modal, or by the button for a choice question."""
        question = self._nth_question(acts, user, channel, nth)
        if question is None:
            await acts.type(user, channel.id, f"answer {text}")
        elif _has_button(question, text.strip()):
            await acts.press(user, question, text.strip())
        else:
            await acts.press(user, question, "Answer")
            await self.program.run_due()
            self.world.server.state.heard.pop()  # scripts answer without opening the form
            await acts.submit(user, {"text": text})

    def _nth_question(
        self, acts: SlackActs, user: User, channel: Channel, nth: int, *, public: bool = False
    ) -> Message | None:
        return next(islice(self._seen_questions(acts, user, channel, public), nth - 1, None), None)

    def _seen_questions(
        self, acts: SlackActs, user: User, channel: Channel, public: bool
    ) -> Iterator[Message]:
        """Yield each question that the member sees once, newest first."""
        keys: set[str] = set()
        for message in acts.server.state.seen_by(acts.team, channel.id, user.id):
            if message.kind in ("question", "mock") and not (public and message.only):
                key = message.buttons[-1]["value"]
                if key not in keys:
                    keys.add(key)
                    yield message


def _has_button(message: Message, label: str) -> bool:
    return any(b["text"]["text"].casefold() == label.casefold() for b in message.buttons)


class SlackStage:
    """Plays against a local Slack."""

    async def play(self, script: str, folder: Path) -> list[Shown]:
        """Play a script."""
        clock = VirtualClock()
        local = LocalPlatform(clock, lambda message: None)
        state = State(now=lambda: clock.now().timestamp(), is_out=lambda: local.is_out)
        async with run_slack(state) as server:
            world = SlackWorld(server, make_sqlite(folder / "slack.db"), clock)
            program = await world.start()
            simulation = SlackSimulation(
                program, world.start, local, clock, lambda origin, text: None, world=world
            )
            try:
                for _, instruction in parse_script(script.splitlines()):
                    await world.team(simulation.workspace)
                    await simulation.play(instruction)
            finally:
                await simulation.program.close()
            return [_describe(world, message) for message in state.heard if _is_first(message)]


def _is_first(message: Message) -> bool:
    """Leave out further pages, the note that begins a thread, and the one that brings a file."""
    if not message.kind or message.text.startswith("Your file: "):
        return False
    return "-" not in str(message.blocks[0].get("block_id"))


def _describe(world: SlackWorld, message: Message) -> Shown:
    team = next(team for team in world.teams.values() if team.id == message.team)
    names = {user.id: user.name for user in team.users.values()}
    channels = {channel.id: f"#{channel.name}" for channel in team.channels.values()}
    text = html.unescape(message.text)
    for channel_id, name in channels.items():
        text = text.replace(channel_id, name)
    only = names[message.only] if message.only else None
    return describe_shown(message.kind, only, channels.get(message.channel, ""), text)
