"""`fastapi-quiz simulate`: a script against the real core, on a virtual clock."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from adapters.local.files import FileFolder
from adapters.local.script import Instruction, parse_script
from adapters.local.simulation import VirtualClock
from adapters.local.transcript import JsonLines, Transcript, print_line
from bot.cli.local import open_database, open_simulation
from bot.cli.running import require_nobody
from bot.config import Settings, load_settings
from bot.errors import CommandError, ScriptError


def simulate(
    script: str,
    *,
    as_json: bool,
    database_url: str | None,
    pictures: Path | None,
    config: Path | None = None,
) -> None:
    """Play the script file (`-` for standard input) and print what the bot says."""
    settings = load_settings(config)
    instructions = list(parse_script(_read_lines(script)))
    with open_database(database_url) as url:
        if database_url:
            asyncio.run(require_nobody(url))
        asyncio.run(play(instructions, url, settings, as_json=as_json, pictures=pictures))


def _read_lines(script: str) -> list[str]:
    try:
        raw = sys.stdin.buffer.read() if script == "-" else Path(script).read_bytes()
        return io.StringIO(raw.decode("utf-8"), newline=None).read().split("\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ScriptError(line, "This is not UTF-8 text. Save the script as UTF-8.") from None
    except OSError as error:
        problem = f'"{script}" can\'t be read: {error.strerror}. Check the path.'
        raise ScriptError(0, problem) from None


async def play(
    instructions: Sequence[tuple[int, Instruction]],
    url: str,
    settings: Settings,
    *,
    as_json: bool,
    pictures: Path | None,
) -> None:
    """Play instructions, each with its line number, on a database.

    Pictures go into that folder, or into the cache.

    Raises:
        ScriptError: an instruction would turn the clock back.
    """
    clock = VirtualClock()
    keep = FileFolder(pictures).keep
    printer = (
        JsonLines(print_line, keep)
        if as_json
        else Transcript(print_line, clock.now, lambda: simulation.zone, keep)
    )
    async with open_simulation(
        url, clock, printer.show, printer.hear, settings=settings
    ) as simulation:
        for number, instruction in instructions:
            try:
                await simulation.play(instruction)
            except CommandError as error:
                raise ScriptError(number, str(error)) from None
