"""The local channel as somebody sees it who acts in it: what was said, and what can be pressed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.local.platform import Message
from adapters.local.script import Crash, Mark, Outage, Say
from adapters.local.simulation import Simulation
from adapters.local.uploads import read_upload
from bot.commands import NAME as COMMAND
from bot.domain.cards import Button, Card, FormCard, QuestionCard, Reply
from bot.domain.emoji import BULB
from bot.domain.events import (
    ButtonPressed,
    Event,
    FormSubmitted,
    Origin,
    ReactionAdded,
    TextCommand,
    Upload,
)
from bot.domain.formatting import format_duration
from bot.domain.schedule import to_local
from bot.errors import NotFound

MOST_TO_SKIP = timedelta(days=31)
NARRATOR = "demo"
"""Who tells what happens to the bot and to the platform."""
_CRASHED = (
    "The bot's process died without clean-up and was started again on the same database. "
    "What it owes still comes, and nothing comes twice."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the channel, counted from 1: a card of the bot, or a member's words.

    `only` is the one member who sees it, None for all.
    """

    number: int
    at: datetime
    member: str
    only: str | None
    text: str = ""
    message: Message | None = None

    @property
    def card(self) -> Card | None:
        """The bot's card."""
        return self.message.card if self.message else None

    @property
    def buttons(self) -> Sequence[Button]:
        """The buttons under it."""
        return self.message.buttons if self.message else ()

    @property
    def takes_reactions(self) -> bool:
        """Whether a reaction shows the answer: to a question that all see."""
        return isinstance(self.card, QuestionCard) and self.only is None


