"""Plays instructions against the real core."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Protocol, assert_never

from adapters.local.platform import HOME, NAME, LocalPlatform, Message
from adapters.local.script import (
    Advance,
    Answer,
    Crash,
    FillIn,
    GoTo,
    Instruction,
    Mark,
    Outage,
    Press,
    React,
    Say,
    SetPresence,
    SetRights,
    SetRole,
    SetTime,
)
from adapters.local.uploads import read_upload
from bot.commands import NAME as COMMAND
from bot.domain.cards import Button, Card, ErrorCard, FormCard, Reply
from bot.domain.events import (
    AccessLost,
    AccessRegained,
    ButtonPressed,
    Event,
    FormSubmitted,
    Origin,
    ReactionAdded,
    TextCommand,
)
from bot.domain.schedule import to_local
from bot.errors import CommandError

DEFAULT_START = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""Where a script's clock stands before its first `at`: a Monday."""


class Program(Protocol):
    """A running bot, as the simulation needs it."""

    async def handle(self, event: Event) -> Reply | None:
        """Answer an event."""
        ...

    async def run_due(self) -> None:
        """Do all that is due now."""
        ...

    async def next_wake_at(self) -> datetime | None:
        """Say when the next thing is due."""
        ...

    async def close(self) -> None:
        """Let go of everything, finishing nothing."""
        ...


class MovableClock(Protocol):
    """A clock that only instructions move."""

    def now(self) -> datetime:
        """Return the present time, in UTC."""
        ...

    def move_to(self, at: datetime) -> None:
        """Set it."""
        ...


@dataclass
class VirtualClock:
    """Stands still until it is moved."""

    at: datetime = DEFAULT_START

    def now(self) -> datetime:
        """Return the present time, in UTC."""
        return self.at

    def move_to(self, at: datetime) -> None:
        """Set it."""
        self.at = at.astimezone(UTC)


@dataclass
class ShiftedClock:
    """Runs with the machine's clock, ahead of it by what was skipped."""

    shift: timedelta = timedelta(0)

    def now(self) -> datetime:
        """Return the present time, in UTC."""
        return datetime.now(UTC) + self.shift

    def move_to(self, at: datetime) -> None:
        """Go on from there."""
        self.shift = at - datetime.now(UTC)


