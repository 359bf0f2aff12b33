"""What a command is, who calls it, and which method answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from bot.domain import dates, reading
from bot.domain.events import Upload
from bot.domain.people import Level, Member, Workspace
from bot.domain.schedule import local_date
from bot.errors import CommandError

NAME = "/fastapi-quiz"


class Rights(StrEnum):
    """Who may call a command."""

    ALL = "all"
    ADMIN = "admins"


class Type(StrEnum):
    """What an option's value is; platforms with typed options map these to theirs."""

    TEXT = "text"
    TIME = "time"
    DAYS = "days"
    ZONE = "zone"
    LEVEL = "level"
    TOPIC = "topic"
    PACK = "pack"
    QUESTION = "question"
    DURATION = "duration"
    DATE = "date"
    NUMBER = "number"
    SCHEDULE = "schedule"
    YES_NO = "yes_no"
    CHOICE = "choice"
    MEMBER = "member"
    MEMBER_OR_ROLE = "member_or_role"
    CHANNEL = "channel"
    REMINDERS = "reminders"
    FILE = "file"
    MULTILINE = "multiline"


_READERS: Mapping[Type, Callable[[str], Any]] = {
    Type.TIME: reading.read_time,
    Type.DAYS: reading.read_days,
    Type.ZONE: reading.read_zone,
    Type.LEVEL: reading.read_level,
    Type.TOPIC: reading.read_id,
    Type.PACK: reading.read_id,
    Type.QUESTION: reading.read_id,
    Type.DURATION: reading.read_delay,
    Type.DATE: dates.read_date,
    Type.NUMBER: reading.read_number,
    Type.SCHEDULE: reading.read_number,
    Type.YES_NO: reading.read_yes_no,
    Type.REMINDERS: reading.read_reminders,
}


_OTHERS = frozenset({"last", "previous", "next", "no", "not"})
"""Words that make something else of the choice behind them."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option, typed as `name:value`; a positional one also without its name.

    A `rest` option takes everything behind the command as it was typed. `clearable`
    options accept `any` or `none`, read as None. `also` is another name that people type.
    """

    name: str
    type: Type
    help: str
    positional: bool = False
    required: bool = False
    rest: bool = False
    clearable: bool = False
    choices: tuple[str, ...] = ()
    also: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The words among which it lets one choose; none where it is typed freely."""
        if self.type is not Type.LEVEL:
            return self.choices
        levels = tuple(level.value for level in Level)
        return (*levels, "any") if self.clearable else levels

    def read(self, text: str) -> Any:
        """Turn the typed text into a value, or raise CommandError."""
        if self.clearable and text.strip().lower() in ("any", "none", "all"):
            return None
        if self.choices:
            return self._read_choice(text)
        return _READERS.get(self.type, str.strip)(text)

    def _read_choice(self, text: str) -> str:
        """Return the one choice that is among the words, as in `this week`, but not `last week`."""
        words = text.lower().split()
        named = [word for word in words if word in self.choices]
        if len(named) != 1 or not _OTHERS.isdisjoint(words):
            hint = reading.did_you_mean(text.strip(), self.choices)
            known = ", ".join(self.choices)
            raise CommandError(f'"{text}" is none of these: {known}.{hint}')
        return named[0]


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its words behind `/fastapi-quiz`, options and rights."""

    path: str
    help: str
    options: tuple[Option, ...] = ()
    rights: Rights = Rights.ALL
    example: str = ""

    def option(self, name: str) -> Option | None:
        """Return the option of that name."""
        known = (option for option in self.options if name in (option.name, option.also))
        return next(known, None) if name else None

    @property
    def usage(self) -> str:
        """The command as one types it, options in brackets."""
        words = [NAME, self.path, *(_usage_of(option) for option in self.options)]
        return " ".join(word for word in words if word)


def _usage_of(option: Option) -> str:
    if option.positional:
        shown = "|".join(option.choices) or option.name.upper()
    elif option.choices:
        shown = f"{option.name}:{'|'.join(option.choices)}"
    else:
        shown = f"{option.name}:"
    return shown if option.required else f"[{shown}]"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, where and when. `now` is UTC; `zone` is theirs if known, else UTC.

    `platform_zone` is what the platform says, whatever they set; empty if it says nothing.
    """

    workspace: Workspace
    member: Member
    channel: str
    now: datetime
    zone: str
    platform_zone: str = ""

    @property
    def today(self) -> date:
        """The date where the caller is."""
        return local_date(self.now, self.zone)


@dataclass(frozen=True, slots=True)
class Call:
    """A command with its values read and its rights checked; `upload` came with it."""

    command: Command
    caller: Caller
    options: Mapping[str, Any] = field(default_factory=dict)
    upload: Upload | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button: the three values of its `Button`, and the message it is under."""

    caller: Caller
    key: str
    value: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled form with the key of its `FormCard`; empty fields are left out."""

    caller: Caller
    key: str
    values: Mapping[str, str]


_Handler = TypeVar("_Handler", bound=Callable[..., Any])


def _mark(name: str, value: object) -> Callable[[_Handler], _Handler]:
    def mark(handler: _Handler) -> _Handler:
        setattr(handler, name, value)
        return handler

    return mark


def handles(path: str) -> Callable[[_Handler], _Handler]:
    """Mark a service's method as what the command calls."""
    return _mark("handles_command", path)


def handles_button(action: str, rights: Rights = Rights.ALL) -> Callable[[_Handler], _Handler]:
    """Mark a service's method as what a button with this action calls, with a Press."""
    return _mark("handles_button", (action, rights))


def suggests_values(type_: Type) -> Callable[[_Handler], _Handler]:
    """Mark a service's method as what knows values for options of this type while one types."""
    return _mark("suggests_values", type_)


def handles_form(path: str) -> Callable[[_Handler], _Handler]:
    """Mark a service's method as what the form of this command calls, with a Filled.

    Forms of other commands are read as the command with its options.
    """
    return _mark("handles_form", path)
