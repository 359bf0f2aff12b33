"""What an operator asks: `deliveries`, `schedules …`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.opening import open_core
from bot.cli.tables import print_table

schedules = typer.Typer(no_args_is_help=True, help="What will be posted when.")
deliveries = typer.Typer(help="What was posted, missed or stuck, and why.")
_AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@asynccontextmanager
async def _open_reports(config: Path | None) -> AsyncIterator[Any]:
    from bot.services.reporting import Reporting

    async with open_core(config) as app:
        yield Reporting(app.storage)


def _print_rows(rows: list[dict[str, Any]], as_json: bool, nothing: str) -> None:
    """Print rows as a table in a terminal, tab-separated in a pipe, or as JSON lines."""
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
    elif not rows:
        typer.echo(nothing)
    elif sys.stdout.isatty():
        print_table([{name: _plain(value) for name, value in row.items()} for row in rows])
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
                        "at": schedule.rhythm.to_local(slot.due_at).isoformat(),
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
    from bot.app import SystemClock
    from bot.config import load_settings
    from bot.domain.reading import did_you_mean
    from bot.errors import ConfigError
    from bot.services.resolving import Resolving, Verdict

    if verdict not in set(Verdict):
        hint = did_you_mean(verdict, Verdict)
        raise ConfigError(f'"{verdict}" is no verdict.{hint} Say posted or again.')

    async def resolve() -> str:
        grace = load_settings(context.obj).scheduler.grace
        async with open_core(context.obj) as app:
            resolving = Resolving(app.storage, SystemClock(), grace)
            return await resolving.resolve(key, Verdict(verdict), message)

    typer.echo(asyncio.run(resolve()))