@dataclass
class Simulation:
    """Where the script stands: its place, its zone and the running program.

    `start` starts the program, again after each crash. `heard` is told what members do,
    for transcripts.
    """

    program: Program
    start: Callable[[], Awaitable[Program]]
    platform: LocalPlatform
    clock: MovableClock
    heard: Callable[[Origin, str], None]
    workspace: str = HOME
    channel: str = "#general"
    zone: str = "UTC"
    started: bool = False

    def begin(self, zone: str) -> None:
        """Begin at what the clock says now, in that zone: time goes on from here alone."""
        self.zone, self.started = zone, True

    async def play(self, instruction: Instruction) -> None:
        """Carry out one instruction, and whatever it makes due.

        Raises:
            CommandError: it would turn the clock back.
        """
        if not isinstance(instruction, SetTime | GoTo | SetRights | SetRole | Mark):
            self.started = True
        match instruction:
            case SetTime(at, zone):
                await self._set_time(at.astimezone(UTC), zone)
            case Advance(by):
                await self.advance_to(self.clock.now() + by)
            case Crash():
                await self.program.close()
                self.program = await self.start()
            case Outage(duration):
                self.platform.outage_until = self.clock.now() + duration
            case SetPresence(present):
                await self._set_presence(present)
            case GoTo() | SetRights() | SetRole() | Mark():
                self._arrange(instruction)
            case Say() | React() | Press() | Answer() | FillIn():
                await self._act(instruction)
            case _:
                assert_never(instruction)
        await self.program.run_due()

    async def advance_to(self, target: datetime) -> None:
        """Move the clock there; whatever falls due on the way is done in order."""
        while True:
            wake_at = await self.program.next_wake_at()
            if wake_at is None or wake_at > target:
                break
            self.clock.move_to(max(wake_at, self.clock.now()))
            await self.program.run_due()
        self.clock.move_to(target)

    async def _set_time(self, at: datetime, zone: str) -> None:
        now = self.clock.now()
        if self.started and at < now:
            raise CommandError(
                f"The clock only moves forward, and it is {to_local(now, zone):%Y-%m-%d %H:%M} "
                f"{zone} already. Write a later time."
            )
        self.zone = zone
        if self.started:
            await self.advance_to(at)
        else:
            self.clock.move_to(at)
            self.started = True

    def _arrange(self, instruction: GoTo | SetRights | SetRole | Mark) -> None:
        here = self.platform.workspaces[self.workspace]
        match instruction:
            case GoTo("channel", name):
                self.channel = name
            case GoTo(_, name):
                self.workspace = name
            case SetRights(granted):
                (here.revoked.discard if granted else here.revoked.add)(self.channel)
            case SetRole(member, role, granted):
                (here.roles[role].add if granted else here.roles[role].discard)(member)
            case Mark(member, "admin"):
                here.admins.add(member)
            case Mark(member, _):
                here.bots.add(member)

    async def _set_presence(self, present: bool) -> None:
        """Tell the bot, as platforms do, that it was thrown out or invited again."""
        here = self.platform.workspaces[self.workspace]
        here.is_gone = not present
        origin = Origin(NAME, self.workspace, "", "")
        lost = AccessLost(origin, "The bot was removed from this workspace.")
        await self.program.handle(AccessRegained(origin) if present else lost)

    async def _act(self, instruction: Say | React | Press | Answer | FillIn) -> None:
        origin = self.origin_of(instruction.member)
        match instruction:
            case Say(_, text):
                self.heard(origin, text)
                if text.startswith("/"):
                    await self._call(origin, text)
            case React(_, emoji, removes, nth):
                self.heard(origin, f"{'takes back' if removes else 'reacts'} :{emoji}:")
                await self._react(origin, emoji, removes, nth)
            case Press(_, label, nth):
                self.heard(origin, f"presses {label}")
                await self._press(origin, label, nth)
            case Answer(_, text, nth):
                self.heard(origin, f"answers: {text}")
                await self._answer(origin, text, nth)
            case FillIn(_, values):
                self.heard(origin, f"fills in {', '.join(name for name, _ in values)}")
                await self._fill_in(origin, dict(values))

    async def _call(self, origin: Origin, text: str) -> None:
        """Call the command; the platform itself refuses one that nobody has declared."""
        name, typed = (*text.split(maxsplit=1), "")[:2]
        if name.casefold() == COMMAND:
            await self.send(TextCommand(origin, typed, read_upload(typed)))
            return
        problem = f'"{name}" is not a command here. Type {COMMAND} help to see what is.'
        self._show(origin, ErrorCard(problem, "command"))

    async def _answer(self, origin: Origin, text: str, nth: int) -> None:
        """Fill in the form of a question; the bot knows what it asked in an earlier process."""
        message = self._question(origin, nth)
        if nth == 1 and (message is None or message.id in self.platform.recalled):
            await self.send(TextCommand(origin, f"answer {text}"))
        elif message is None:
            self._show(origin, ErrorCard(f"There is no question number {nth} here.", "not_found"))
        else:
            await self.send(FormSubmitted(origin, "answer", message.key, {"text": text}))

    async def _fill_in(self, origin: Origin, values: dict[str, str]) -> None:
        """Send the newest form that the member sees, if there is one."""
        for message in self.platform.seen_by(origin.workspace, origin.channel, origin.member):
            form = message.card
            if isinstance(form, FormCard):
                held = {field.name: field.value for field in form.fields if field.value}
                await self.send(FormSubmitted(origin, form.form, form.key, held | values))
                return
        self._show(origin, ErrorCard(_NO_FORM, "not_found"))

    def origin_of(self, member: str) -> Origin:
        """Return who and where, for a member acting in the present channel."""
        return Origin(
            platform=NAME,
            workspace=self.workspace,
            channel=self.channel,
            member=member,
            workspace_name=self.workspace,
            member_name=member,
            zone=self.zone,
            is_bot=member in self.platform.workspaces[self.workspace].bots,
        )

    async def _react(self, origin: Origin, emoji: str, removes: bool, nth: int) -> None:
        """The platform tells of new reactions alone: nobody acts on one taken back."""
        message = self._question(origin, nth, public=True)
        if message is None:
            self._show(origin, ErrorCard(_NOTHING_TO_REACT_TO, "not_found"))
            return
        reaction = (message.id, origin.member, emoji)
        if removes:
            self.platform.reactions.discard(reaction)
        elif reaction not in self.platform.reactions:
            self.platform.reactions.add(reaction)
            await self.send(ReactionAdded(origin, message.id, emoji))

    async def _press(self, origin: Origin, label: str, nth: int) -> None:
        """Press the button on the newest message that has it, or on the nth question."""
        question = self._question(origin, nth)
        if nth > 1:
            messages = [question] if question else []
        else:
            messages = [*self.platform.seen_by(origin.workspace, origin.channel, origin.member)]
        found = _find_button(messages, label)
        if found:
            message, button = found
            await self.send(
                ButtonPressed(origin, button.action, button.key, button.value, message.id)
            )
        elif label.casefold() in _ALWAYS_THERE:
            key, number = (question.key, question.id) if question else ("", "")
            await self.send(ButtonPressed(origin, label.casefold(), key, message_id=number))
        else:
            self._show(origin, ErrorCard(f'No message here has a button "{label}".', "not_found"))

    def _question(self, origin: Origin, nth: int, *, public: bool = False) -> Message | None:
        questions = self.platform.questions_seen_by(
            origin.workspace, origin.channel, origin.member, public=public
        )
        return next(islice(questions, nth - 1, None), None)

    def _show(self, origin: Origin, card: Card) -> None:
        """Show what the platform itself has to say, as far as it says anything."""
        gone = self.platform.workspaces[origin.workspace].is_gone
        if not (gone or self.platform.is_out):
            self.platform.put(origin.workspace, origin.channel, card, only=origin.member)

    async def send(self, event: Event) -> None:
        """Hand an event to the bot and show its answer, unless the platform is out."""
        if self.platform.workspaces[self.workspace].is_gone:
            return
        reply = await self.program.handle(event)
        if reply is None or self.platform.is_out:
            return
        origin = event.origin
        for card in reply.cards:
            key = getattr(card, "key", "")
            only = None if reply.public else origin.member
            self.platform.put(origin.workspace, origin.channel, card, only=only, key=key)


_NOTHING_TO_REACT_TO = (
    "There is no such question here to react to. Let time pass until one comes: advance 1d"
)
_NO_FORM = "No form is open here. A button such as Report opens one."
_ALWAYS_THERE = ("answer", "reveal", "report")
"""Buttons that can be pressed though no message shows them, such as Answer where there are
choices: they act on the newest question."""


def _find_button(messages: Iterable[Message], label: str) -> tuple[Message, Button] | None:
    """Return the newest button of that label, or else one that only adds a number to it."""
    wanted = label.casefold()
    shown = [(message, button) for message in messages for button in message.buttons]
    for fits in (str.__eq__, lambda seen, word: seen.rstrip(" 0123456789") == word):
        for message, button in shown:
            if fits(button.label.casefold(), wanted):
                return message, button
    return None
