"""The `/fastapi-quiz` command tree, declared once for every platform."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from bot.domain import reading
from bot.domain.people import Member, Workspace
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
    DURATION = "duration"
    DATE = "date"
    NUMBER = "number"
    SCHEDULE = "schedule"
    YES_NO = "yes_no"
    CHOICE = "choice"
    MEMBER = "member"
    CHANNEL = "channel"


_READERS: Mapping[Type, Callable[[str], Any]] = {
    Type.TIME: reading.read_time,
    Type.DAYS: reading.read_days,
    Type.ZONE: reading.read_zone,
    Type.LEVEL: reading.read_level,
    Type.DURATION: reading.read_duration,
    Type.DATE: reading.read_date,
    Type.NUMBER: reading.read_number,
    Type.SCHEDULE: reading.read_number,
    Type.YES_NO: reading.read_yes_no,
}


@dataclass(frozen=True, slots=True)
class Option:
    """An option, typed as `name:value`; a positional one also without its name.

    A `rest` option takes everything behind the command as it was typed. `clearable`
    options accept `any` or `none`, read as None.
    """

    name: str
    type: Type
    help: str
    positional: bool = False
    required: bool = False
    rest: bool = False
    clearable: bool = False
    choices: tuple[str, ...] = ()

    def read(self, text: str) -> Any:
        """Turn the typed text into a value, or raise CommandError."""
        if self.clearable and text.strip().lower() in ("any", "none", "all"):
            return None
        if self.choices:
            return self._read_choice(text)
        return _READERS.get(self.type, str.strip)(text)

    def _read_choice(self, text: str) -> str:
        word = text.strip().lower()
        if word not in self.choices:
            hint = reading.did_you_mean(word, self.choices)
            known = ", ".join(self.choices)
            raise CommandError(f'"{text}" does not fit {self.name}.{hint} It takes: {known}.')
        return word


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
        return next((option for option in self.options if option.name == name), None)

    @property
    def usage(self) -> str:
        """The command as one types it, options in brackets."""
        words = [NAME, self.path, *(_usage_of(option) for option in self.options)]
        return " ".join(word for word in words if word)


def _usage_of(option: Option) -> str:
    if option.positional:
        shown = option.name.upper()
    elif option.choices:
        shown = f"{option.name}:{'|'.join(option.choices)}"
    else:
        shown = f"{option.name}:"
    return shown if option.required else f"[{shown}]"


LEVEL = Option("level", Type.LEVEL, "fresher, 2-year or 5-year", clearable=True)
TOPIC = Option("topic", Type.TOPIC, "see `topics`", clearable=True)
PACK = Option("pack", Type.PACK, "a question pack", clearable=True)
SCHEDULE_ID = Option("id", Type.SCHEDULE, "its number", positional=True, required=True)
SCHEDULE_OPTIONS = (
    Option("channel", Type.CHANNEL, "where to post; here if not given"),
    Option("days", Type.DAYS, "mon-fri, sun-thu, sat,sun …; mon-fri if not given"),
    Option("tz", Type.ZONE, "time zone such as Europe/Berlin; yours if not given"),
    LEVEL,
    TOPIC,
    PACK,
    Option("reveal", Type.CHOICE, "who sees the answer", choices=("private", "thread")),
    Option("reveal-after", Type.DURATION, "answer for all after 8h", clearable=True),
)


def _schedule(verb: str, help_: str) -> Command:
    return Command(f"schedule {verb}", help_, (SCHEDULE_ID,), Rights.ADMIN)


COMMANDS: tuple[Command, ...] = (
    Command("help", "what you can do here"),
    Command("today", "this channel's current question again"),
    Command("ask", "a question just for you", (LEVEL, TOPIC)),
    Command(
        "answer",
        "grade your answer to the current question",
        (Option("text", Type.TEXT, "your answer", positional=True, rest=True),),
        example=f"{NAME} answer Depends() resolves a tree of dependencies",
    ),
    Command("reveal", "show you the answer"),
    Command(
        "streak",
        "your streak, freezes and calendar",
        (
            Option("member", Type.MEMBER, "somebody else's", positional=True),
            Option("why", Type.YES_NO, "explain every question day"),
        ),
    ),
    Command(
        "leaderboard",
        "the standings",
        (
            Option(
                "period",
                Type.CHOICE,
                "week if not given",
                positional=True,
                choices=("week", "month", "all"),
            ),
            Option("share", Type.YES_NO, "post it to the channel"),
        ),
    ),
    Command("topics", "topics and levels with counts"),
    Command(
        "settings",
        "your own settings",
        (
            LEVEL,
            Option("timezone", Type.ZONE, "your time zone", clearable=True),
            Option("leaderboard", Type.YES_NO, "be listed in the standings"),
            Option("away-until", Type.DATE, "your last day away, or none", clearable=True),
        ),
    ),
    Command(
        "forget-me",
        "erase your data here",
        (Option("confirm", Type.YES_NO, "yes erases"),),
    ),
    Command(
        "schedule add",
        "a daily question",
        (
            Option("time", Type.TIME, "such as 09:00", positional=True, required=True),
            *SCHEDULE_OPTIONS,
        ),
        Rights.ADMIN,
        example=f"{NAME} schedule add 09:00 tz:Europe/Berlin days:mon-fri",
    ),
    Command("schedule list", "all schedules of this workspace", (), Rights.ADMIN),
    _schedule("show", "one schedule"),
    Command(
        "schedule edit",
        "change a schedule",
        (SCHEDULE_ID, Option("time", Type.TIME, "such as 09:00"), *SCHEDULE_OPTIONS),
        Rights.ADMIN,
        example=f"{NAME} schedule edit 1 time:10:00 days:sun-thu",
    ),
    _schedule("pause", "stop posting until `resume`"),
    _schedule("resume", "post again"),
    _schedule("skip", "leave out the next post"),
    _schedule("run", "post another question now"),
    _schedule("preview", "the next ten posts in local time"),
    _schedule("remove", "delete a schedule"),
    Command("status", "next and last posts, missed ones with the reason", (), Rights.ADMIN),
    Command("admins list", "who may configure beside the platform's admins", (), Rights.ADMIN),
    Command(
        "admins add",
        "let a member configure",
        (Option("member", Type.MEMBER, "who", positional=True, required=True),),
        Rights.ADMIN,
    ),
    Command(
        "admins remove",
        "take that back",
        (Option("member", Type.MEMBER, "who", positional=True, required=True),),
        Rights.ADMIN,
    ),
)

BY_PATH: Mapping[str, Command] = {command.path: command for command in COMMANDS}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, where and when. `now` is UTC; `zone` is theirs if known, else UTC."""

    workspace: Workspace
    member: Member
    channel: str
    now: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Call:
    """A command with its values read and its rights checked."""

    command: Command
    caller: Caller
    options: Mapping[str, Any] = field(default_factory=dict)


