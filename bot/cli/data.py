"""`fastapi-quiz workspace …`, `backup` and `restore`: what becomes of the data."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.opening import open_core
from bot.errors import CommandError, NotFound, StorageError

if TYPE_CHECKING:
    from bot.app import Application
    from bot.domain.people import Workspace

workspace = typer.Typer(no_args_is_help=True, help="What is held on a workspace.")
_Id = Annotated[
    str, typer.Argument(metavar="ID", help="The platform's own id, or slack:ID, discord:ID.")
]


async def _find(app: Application, wanted: str) -> Workspace:
    """Raises NotFound, or CommandError where two platforms have the id."""
    platform, colon, rest = wanted.partition(":")
    async with app.storage.reading() as work:
        found = await work.tenancy.find(rest if colon else wanted, platform if colon else None)
    if not found:
        raise NotFound(
            f'No workspace has the id "{wanted}". See them all: fastapi-quiz workspace list'
        )
    if len(found) > 1:
        names = " or ".join(f"{each.platform}:{each.external_id}" for each in found)
        raise CommandError(f"Several platforms have that id. Write {names}.")
    return found[0]


@workspace.command("list")
def list_workspaces(context: typer.Context) -> None:
    """Every workspace with its id; those that the bot was removed from, with the day of erasure."""

    async def read() -> list[str]:
        async with open_core(context.obj) as app, app.storage.reading() as work:
            return [
                f"{each.platform}:{each.external_id}\t{' '.join(each.name.split())}"
                + (f"\tleft {each.left_at:%Y-%m-%d}" if each.left_at else "")
                for each in await work.workspaces.everyone()
            ]

    for line in asyncio.run(read()) or ["There is no workspace yet."]:
        typer.echo(line)


@workspace.command("export")
def export_workspace(context: typer.Context, wanted: _Id) -> None:
    """Print everything held on a workspace as one JSON object: its rows by table."""

    async def write() -> None:
        async with (
            open_core(context.obj) as app,
            aclosing(_describe_all(app, await _find(app, wanted))) as parts,
        ):
            async for part in parts:
                sys.stdout.write(part)

    asyncio.run(write())


async def _describe_all(app: Application, found: Workspace) -> AsyncGenerator[str]:
    """Yield the JSON row by row: a workspace may have millions.

    It is written elsewhere, or a full disk there would pass for one of the database.
    """
    last = None
    async with app.storage.reading() as work:
        async for table, row in work.tenancy.export(found):
            if table != last:
                opening = "{" if last is None else "\n ],"
                yield f"{opening}\n {json.dumps(table)}: ["
            yield f"{',' if table == last else ''}\n  {json.dumps(row, ensure_ascii=False)}"
            last = table
    yield "\n ]\n}\n"


@workspace.command("purge")
def purge_workspace(
    context: typer.Context,
    wanted: _Id,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Erase everything held on a workspace, for good."""

    async def purge() -> str:
        async with open_core(context.obj) as app:
            found = await _find(app, wanted)
            if not yes:
                _confirm(found)
            await app.dispatching.erasing.erase(found)
            return found.name

    typer.echo(f"Everything held on {asyncio.run(purge())} is erased.")


def _confirm(found: Workspace) -> None:
    question = f"Erase everything held on {found.name} ({found.platform}:{found.external_id})?"
    if not sys.stdin.isatty():
        raise CommandError(f"{question} Nobody can be asked here: add --yes.")
    if not typer.confirm(question):
        raise CommandError("Nothing was erased.")


def back_up_database(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
) -> None:
    """Write a consistent copy of the SQLite database, while the service runs."""
    from bot.config import load_settings
    from storage.backup import back_up
    from storage.engine import open_engine

    size = back_up(open_engine(load_settings(context.obj).database.url), file)
    typer.echo(f"{file} holds a copy ({size / 1024:,.0f} KB).")


def restore_database(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `backup` wrote.")],
) -> None:
    """Put a copy in the place of the SQLite database, which is kept under another name."""
    from bot.app import SystemClock
    from bot.config import load_settings
    from storage.backup import restore
    from storage.engine import open_engine
    from storage.schema import require_current

    engine = open_engine(load_settings(context.obj).database.url)
    kept = restore(engine, file, f"{SystemClock().now():%Y%m%d-%H%M%S}")
    typer.echo(f"The database is what {file} holds." + (f" The old one: {kept}" if kept else ""))

    async def check() -> None:
        try:
            await require_current(engine)
        except StorageError as error:
            typer.echo(str(error))
        finally:
            await engine.dispose()

    asyncio.run(check())
