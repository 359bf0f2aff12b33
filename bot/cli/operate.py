"""What an operator asks: `check`, `deliveries`, `schedules …`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot.domain.health import Fact
from bot.errors import QuizError

if TYPE_CHECKING:
    from bot.config import AiSettings, Settings

schedules = typer.Typer(no_args_is_help=True, help="What will be posted when.")
deliveries = typer.Typer(help="What was posted, missed or stuck, and why.")
_AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@asynccontextmanager
async def _open_reports(config: Path | None) -> AsyncIterator[Any]:
    from bot.app import build
    from bot.config import load_settings
    from bot.services.reporting import Reporting
    from storage.schema import require_current

    app = build(load_settings(config).database.url, {})
    try:
        await require_current(app.engine)
        yield Reporting(app.storage)
    finally:
        await app.close()


def _print_rows(rows: list[dict[str, Any]], as_json: bool, nothing: str) -> None:
    """Print rows as a table in a terminal, tab-separated in a pipe, or as JSON lines."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
    elif not rows:
        typer.echo(nothing)
    elif console.is_terminal:
        table = Table(*rows[0], box=None)
        for row in rows:
            table.add_row(*(_plain(value) for value in row.values()))
        console.print(table)
    else:
        for row in rows:
            typer.echo("\t".join(_plain(value) for value in row.values()))


def _plain(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())


@schedules.command("list")
def list_schedules(context: typer.Context, as_json: _AsJson = False) -> None:
    """Every schedule of every workspace."""
    from bot.domain.cards import describe_schedule

    async def read() -> list[dict[str, Any]]:
        async with _open_reports(context.obj) as reports:
            return [
                {"workspace": workspace.name, **describe_schedule(schedule)}
                async for workspace, schedule in reports.schedules()
            ]

    _print_rows(asyncio.run(read()), as_json, "There is no schedule yet.")


@schedules.command("preview")
def preview_schedules(
    context: typer.Context,
    count: Annotated[int, typer.Option(min=1, max=366, help="How many of each.")] = 10,
    as_json: _AsJson = False,
) -> None:
    """The next posts of every schedule, in its local time."""
    from bot.app import SystemClock

    async def read() -> list[dict[str, Any]]:
        now = SystemClock().now()
        rows = []
        async with _open_reports(context.obj) as reports:
            async for workspace, schedule in reports.schedules():
                if schedule.next_due_at is None:
                    continue
                zone = ZoneInfo(schedule.rhythm.zone)
                slots = (
                    slot
                    for slot in schedule.rhythm.slots_after(now)
                    if slot.due_at >= schedule.next_due_at
                )
                rows += [
                    {
                        "workspace": workspace.name,
                        "schedule_id": schedule.number,
                        "channel": schedule.channel,
                        "at": slot.due_at.astimezone(zone).isoformat(),
                    }
                    for slot in islice(slots, count)
                ]
        return sorted(rows, key=lambda row: str(row["at"]))

    _print_rows(asyncio.run(read()), as_json, "Nothing will be posted: no schedule is active.")


@deliveries.callback(invoke_without_command=True)
def list_deliveries(
    context: typer.Context,
    newest: Annotated[int, typer.Option(min=1, max=10_000, help="How many a workspace.")] = 50,
    state: Annotated[
        str | None, typer.Option(help="Only these: confirmed, skipped, failed, stuck …")
    ] = None,
    as_json: _AsJson = False,
) -> None:
    """What was posted, missed or stuck, and why."""
    if context.invoked_subcommand:
        return
    from bot.domain.cards import describe_delivery
    from bot.domain.delivery import DeliveryState
    from bot.domain.reading import did_you_mean
    from bot.errors import ConfigError

    if state and state not in set(DeliveryState):
        hint = did_you_mean(state, DeliveryState)
        raise ConfigError(f'--state: "{state}" is none.{hint} States: {", ".join(DeliveryState)}.')

    async def read() -> list[dict[str, Any]]:
        async with _open_reports(context.obj) as reports:
            found = await reports.deliveries(newest, DeliveryState(state) if state else None)
        return [
            {"workspace": workspace.name, **describe_delivery(delivery)}
            for workspace, delivery in found
        ]

    nothing = f"No delivery is {state}." if state else "Nothing was due yet."
    _print_rows(asyncio.run(read()), as_json, nothing)


