"""The command line: parses and prints, decides nothing.

Commands import what they need when they run, so that `--help` stays fast.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.cli.generate import generate_questions
from bot.cli.questions import questions
from bot.errors import QuizError

app = typer.Typer(
    name="fastapi-quiz",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A daily FastAPI interview question for your team's channel.",
)
questions.command("generate")(generate_questions)
app.add_typer(questions, name="questions")


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"fastapi-quiz {version('fastapi-quiz')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(help="Settings file. Default: ./config.toml if it exists."),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print it."),
    ] = False,
) -> None:
    """Options that may stand before or after the command."""
    context.obj = config


def main() -> NoReturn:
    """Run the program; errors are one plain sentence on stderr."""
    arguments = hoist_global_options(sys.argv[1:])
    debug = "--debug" in arguments
    try:
        app(arguments)
    except QuizError as error:
        if debug:
            raise
        typer.echo(f"fastapi-quiz: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    sys.exit(0)


def hoist_global_options(arguments: Sequence[str]) -> list[str]:
    """Move the global options in front of the command, wherever they were typed."""
    front: list[str] = []
    rest: list[str] = []
    remaining = iter(arguments)
    for argument in remaining:
        if argument == "--":
            rest += [argument, *remaining]
        elif argument in ("--version", "--debug") or argument.startswith("--config="):
            front.append(argument)
        elif argument == "--config":
            front += [argument, *[value for value in [next(remaining, None)] if value is not None]]
        else:
            rest.append(argument)
    return front + rest
