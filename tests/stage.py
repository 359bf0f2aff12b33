"""Plays simulation scripts on the real core and returns what the bot said."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.local.script import parse_script
from adapters.local.simulation import VirtualClock
from adapters.local.transcript import JsonLines
from bot.cli.local import open_simulation
from bot.config import GradingSettings, Settings
from tests.databases import make_sqlite

_DATA = Path(__file__).parent / "data" / "packs"
PACKS = {"small": _DATA / "small"}
"""Eight open questions that stay as they are, whatever becomes of the shipped bank."""
RIGHT = (
    "The route declared first answers; 201 Created says that it exists, a 422 names each field, "
    "overrides replace a dependency, a signed token can be read, the test client calls it, and a "
    "model validator sees the whole model."
)
"""Earns points for each of them, whichever a platform's deck brings."""
CHOICES = {"choices": _DATA / "choices"}
"""Two questions with choices."""
DEEP = {"deep": _DATA / "deep"}
"""Open questions of every level, with sources and follow-ups."""
ALL_PACKS = PACKS | CHOICES

START = """
at 2026-03-23 08:55 Europe/Berlin
@ana admin
@ana: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin days:mon-sun
"""
"""A Monday; a schedule posts every day at 09:00."""


@dataclass(frozen=True)
class Said:
    """One message of the bot, as `simulate --json` prints it."""

    at: str
    workspace: str
    channel: str
    only: str | None
    kind: str
    text: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Played:
    """Everything that was said, in order."""

    messages: list[Said]

    def of(self, kind: str, only: str | None = "*") -> list[Said]:
        """Return the messages of a kind, to everybody or to one member."""
        return [said for said in self.messages if said.kind == kind and only in ("*", said.only)]

    def last(self, kind: str) -> Said:
        """Return the newest message of a kind."""
        return self.of(kind)[-1]


Play = Callable[[str], Awaitable[Played]]


LEXICAL = Settings(grading=GradingSettings(grader="lexical"))


async def play_script(
    script: str,
    folder: Path,
    packs: Mapping[str, Path] = PACKS,
    settings: Settings = LEXICAL,
) -> Played:
    """Play a script on a new SQLite file in the folder."""
    lines: list[str] = []
    clock = VirtualClock()
    printer = JsonLines(lines.append)
    url = make_sqlite(folder / "stage.db")
    async with open_simulation(
        url, clock, printer.show, printer.hear, packs, settings
    ) as simulation:
        for _, instruction in parse_script(script.splitlines()):
            await simulation.play(instruction)
    return Played([Said(**json.loads(line)) for line in lines])
