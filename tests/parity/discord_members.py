"""What the members of a script do on the local Discord."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from adapters.discord.components import read_button_id
from adapters.local.script import Answer, FillIn, GoTo, Mark, Press, React, Say, SetRights
from adapters.local.simulation import Simulation
from bot import commands
from bot.commands import NAME as COMMAND
from bot.commands import Option, Type
from bot.domain.reading import read_number, read_yes_no
from tests.fakes.discord.world import SEND, Channel, Guild, Said, User
from tests.fakes.discord_server import find_button
from tests.parity.discord_world import DiscordProgram, DiscordWorld

_EMOJI = {"bulb": "💡", "tada": "🎉"}


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
