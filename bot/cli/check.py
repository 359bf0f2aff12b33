"""The doctor: looks at one thing after another, and says of each how it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

import typer

from bot.errors import QuizError

if TYPE_CHECKING:
    from bot.config import Settings

Examine = Callable[["Settings"], Awaitable[str]]
"""Says how something is, or raises a QuizError that says what is wrong and how to mend it."""


def check(context: typer.Context) -> None:
    """The doctor: settings, database, packs, Slack, Discord and how the service is.

    Each failed line says how to mend it.
    """
    from bot.config import load_settings

    try:
        settings = load_settings(context.obj)
    except QuizError as error:
        typer.echo(f"FAILED  settings: {error}")
        raise typer.Exit(1) from None
    typer.echo("ok      settings: every key is known and fits")
    if asyncio.run(_examine(settings)):
        raise typer.Exit(1)


async def _examine(settings: Settings) -> int:
    """Look at everything, print a line of each, and return how many failed."""
    from bot.cli.running import examine_running

    failed = 0
    told: set[str] = set()
    for name, examine in _examinations(settings):
        try:
            typer.echo(f"ok      {name}: {await examine(settings)}")
        except QuizError as error:
            failed += 1
            if str(error) not in told:  # a database that can't be read is told once
                typer.echo(f"FAILED  {name}: {error}")
            told.add(str(error))
    for fact in await examine_running(settings):
        failed += not fact.ok
        typer.echo(f"{'ok    ' if fact.ok else 'FAILED'}  {fact.name}: {fact}")
    return failed


def _examinations(settings: Settings) -> Iterator[tuple[str, Examine]]:
    from bot.app.examining import (
        examine_choice,
        examine_discord,
        examine_questions,
        examine_slack,
    )

    yield "database", _examine_database
    yield "question packs", _examine_packs
    yield "stored questions", examine_questions
    yield "grading", _examine_grading
    yield "language model", _examine_model
    yield "platforms", examine_choice
    if settings.discord.enabled:
        yield "discord", examine_discord
    if settings.slack.enabled:
        yield "slack", examine_slack


async def _examine_database(settings: Settings) -> str:
    from storage.engine import open_engine
    from storage.schema import current_revision, require_current

    engine = open_engine(settings.database.url)
    try:
        if await current_revision(engine) is None:
            return "empty; `run` makes its tables"
        await require_current(engine)
        return f"reachable, schema {await current_revision(engine)}"
    finally:
        await engine.dispose()


async def _examine_packs(settings: Settings) -> str:
    from bot.domain.formatting import plural
    from bot.questions.loader import load_pack
    from bot.questions.pack_files import shipped_packs

    loaded = {name: len(load_pack(folder)) for name, folder in shipped_packs().items()}
    return ", ".join(f"{name} has {plural(count, 'question')}" for name, count in loaded.items())


async def _examine_grading(settings: Settings) -> str:
    from bot.app import SystemClock
    from bot.domain.wording import name_grader
    from bot.errors import ConfigError
    from bot.graders import choose_graders
    from bot.services.metering import FreeMeter

    graders = choose_graders(settings.grading, settings.ai, SystemClock(), FreeMeter(), None)
    try:
        await graders.load()
        if graders.notes:
            raise ConfigError(" ".join(graders.notes))
        return f"answers are scored by {name_grader(graders.grader.name)}"
    finally:
        await graders.close()


async def _examine_model(settings: Settings) -> str:
    from bot.errors import ConfigError
    from bot.graders import INSTALL_AI, connect_model
    from bot.services.metering import FreeMeter

    if not settings.ai.model:
        return "none is set; the embedded grader needs none"
    try:
        model, _ = connect_model(settings.ai, FreeMeter())
    except ImportError:
        raise ConfigError(INSTALL_AI) from None
    try:
        return await model.ping()
    finally:
        await model.close()