@deliveries.command("resolve")
def resolve_delivery(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="Its key, as `deliveries --state stuck` shows it.")],
    verdict: Annotated[
        str, typer.Argument(metavar="posted|again", help="Is it in the channel, or not?")
    ],
    message: Annotated[
        str | None, typer.Option(help="The post's id, so that reactions to it are answered.")
    ] = None,
) -> None:
    """End the doubt about a stuck delivery, once you have looked in its channel."""
    from bot.app import SystemClock, build
    from bot.config import load_settings
    from bot.domain.reading import did_you_mean
    from bot.errors import ConfigError
    from bot.services.resolving import Resolving, Verdict
    from storage.schema import require_current

    if verdict not in set(Verdict):
        hint = did_you_mean(verdict, Verdict)
        raise ConfigError(f'"{verdict}" is no verdict.{hint} Say posted or again.')

    async def resolve() -> str:
        settings = load_settings(context.obj)
        app = build(settings.database.url, {})
        try:
            await require_current(app.engine)
            resolving = Resolving(app.storage, SystemClock(), settings.scheduler.grace)
            return await resolving.resolve(key, Verdict(verdict), message)
        finally:
            await app.close()

    typer.echo(asyncio.run(resolve()))


def check(context: typer.Context) -> None:
    """The doctor: settings, database, packs, Discord and how the service is.

    Each failed line says how to mend it.
    """
    failed = 0
    told: set[str] = set()
    for name, examine in _examinations(context.obj):
        try:
            typer.echo(f"ok      {name}: {asyncio.run(examine())}")
        except QuizError as error:
            failed += 1
            if str(error) not in told:  # settings that can't be read are told once
                typer.echo(f"FAILED  {name}: {error}")
            told.add(str(error))
    for fact in _examine_running(context.obj):
        failed += not fact.ok
        typer.echo(f"{'ok    ' if fact.ok else 'FAILED'}  {fact.name}: {fact}")
    if failed:
        raise typer.Exit(1)


def _examine_running(config: Path | None) -> list[Fact]:
    from bot.cli.running import examine_running
    from bot.config import load_settings

    try:
        return asyncio.run(examine_running(load_settings(config)))
    except QuizError:
        return []  # the settings can't be used, which stands above


def _examinations(
    config: Path | None,
) -> Iterator[tuple[str, Callable[[], Coroutine[Any, Any, str]]]]:
    from bot.config import load_settings

    async def settings() -> str:
        load_settings(config)
        return "every key is known and fits"

    async def database() -> str:
        from storage.engine import open_engine
        from storage.schema import current_revision, require_current

        engine = open_engine(load_settings(config).database.url)
        try:
            if await current_revision(engine) is None:
                return "empty; `run` makes its tables"
            await require_current(engine)
            return f"reachable, schema {await current_revision(engine)}"
        finally:
            await engine.dispose()

    async def packs() -> str:
        from bot.domain.wording import plural
        from bot.questions.loader import load_pack
        from bot.questions.pack_files import shipped_packs

        loaded = {name: len(load_pack(folder)) for name, folder in shipped_packs().items()}
        return ", ".join(
            f"{name} has {plural(count, 'question')}" for name, count in loaded.items()
        )

    async def grading() -> str:
        return await _examine_grading(load_settings(config))

    async def model() -> str:
        return await _examine_model(load_settings(config).ai)

    yield "settings", settings
    yield "database", database

    async def discord() -> str:
        from bot.app import examine_discord

        return await examine_discord(load_settings(config))

    yield "question packs", packs
    yield "grading", grading
    yield "language model", model
    if _is_enabled(config, "discord"):
        yield "discord", discord


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


async def _examine_model(ai: AiSettings) -> str:
    from bot.errors import ConfigError
    from bot.graders import INSTALL_AI, connect_model
    from bot.services.metering import FreeMeter

    if not ai.model:
        return "none is set; the embedded grader needs none"
    try:
        model, _ = connect_model(ai, FreeMeter())
    except ImportError:
        raise ConfigError(INSTALL_AI) from None
    try:
        return await model.ping()
    finally:
        await model.close()


def _is_enabled(config: Path | None, platform: str) -> bool:
    """Tell whether a platform is to be examined; settings that can't be read are told apart."""
    from bot.config import load_settings

    try:
        return bool(getattr(load_settings(config), platform).enabled)
    except QuizError:
        return False
