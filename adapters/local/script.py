"""The simulation language: one instruction a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.emoji import read_emoji
from bot.domain.reading import nearest, read_duration, read_zone
from bot.errors import CommandError, ScriptError


@dataclass(frozen=True, slots=True)
class SetTime:
    """`at 2026-03-27 08:55 Europe/Berlin`"""

    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Advance:
    """`advance 10m`: lets exactly that much time pass."""

    by: timedelta


@dataclass(frozen=True, slots=True)
class GoTo:
    """`channel #backend` or `workspace acme`: where further lines happen."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Crash:
    """`crash`: the process dies without clean-up and starts again."""


@dataclass(frozen=True, slots=True)
class Outage:
    """`outage 2h`: from now on for this long the platform answers nothing."""

    duration: timedelta


@dataclass(frozen=True, slots=True)
class SetRights:
    """`platform revokes` or `platform restores`: the bot's rights in the channel."""

    granted: bool


@dataclass(frozen=True, slots=True)
class SetPresence:
    """`platform removes` or `platform invites`: the bot is thrown out of the workspace, or back."""

    present: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """`@ana admin` or `@robo bot`."""

    member: str
    role: str


@dataclass(frozen=True, slots=True)
class SetRole:
    """`@ben gets @&mods` or `@ben loses @&mods`: a role of the platform."""

    member: str
    role: str
    granted: bool


@dataclass(frozen=True, slots=True)
class Say:
    """`@ana: …`; a text that begins with `/fastapi-quiz` is a command."""

    member: str
    text: str


@dataclass(frozen=True, slots=True)
class React:
    """`@ben reacts :bulb: to 2`, or `removes`; 1 is the newest question."""

    member: str
    emoji: str
    removes: bool
    nth: int


@dataclass(frozen=True, slots=True)
class Press:
    """`@ana presses Answer to 2`."""

    member: str
    label: str
    nth: int


@dataclass(frozen=True, slots=True)
class Answer:
    """`@ana answers: …` or `@ana answers to 2: …`."""

    member: str
    text: str
    nth: int


@dataclass(frozen=True, slots=True)
class FillIn:
    """`@ben fills in reason:"…"`: sends the newest form; what is not named keeps its value."""

    member: str
    values: tuple[tuple[str, str], ...]


Instruction = (
    SetTime
    | Advance
    | GoTo
    | Crash
    | Outage
    | SetRights
    | SetPresence
    | SetRole
    | Mark
    | Say
    | React
    | Press
    | Answer
    | FillIn
)

_MEMBER = r"@(?P<member>[^\s:@#][^\s:]*)"
_FIRST_YEAR, _LAST_YEAR = 1970, 2999
_COMMENT = re.compile(r"\s\s#|\t#")
_NTH = r"(?:\s+to\s+(?P<nth>[1-9]\d{0,3}))?"
_VALUE = re.compile(r'([a-z][a-z-]*):(?:"([^"]*)"|(\S*))')
_Maker = Callable[[re.Match[str]], Instruction]


def _nth(match: re.Match[str]) -> int:
    return int(match["nth"] or 1)


def _read_values(text: str) -> tuple[tuple[str, str], ...]:
    """Read `name:value name:"more words"`; a line break is written as \\n."""
    if _VALUE.sub("", text).strip():
        raise CommandError(f'"{text}" can\'t be filled in. Write: @ben fills in reason:"…"')
    return tuple(
        (name, (quoted or plain).replace("\\n", "\n"))
        for name, quoted, plain in _VALUE.findall(text)
    )


def _set_time(match: re.Match[str]) -> SetTime:
    zone = read_zone(match["zone"] or "UTC")
    try:
        wall = datetime.fromisoformat(f"{match['date']}T{match['time'].zfill(5)}")
    except ValueError:
        raise CommandError(
            f'"{match["date"]} {match["time"]}" is not a date and time. '
            "Write: at 2026-03-27 08:55 Europe/Berlin"
        ) from None
    if not _FIRST_YEAR <= wall.year <= _LAST_YEAR:
        raise CommandError(f"{wall.year} is out of range: years go from 1970 to 2999.")
    return SetTime(wall.replace(tzinfo=ZoneInfo(zone)), zone)


