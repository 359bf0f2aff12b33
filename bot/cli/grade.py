"""`fastapi-quiz grade`: answers scored in bulk."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import CommandError

if TYPE_CHECKING:
    from bot.ports import Grader


class GraderName(StrEnum):
    """The graders that can be asked for."""

    LEXICAL = "lexical"
    SEMANTIC = "semantic"
    LLM = "llm"


def grade(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE|-", help="JSON Lines; - reads standard input.")
    ],
    grader: Annotated[
        GraderName, typer.Option(help="Who grades; one that is not there is replaced.")
    ] = GraderName.LEXICAL,
) -> None:
    """Score answers in bulk: {"question", "reference", "key_points", "answer"} a line.

    A line that can't be read is named on stderr, the others are graded, and the exit code is 1.
    """

    async def run() -> int:
        async with open_grader(grader, context.obj) as chosen:
            return await grade_lines(open_lines(file), chosen)

    raise typer.Exit(asyncio.run(run()))


@asynccontextmanager
async def open_grader(wanted: GraderName, config: Path | None) -> AsyncIterator[Grader]:
    """Yield the grader that was asked for, or another one with a sentence on stderr.

    A model's calls are the operator's own here: no limit, and no grade is kept.
    """
    from bot.app import SystemClock
    from bot.config import AiSettings, GradingSettings, load_settings
    from bot.domain.formatting import plural
    from bot.graders import choose_graders
    from bot.services.metering import FreeMeter

    ai = load_settings(config).ai if wanted is GraderName.LLM else AiSettings()
    meter = FreeMeter()
    graders = choose_graders(GradingSettings(grader=wanted.value), ai, SystemClock(), meter, None)
    await graders.load()
    for problem in graders.notes:
        typer.echo(f"fastapi-quiz: {problem}", err=True)
    try:
        yield graders.grader
    finally:
        await graders.close()
    if meter.calls:
        typer.echo(
            f"fastapi-quiz: {plural(meter.calls, 'model call')}, {plural(meter.tokens, 'token')}.",
            err=True,
        )


def open_lines(file: Path) -> Iterator[bytes]:
    """Yield the lines of a file, or of standard input for `-`."""
    if str(file) == "-":
        yield from sys.stdin.buffer
        return
    try:
        with file.open("rb") as lines:
            yield from lines
    except OSError as error:
        raise CommandError(
            f"Can't read {file}: {error.strerror}. Name a file of JSON lines, or - for stdin."
        ) from error


async def grade_lines(lines: Iterable[bytes], grader: Grader) -> int:
    """Print a grade for each readable line; give 1 if one was not readable, else 0."""
    from bot.grading.lines import BadLine, parse_line, write_line

    exit_code = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            task, answer = parse_line(line)
        except BadLine as problem:
            typer.echo(f"fastapi-quiz: Line {number}: {problem}", err=True)
            exit_code = 1
            continue
        typer.echo(write_line(await grader.grade(task, answer)))
    return exit_code
