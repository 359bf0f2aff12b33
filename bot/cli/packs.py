"""`fastapi-quiz questions import`, and packs that are in the database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.progress import showing_progress

if TYPE_CHECKING:
    from bot.app import Application
    from bot.domain.question import Question
    from bot.services.importing import Imported

WorkspaceOption = Annotated[
    str | None,
    typer.Option(
        metavar="PLATFORM:ID", help="Whose own pack, such as slack:T012ABC. Default: one for all."
    ),
]


def import_questions(
    context: typer.Context,
    source: Annotated[
        Path, typer.Argument(metavar="FILE|FOLDER", help="A folder, or a .json, .csv or .md file.")
    ],
    pack: Annotated[
        str | None, typer.Option(help="The pack's name. Default: that of the file.")
    ] = None,
    workspace: WorkspaceOption = None,
    shared: Annotated[
        bool, typer.Option("--shared", help="For all workspaces, as without --workspace.")
    ] = False,
) -> None:
    """Store a file or folder as a pack, whole or not at all; all its faults are listed at once."""
    from bot.errors import ConfigError
    from bot.services.importing import suggest_name

    if workspace and shared:
        raise ConfigError("--workspace and --shared exclude each other. Give one of them.")
    name = pack or suggest_name(source.resolve().name)
    imported = asyncio.run(_import(context.obj, source, name, workspace))
    whose = f"for {workspace}" if workspace else "for all workspaces"
    typer.echo(f"{imported} It is stored {whose}.")


async def _import(config: Path | None, source: Path, name: str, workspace: str | None) -> Imported:
    from bot.questions.pack_files import shipped_packs
    from bot.questions.reading import read_questions
    from bot.services.generating import MADE_HERE
    from bot.services.importing import Importing, find_workspace, require_name

    reserved = {*shipped_packs(), *MADE_HERE}
    require_name(name, reserved)
    with showing_progress() as begin:
        questions = read_questions(source, name, begin("Reading"))
        async with _build(config) as app:
            await app.start({})  # makes a new database, and refuses an older schema
            owner = await find_workspace(app.storage, workspace) if workspace else None
            begin("Storing")
            importing = Importing(app.storage, reserved)
            return await importing.import_pack(questions, name, owner)


def _build(config: Path | None) -> Application:
    from bot.app import build
    from bot.config import load_settings

    return build(load_settings(config).database.url, {})


def load_any_pack(config: Path | None, name: str, workspace: str | None) -> Sequence[Question]:
    """Load a shipped pack, a folder, or a pack from the database.

    Raises:
        QuizError: there is none of that name; names the nearest ones.
        PackError: the folder's files have faults.
    """
    from bot.questions.loader import load_pack
    from bot.questions.pack_files import shipped_packs

    packs = shipped_packs()
    if workspace is None and (name in packs or Path(name).is_dir()):
        return load_pack(packs.get(name, Path(name)))
    return asyncio.run(_load_stored(config, name, workspace))


async def _load_stored(config: Path | None, name: str, workspace: str | None) -> Sequence[Question]:
    from bot.errors import QuizError
    from bot.questions.pack_files import shipped_packs
    from bot.services.importing import find_workspace
    from storage.schema import current_revision, require_current

    known = set(shipped_packs())
    async with _build(config) as app:
        if workspace or await current_revision(app.engine) is not None:
            await require_current(app.engine)  # looking makes no database
            owner = await find_workspace(app.storage, workspace) if workspace else None
            async with app.storage.reading() as work:
                if found := await work.questions.pack_questions(owner, name):
                    return found
                known |= {pack.name for pack in await work.curation.packs(owner)}
    listed = f"Packs here: {', '.join(sorted(known))}."
    raise QuizError(
        f"No pack is called `{name}`. {suggest_near(name, known, listed)} A folder will do, too."
    )


def suggest_near(word: str, known: Iterable[str], otherwise: str) -> str:
    """Return a sentence with what comes nearest to a misspelt word."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=3, cutoff=0.4)
    return f"Did you mean {' or '.join(near)}?" if near else otherwise
