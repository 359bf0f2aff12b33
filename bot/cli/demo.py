"""`fastapi-quiz demo`: the main job in a local channel, without any account."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from adapters.local.script import Instruction, Mark, Say, parse_script
from bot.commands import NAME
from bot.errors import CommandError

if TYPE_CHECKING:
    from adapters.local.simulation import ShiftedClock
    from bot.config import Settings

_FIRST_QUESTION_IN = timedelta(seconds=10)
FIRST_COMMAND = "schedule add 09:00 days:mon-sun"


def demo(
    pictures: Path | None, config: Path | None = None, *, web: bool = False, port: int = 8000
) -> None:
    """Converse in a terminal, or in a browser; without either, play the shipped script."""
    if web:
        _serve(config, port)
        return
    if not sys.stdin.isatty():
        typer.echo("# Three days in a team's channel, played on a virtual clock.")
    from bot.cli.local import open_database
    from bot.cli.simulate import play
    from bot.config import load_settings

    settings = load_settings(config)
    with open_database(None) as url:
        if sys.stdin.isatty():
            asyncio.run(_converse(url, settings, pictures))
        else:
            script = _shipped_script()
            asyncio.run(play(script, url, settings, as_json=False, pictures=pictures))


def _serve(config: Path | None, port: int) -> None:
    """Serve the channel on loopback until somebody ends it."""
    from bot.app.platforms import require_extra
    from bot.cli.local import open_database
    from bot.config import load_settings

    for module in ("uvicorn", "fastapi", "jinja2"):
        require_extra(module, "web")
    from bot.cli.demo_web import serve

    settings = load_settings(config)
    with open_database(None) as url:
        asyncio.run(serve(url, settings, port))


def _shipped_script() -> list[tuple[int, Instruction]]:
    text = files("adapters.local").joinpath("demo.script").read_text(encoding="utf-8")
    return list(parse_script(text.splitlines()))


async def _converse(url: str, settings: Settings, pictures: Path | None) -> None:
    from rich.console import Console

    from adapters.local.console import YOU, ColouredTranscript, Conversation
    from adapters.local.files import FileFolder
    from bot.cli.local import open_simulation

    console = Console()
    zone = machine_zone()
    clock = start_clock(zone)
    keep = FileFolder(pictures).keep
    transcript = ColouredTranscript(console, lambda: zone, keep)
    async with open_simulation(
        url, clock, transcript.show, transcript.hear, settings=settings
    ) as simulation:
        simulation.begin(zone)
        await simulation.play(Mark(YOU, "admin"))
        await simulation.play(Say(YOU, f"{NAME} {FIRST_COMMAND}"))
        await Conversation(simulation, console).run()


def start_clock(zone: str) -> ShiftedClock:
    """Return a clock that stands shortly before the first question."""
    from adapters.local.simulation import ShiftedClock

    clock = ShiftedClock()
    clock.move_to(_shortly_before_nine(datetime.now(UTC), zone))
    return clock


def _shortly_before_nine(now: datetime, zone: str) -> datetime:
    nine = now.astimezone(ZoneInfo(zone)).replace(hour=9, minute=0, second=0, microsecond=0)
    return nine - _FIRST_QUESTION_IN


def machine_zone() -> str:
    """Return the machine's IANA zone where it can be told, else UTC."""
    from bot.domain.reading import read_zone

    link = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    try:
        return read_zone(os.environ.get("TZ", "") or link)
    except CommandError:
        return "UTC"