@dataclass
class LiveChannel:
    """Plays what members do, one thing at a time, and keeps what there is to see.

    `show` and `hear` are for the simulation, which is set once it has begun.
    """

    members: Sequence[str]
    entries: list[Entry] = field(default_factory=list)
    filled: set[int] = field(default_factory=set)
    closed: bool = False
    _simulation: Simulation | None = None
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def simulation(self) -> Simulation:
        """What is played."""
        assert self._simulation is not None
        return self._simulation

    async def open(self, simulation: Simulation, commands: Sequence[str]) -> None:
        """Begin: the first member is an admin, and has typed these commands."""
        self._simulation = simulation
        await simulation.play(Mark(self.members[0], "admin"))
        for command in commands:
            await simulation.play(Say(self.members[0], f"{COMMAND} {command}"))

    def show(self, message: Message) -> None:
        """Keep what the bot says."""
        self._add("", message.only, message=message)

    def hear(self, origin: Origin, text: str) -> None:
        """Keep what a member types: a command is seen by nobody else."""
        only = origin.member if text.startswith(COMMAND) else None
        self._add(origin.member, only, text=text)

    def _add(
        self, member: str, only: str | None, text: str = "", message: Message | None = None
    ) -> None:
        at = message.at if message else self.simulation.clock.now()
        self.entries.append(Entry(len(self.entries) + 1, at, member, only, text, message))

    def seen_by(self, member: str) -> Sequence[Entry]:
        """Return what the member sees, oldest first."""
        return [entry for entry in self.entries if entry.only in (None, member)]

    def count_reactions(self, number: int) -> int:
        """Return how many reacted to an entry."""
        message = self.entries[number - 1].message
        mine = message.id if message else ""
        return sum(one == mine for one, _, _ in self.simulation.platform.reactions)

    async def say(self, member: str, text: str) -> None:
        """Type something; what begins with the command's name is a command."""
        origin = self.simulation.origin_of(member)
        async with self._playing():
            self.hear(origin, text)
            if text.split(" ")[0] == COMMAND:
                typed = text.removeprefix(COMMAND)
                await self.simulation.send(TextCommand(origin, typed, read_upload(typed)))

    async def press(self, member: str, number: int, button: int) -> None:
        """Press a button of an entry.

        Raises:
            NotFound: the member sees no such button.
        """
        entry = self._find(member, number)
        if entry.message is None or not 0 <= button < len(entry.buttons):
            raise NotFound("There is no such button any more. Look at the newest messages.")
        pressed = entry.buttons[button]
        event = ButtonPressed(
            self.simulation.origin_of(member),
            pressed.action,
            pressed.key,
            pressed.value,
            entry.message.id,
        )
        async with self._playing():
            await self.simulation.send(event)

    async def react(self, member: str, number: int) -> None:
        """React to a question as its hint says; a second time takes it back.

        Raises:
            NotFound: the member sees no such question.
        """
        entry = self._find(member, number)
        if entry.message is None or not entry.takes_reactions:
            raise NotFound("There is no such question any more. Look at the newest messages.")
        emoji = getattr(entry.card, "emoji", BULB)
        reaction = (entry.message.id, member, emoji)
        reactions = self.simulation.platform.reactions
        async with self._playing():
            if reaction in reactions:
                reactions.discard(reaction)
                return
            reactions.add(reaction)
            origin = self.simulation.origin_of(member)
            await self.simulation.send(ReactionAdded(origin, entry.message.id, emoji))

    async def fill_in(
        self, member: str, number: int, values: Mapping[str, str], upload: Upload | None = None
    ) -> None:
        """Send a form.

        Raises:
            NotFound: the member sees no such form.
        """
        form = self._find(member, number).card
        if not isinstance(form, FormCard):
            raise NotFound("There is no such form any more. Press its button again.")
        names = {field.name for field in form.fields}
        given = {name: value for name, value in values.items() if name in names}
        origin = self.simulation.origin_of(member)
        async with self._playing():
            self.filled.add(number)
            await self.simulation.send(FormSubmitted(origin, form.form, form.key, given, upload))

    def _find(self, member: str, number: int) -> Entry:
        for entry in self.seen_by(member):
            if entry.number == number:
                return entry
        raise NotFound("There is no such message. Load the page again.")

    async def handle(self, event: Event) -> Reply | None:
        """Answer an event that comes from elsewhere, such as the console."""
        async with self._playing():
            return await self.simulation.program.handle(event)

    async def skip(self, by: timedelta) -> None:
        """Let time pass, a month at most; whatever falls due on the way is done in order."""
        async with self._playing():
            until = self.simulation.clock.now() + min(by, MOST_TO_SKIP)
            await self.simulation.advance_to(until)

    async def skip_to_next(self) -> None:
        """Let time pass until the next thing is due, if anything ever is."""
        wake_at = await self.simulation.program.next_wake_at()
        if wake_at is not None:
            await self.skip(wake_at - self.simulation.clock.now())

    async def break_off(self, duration: timedelta) -> None:
        """From now on for so long the platform answers nothing."""
        async with self._playing():
            self._add(NARRATOR, None, text=f"No answer from here for {format_duration(duration)}.")
            await self.simulation.play(Outage(duration))

    async def crash(self) -> None:
        """The bot dies without clean-up and starts again."""
        async with self._playing():
            await self.simulation.play(Crash())
            self._add(NARRATOR, None, text=_CRASHED)

    async def run(self) -> None:
        """Do what comes due while nobody does anything, until the end."""
        while not self.closed:
            await asyncio.sleep(1)
            async with self._playing():
                pass

    @asynccontextmanager
    async def _playing(self) -> AsyncIterator[None]:
        """Play alone; do what has come due, and tell whoever watches."""
        async with self._one_at_a_time:
            yield
            await self.simulation.program.run_due()
        await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def wait(self) -> None:
        """Return when something may have changed: at least once a second, or at the end."""
        async with self._changed:
            if not self.closed:
                await self._changed.wait()

    async def close(self) -> None:
        """Let go whoever waits."""
        self.closed = True
        await self._tell()

    async def describe_time(self) -> tuple[datetime, timedelta | None]:
        """Return the time on the channel's clock, and how long until something is due."""
        now = self.simulation.clock.now()
        wake_at = await self.simulation.program.next_wake_at()
        local = to_local(now, self.simulation.zone)
        return local, wake_at - now if wake_at else None