_PATTERNS: tuple[tuple[re.Pattern[str], _Maker], ...] = tuple(
    (re.compile(pattern, re.DOTALL), make)
    for pattern, make in (
        (
            r"at\s+(?P<date>\S+)[ T](?P<time>\d{1,2}:\d{2}(?::\d{2})?)(?:\s+(?P<zone>\S+))?",
            _set_time,
        ),
        (r"advance\s+(?P<by>.+)", lambda m: Advance(read_duration(m["by"]))),
        (r"channel\s+#?(?P<name>\S+)", lambda m: GoTo("channel", "#" + m["name"])),
        (r"workspace\s+(?P<name>\S+)", lambda m: GoTo("workspace", m["name"])),
        (r"crash", lambda _: Crash()),
        (r"outage\s+(?P<by>.+)", lambda m: Outage(read_duration(m["by"]))),
        (r"platform\s+(?P<what>revokes|restores)", lambda m: SetRights(m["what"] == "restores")),
        (
            r"platform\s+(?P<what>removes|invites)",
            lambda m: SetPresence(m["what"] == "invites"),
        ),
        (rf"{_MEMBER}\s+(?P<role>admin|bot)", lambda m: Mark(m["member"], m["role"])),
        (
            rf"{_MEMBER}\s+(?P<verb>gets|loses)\s+@&(?P<role>[^\s:]+)",
            lambda m: SetRole(m["member"], m["role"], m["verb"] == "gets"),
        ),
        (rf"{_MEMBER}\s*:\s*(?P<text>.*)", lambda m: Say(m["member"], m["text"])),
        (
            rf"{_MEMBER}\s+(?P<verb>reacts|removes)\s+(?P<emoji>:?[^\s:]+:?){_NTH}",
            lambda m: React(m["member"], read_emoji(m["emoji"]), m["verb"] == "removes", _nth(m)),
        ),
        (
            rf"{_MEMBER}\s+presses\s+(?P<label>.+?){_NTH}",
            lambda m: Press(m["member"], m["label"], _nth(m)),
        ),
        (
            rf"{_MEMBER}\s+fills\s+in\s+(?P<values>.+)",
            lambda m: FillIn(m["member"], _read_values(m["values"])),
        ),
        (
            rf"{_MEMBER}\s+answers{_NTH}\s*:\s*(?P<text>.*)",
            lambda m: Answer(m["member"], m["text"], _nth(m)),
        ),
    )
)
_EXAMPLES = {
    "at": "at 2026-03-27 08:55 Europe/Berlin",
    "advance": "advance 10m",
    "channel": "channel #backend",
    "workspace": "workspace acme",
    "crash": "crash",
    "outage": "outage 2h",
    "platform": "platform revokes, or restores, removes, invites",
}
_MEMBER_EXAMPLES = {
    "admin": "@ana admin",
    "bot": "@robo bot",
    "gets": "@ben gets @&mods",
    "loses": "@ben loses @&mods",
    "reacts": "@ben reacts :bulb:",
    "removes": "@ben removes :bulb:",
    "presses": "@ana presses Answer",
    "answers": "@ana answers: TEXT",
    "fills": '@ben fills in reason:"It is out of date"',
}
_HINT = "See docs/simulation.md for every instruction."


def strip_comment(line: str) -> str:
    """Drop a comment: `#` at the start of a line, or after two spaces."""
    if line.lstrip().startswith("#"):
        return ""
    return _COMMENT.split(line, maxsplit=1)[0].strip()


def parse_line(line: str, number: int) -> Instruction:
    """Understand one line without its comment.

    Raises:
        ScriptError: it can't be understood; names the line and what comes nearest.
    """
    for pattern, make in _PATTERNS:
        match = pattern.fullmatch(line)
        if match:
            try:
                return make(match)
            except CommandError as error:
                raise ScriptError(number, str(error)) from None
    raise ScriptError(number, f'"{line}" is not an instruction.{_hint_at(line)} {_HINT}')


def _hint_at(line: str) -> str:
    """Show how the instruction is written that the line comes nearest to."""
    words = line.split()
    is_member = line.startswith("@")
    examples = _MEMBER_EXAMPLES if is_member else _EXAMPLES
    word = "".join(words[1:2] if is_member else words[:1])
    match = nearest(word.rstrip(":"), examples)
    return f" Write it like: {examples[match]}." if match else ""


def parse_script(lines: Iterable[str]) -> Iterator[tuple[int, Instruction]]:
    """Yield the instructions with their line numbers, counted from 1."""
    for number, line in enumerate(lines, start=1):
        text = strip_comment(line.removeprefix("\ufeff").rstrip("\r\n"))
        if text:
            yield number, parse_line(text, number)
