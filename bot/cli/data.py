"""`fastapi-quiz workspace …`, `backup` and `restore`: what becomes of the data."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.opening import open_core
from bot.cli.progress import showing_progress
from bot.errors import CommandError, NotFound, StorageError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.app import Application
    from bot.domain.people import Workspace
    from storage.backup import Restored

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
    """Write a consistent copy of the database into an SQLite file, while the service runs."""
    from storage.backup import back_up

    async def copy() -> None:
        with showing_progress() as begin:
            async with _open_database(context.obj) as engine:
                await back_up(engine, file, begin("Copying"))

    asyncio.run(copy())
    typer.echo(f"{file} holds a copy ({file.stat().st_size / 1024:,.0f} KB).")


def restore_database(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `backup` wrote.")],
) -> None:
    """Put a copy in the place of the SQLite database, or into an empty PostgreSQL.

    SQLite's old database is kept under another name. PostgreSQL takes what `backup` wrote, or an
    SQLite database itself.
    """
    from bot.app import SystemClock
    from storage.backup import restore
    from storage.schema import require_current

    async def put_back() -> None:
        async with _open_database(context.obj) as engine:
            with showing_progress() as begin:
                stamp = f"{SystemClock().now():%Y%m%d-%H%M%S}"
                restored = await restore(engine, file, stamp, begin("Copying"))
            typer.echo(f"The database is what {file} holds{_describe_restored(restored)}")
            try:
                await require_current(engine)
            except StorageError as error:
                typer.echo(str(error))

    asyncio.run(put_back())


def _describe_restored(restored: Restored) -> str:
    if restored.rows is not None:
        return (
            f": {restored.rows:,} rows, counted table by table. Keep the file until you have seen "
            "the service at work. Look: fastapi-quiz check"
        )
    return f". The old one: {restored.kept}" if restored.kept else "."


@asynccontextmanager
async def _open_database(config: Path | None) -> AsyncIterator[AsyncEngine]:
    """Open the configured database, whose statements may take as long as they want."""
    from bot.config import load_settings
    from storage.engine import open_engine

    engine = open_engine(load_settings(config).database.url, patience=None)
    try:
        yield engine
    finally:
        await engine.dispose()
