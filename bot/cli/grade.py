"""`fastapi-quiz grade`: answers scored in bulk."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import CommandError, QuizError

if TYPE_CHECKING:
    from bot.ports import Grader


class GraderName(StrEnum):
    """The graders that can be asked for."""

    LEXICAL = "lexical"
    SEMANTIC = "semantic"
    LLM = "llm"


def grade(
    file: Annotated[Path, typer.Argument(help="JSON Lines; - reads standard input.")],
    grader: Annotated[
        GraderName, typer.Option(help="Who grades; one that is not there is replaced.")
    ] = GraderName.LEXICAL,
) -> None:
    """Score answers in bulk: {"question", "reference", "key_points", "answer"} a line.

    A line that can't be read is named on stderr, the others are graded, and the exit code is 1.
    """
    chosen = choose_grader(grader)
    raise typer.Exit(asyncio.run(grade_lines(open_lines(file), chosen)))


def choose_grader(wanted: GraderName) -> Grader:
    """Give the grader that was asked for, or the lexical one with a sentence on stderr."""
    from bot.grading.lexical import LexicalGrader

    reason = "It needs a model, which this command is not given."
    if wanted is GraderName.SEMANTIC:
        try:
            return load_semantic()
        except (ImportError, QuizError) as error:
            reason = str(error)
    if wanted is not GraderName.LEXICAL:
        typer.echo(
            f"fastapi-quiz: The {wanted} grader is not available, so the lexical one grades. "
            f"{reason}",
            err=True,
        )
    return LexicalGrader()


def load_semantic() -> Grader:
    """Load the semantic grader; raises ImportError or QuizError where it can't be."""
    from adapters.semantic.grader import load_semantic_grader

    return load_semantic_grader()


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
