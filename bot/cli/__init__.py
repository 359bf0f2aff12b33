"""The command line: parses and prints, decides nothing.

Commands import what they need when they run, so that `--help` stays fast.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn, cast

import typer

from bot.cli.check import check
from bot.cli.data import back_up_database, restore_database, workspace
from bot.cli.generate import generate_questions
from bot.cli.grade import grade
from bot.cli.operate import deliveries, schedules
from bot.cli.packs import import_questions
from bot.cli.questions import questions
from bot.cli.stopping import Ending
from bot.cli.streams import prepare_streams
from bot.errors import ConfigError, QuizError

_UsageError = cast("type[Exception]", typer.BadParameter.__mro__[1])
"""What Typer raises for anything that was typed wrong; it names this class nowhere."""

app = typer.Typer(
    name="fastapi-quiz",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    pretty_exceptions_enable=False,
    help="A daily FastAPI interview question for your team's channel.",
)


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
    from bot.logs import configure_logs

    configure_logs("debug" if debug else "critical")
    context.obj = config


_Pictures = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where pictures and files go. Default: the user's cache."),
]


@app.command()
def demo(
    context: typer.Context,
    pictures: _Pictures = None,
    web: Annotated[bool, typer.Option("--web", help="In a browser instead.")] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where, with --web. 0: any that is free.")
    ] = 8000,
) -> None:
    """Try it here: a channel in this terminal, without any account."""
    from bot.cli.demo import demo

    demo(pictures, context.obj, web=web, port=port)


@app.command()
def simulate(
    context: typer.Context,
    script: Annotated[str, typer.Argument(metavar="FILE|-", help="The script; - reads stdin.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    database: Annotated[
        str | None, typer.Option(help="Play on this database and keep it. Default: a new one.")
    ] = None,
    pictures: _Pictures = None,
) -> None:
    """Play a script against the real core on a virtual clock."""
    from bot.cli.simulate import simulate

    simulate(
        script,
        as_json=as_json,
        database_url=database,
        pictures=pictures,
        config=context.obj,
    )


@app.command()
def run(
    context: typer.Context,
    only: Annotated[
        str | None, typer.Option(help="Run these parts alone, as a list with commas.")
    ] = None,
) -> None:
    """Run the service until SIGTERM."""
    ending = Ending()
    from bot.cli.run import run

    run(context.obj, only, ending)


@app.command()
def migrate(context: typer.Context) -> None:
    """Make the database, or bring it to the newest schema."""
    from bot.cli.run import migrate

    typer.echo(f"The database has schema {migrate(context.obj)}.")


questions.command("generate")(generate_questions)
questions.command("import")(import_questions)
app.command()(check)
app.add_typer(questions, name="questions")
app.add_typer(schedules, name="schedules")
app.add_typer(deliveries, name="deliveries")
app.command()(grade)
app.command("backup")(back_up_database)
app.command("restore")(restore_database)
app.add_typer(workspace, name="workspace")


def main() -> NoReturn:
    """Run the program; errors are one plain sentence on stderr."""
    prepare_streams()
    debug = "--debug" in sys.argv
    try:
        sys.exit(app(hoist_global_options(sys.argv[1:]), standalone_mode=False))
    except _UsageError as error:
        _refuse(error)
    except typer.Abort:
        typer.echo("fastapi-quiz: Stopped.", err=True)
        sys.exit(1)
    except QuizError as error:
        if debug:
            raise
        typer.echo(f"fastapi-quiz: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        if debug:
            raise
        what = error.filename or "What is printed"
        typer.echo(f"fastapi-quiz: {what} can't be written or read: {error.strerror}.", err=True)
        sys.exit(1)
    except Exception as error:
        if debug:
            raise
        problem = f"{type(error).__name__}: {error}".splitlines()[0]
        typer.echo(f"fastapi-quiz: this is a fault of the program ({problem}).", err=True)
        typer.echo("Run it again with --debug and report what it prints.", err=True)
        sys.exit(1)


def _refuse(error: Any) -> NoReturn:
    """Say what can't be understood in what was typed, and where to look; exit 2."""
    problem = " ".join(error.format_message().replace("Value error, ", "").split())
    if problem:  # else it was a group without a command, and its help stands above
        where = error.ctx.command_path if error.ctx else app.info.name
        problem += "" if problem.endswith((".", "?")) else "."
        typer.echo(f"fastapi-quiz: {problem} See: {where} --help", err=True)
    sys.exit(2)


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
            value = next(remaining, None)
            if value is None:
                raise ConfigError("--config needs a file. Write: --config config.toml")
            front += [argument, value]
        else:
            rest.append(argument)
    return front + rest