_Handler = TypeVar("_Handler", bound=Callable[..., Any])


def handles(path: str) -> Callable[[_Handler], _Handler]:
    """Mark a service's method as what the command calls."""

    def mark(handler: _Handler) -> _Handler:
        handler.handles_command = path  # type: ignore[attr-defined]
        return handler

    return mark


_WORD = re.compile(r'(?:[^\s"“”]|["“”][^"“”]*["“”])+')
_OPTION = re.compile(r"([A-Za-z][A-Za-z-]*):(.*)", re.DOTALL)
_QUOTES = str.maketrans("", "", '"“”')


def parse(text: str) -> tuple[Command, dict[str, str]]:
    """Take a typed command apart into the command and its raw option values.

    Raises:
        CommandError: an unknown word or option (with the nearest one), an open quote.
    """
    words = _WORD.findall(text)
    if text.count('"') % 2 and not words[:1] == ["answer"]:
        raise CommandError('A quote " is left open. Close it behind the value.')
    command, used = _find_command(words)
    rest_option = next((option for option in command.options if option.rest), None)
    if rest_option:
        rest = re.sub(rf"^\s*{re.escape(command.path)}", "", text, flags=re.IGNORECASE).strip()
        return command, {rest_option.name: rest} if rest else {}
    return command, _parse_options(command, words[used:])


def _find_command(words: Sequence[str]) -> tuple[Command, int]:
    if not words:
        return BY_PATH["help"], 0
    for count in (2, 1):
        path = " ".join(words[:count]).lower()
        if path in BY_PATH:
            return BY_PATH[path], count
    group = words[0].lower()
    verbs = [path.partition(" ")[2] for path in BY_PATH if path.startswith(f"{group} ")]
    if verbs:
        given = words[1] if len(words) > 1 else ""
        problem = f'"{group} {given}" is not a command.' if given else f'"{group}" needs a verb.'
        hint = reading.did_you_mean(given, verbs)
        raise CommandError(f"{problem}{hint} It takes: {', '.join(verbs)}.")
    first_words = {path.split(" ")[0] for path in BY_PATH}
    hint = reading.did_you_mean(words[0], first_words)
    raise CommandError(f'"{words[0]}" is not a command.{hint} Type {NAME} help to see them all.')


def _parse_options(command: Command, words: Sequence[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    positionals = [option for option in command.options if option.positional]
    for word in words:
        match = _OPTION.fullmatch(word)
        flag = command.option(word.lower())
        if match:
            option = _named_option(command, match.group(1))
            value = match.group(2)
        elif flag and flag.type is Type.YES_NO:
            option, value = flag, "yes"
        else:
            option, value = _next_positional(command, positionals, values, word), word
        if option.name in values:
            raise CommandError(f"{option.name}: is given twice. Give it once.")
        values[option.name] = value.translate(_QUOTES)
    return values


def _named_option(command: Command, name: str) -> Option:
    option = command.option(name.lower())
    if option is None:
        names = [option.name for option in command.options]
        hint = reading.did_you_mean(name, names)
        raise CommandError(f'"{command.path}" has no option "{name}:".{hint} {command.usage}')
    return option


def _next_positional(
    command: Command, positionals: Sequence[Option], values: Mapping[str, str], word: str
) -> Option:
    for option in positionals:
        if option.name not in values:
            return option
    raise CommandError(f'"{word}" is one word too many. {command.usage}')


def read_options(command: Command, raw: Mapping[str, str]) -> dict[str, Any]:
    """Turn raw option values into typed ones; options that were not given are absent.

    Raises:
        CommandError: a value that can't be read, an unknown option, a required one missing.
    """
    values: dict[str, Any] = {}
    for name, text in raw.items():
        option = _named_option(command, name)
        try:
            values[option.name] = option.read(text)
        except CommandError as error:
            raise CommandError(str(error), field=option.name) from None
    for option in command.options:
        if option.required and option.name not in values:
            example = f" For example: {command.example}" if command.example else ""
            text = f"{option.name} is missing. {command.usage}.{example}"
            raise CommandError(text, field=option.name)
    return values
