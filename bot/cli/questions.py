"""`fastapi-quiz questions …`: packs as files."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.cli.packs import WorkspaceOption, load_any_pack, suggest_near
from bot.cli.progress import OnProgress, showing_progress
from bot.cli.tables import print_table
from bot.domain.formatting import plural
from bot.domain.people import Level
from bot.domain.question import Kind, Question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

questions = typer.Typer(
    no_args_is_help=True, help="Question packs: look, check, import, export, generate."
)

PackOption = Annotated[
    str, typer.Option(help="A shipped pack's name, a folder, or a pack in the database.")
]


class Format(StrEnum):
    """What `export` writes."""

    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


@questions.command("list")
def list_questions(
    context: typer.Context,
    pack: PackOption = "fastapi",
    workspace: WorkspaceOption = None,
    level: Annotated[Level | None, typer.Option(help="Only this level.")] = None,
    topic: Annotated[str | None, typer.Option(help="Only this topic.")] = None,
) -> None:
    """List a pack's questions: a table in a terminal, tab-separated lines in a pipe."""
    chosen = [
        question
        for question in load_any_pack(context.obj, pack, workspace)
        if (level is None or question.level == level)
        and (topic is None or topic in question.topics)
    ]
    if not chosen:
        typer.echo("No question fits. Try fewer options.", err=True)
    elif sys.stdout.isatty():
        print_table([_describe(one) for one in chosen], plural(len(chosen), "question"))
    else:
        for one in chosen:
            typer.echo("\t".join(_describe(one).values()))


def _describe(one: Question) -> dict[str, str]:
    return {
        "id": one.id,
        "level": one.level,
        "topics": ",".join(one.topics),
        "kind": one.kind,
        "title": one.title,
    }


@questions.command("show")
def show_question(
    context: typer.Context,
    question_id: Annotated[str, typer.Argument(metavar="ID")],
    pack: PackOption = "fastapi",
    workspace: WorkspaceOption = None,
) -> None:
    """Show one question with its answer, key points and sources."""
    from rich.console import Console
    from rich.markdown import Markdown

    from bot.questions.writing import write_sheet

    loaded = {question.id: question for question in load_any_pack(context.obj, pack, workspace)}
    if question_id not in loaded:
        near = suggest_near(question_id, loaded, "`questions list` shows them.")
        said = f"No question of the pack {pack} is called `{question_id}`."
        _fail(said, f"{near} Another pack: --pack NAME.")
    sheet = write_sheet(loaded[question_id])
    if sys.stdout.isatty():
        Console().print(Markdown(sheet))
    else:
        typer.echo(sheet)


@questions.command("check")
def check_questions(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="[FOLDER|FILE]", help="Default: the packs that are shipped."),
    ] = None,
    run: Annotated[
        bool, typer.Option("--run", help="Run the code blocks, too. Only for files you trust.")
    ] = False,
) -> None:
    """Say all that is wrong with a pack or a file, and how to mend it; exit 1 if anything is."""
    from bot.questions.pack_files import shipped_packs

    paths = [path] if path else list(shipped_packs().values())
    if sum(_check_path(one, run) for one in paths):
        raise typer.Exit(1)


def _check_path(path: Path, run: bool) -> int:
    """Print what is to be mended; return how much it is."""
    from bot.errors import PackError
    from bot.questions.reading import read_questions

    with showing_progress() as begin:
        try:
            loaded = read_questions(path, path.resolve().stem, begin("Reading"))
        except PackError as error:
            typer.echo(str(error))
            return len(error.faults)
        reports = [*_check_content(loaded, begin), *_check_words(path)]
        if run:
            reports += _run_proofs(loaded, begin("Running code"))
    for report in reports:
        typer.echo(report)
    noun = "question" if len(loaded) == 1 else "questions"
    typer.echo(f"{path.name}: {len(loaded)} {noun}, {len(reports)} to mend.")
    return len(reports)


def _check_content(loaded: Sequence[Question], begin: Callable[[str], OnProgress]) -> list[str]:
    import asyncio

    from bot.grading.lexical import LexicalGrader
    from bot.questions.copying import find_copied
    from bot.questions.lint import check_answers, lint_pack

    found = [*lint_pack(loaded, begin("Comparing questions")), *find_copied(loaded)]
    graded = asyncio.run(check_answers(loaded, LexicalGrader(), begin("Grading model answers")))
    typer.echo(graded)
    return [str(finding) for finding in (*found, *graded.findings)]


def _check_words(path: Path) -> list[str]:
    from bot.questions.spelling import can_check_spelling, check_spelling

    if not can_check_spelling():
        typer.echo("Spelling is not checked: `pip install codespell` adds that.", err=True)
        return []
    return [str(fault) for fault in check_spelling([path])]


def _run_proofs(loaded: Sequence[Question], on_progress: OnProgress) -> list[str]:
    from bot.questions.proofs import run_proof

    reports = []
    for at, question in enumerate(loaded, 1):
        if failure := run_proof(question):
            reports.append(f"{question.id}: {failure}")
        on_progress(at / len(loaded))
    return reports


@questions.command("export")
def export_questions(
    context: typer.Context,
    target: Annotated[
        Path, typer.Argument(metavar="[FILE|-]", help="Where to; for Markdown a folder.")
    ] = Path("-"),
    form: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.JSON,
    pack: PackOption = "fastapi",
    workspace: WorkspaceOption = None,
) -> None:
    """Write a pack as JSON, CSV or a folder of Markdown files."""
    loaded = load_any_pack(context.obj, pack, workspace)
    if form is Format.MARKDOWN and str(target) != "-":
        from bot.questions.writing import write_folder

        written = plural(write_folder(loaded, target), "file")
        typer.echo(f"{written} written to {target}.", err=True)
        return
    text = _write_text(loaded, form)
    if str(target) == "-":
        typer.echo(text, nl=False)
        return
    try:
        target.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        _fail(f"{target} can't be written: {error.strerror}.", "Name another file.")
    typer.echo(f"{plural(len(loaded), 'question')} written to {target}.", err=True)


def _write_text(loaded: Sequence[Question], form: Format) -> str:
    from bot.questions.writing import write_csv, write_json, write_markdown

    if form is Format.MARKDOWN:
        return "\n".join(map(write_markdown, loaded))
    return write_csv(loaded) if form is Format.CSV else write_json(loaded)


@questions.command("convert")
def convert_questions(
    source: Annotated[Path, typer.Argument(help="A folder, or a .json, .csv or .md file.")],
    folder: Annotated[Path, typer.Argument(help="The new pack; its name is the pack's.")],
) -> None:
    """Turn a JSON or CSV file into a pack of Markdown files."""
    from bot.questions.reading import read_questions
    from bot.questions.writing import write_folder

    written = write_folder(read_questions(source, folder.resolve().name), folder)
    typer.echo(f"{plural(written, 'question')} written to {folder}.", err=True)


@questions.command("new")
def start_question(
    question_id: Annotated[str, typer.Argument(metavar="ID", help="Such as yield-clean-up.")],
    folder: Annotated[Path, typer.Option(help="Where the file goes.")] = Path(),
    topic: Annotated[str, typer.Option(help="Its first topic.")] = "routing",
    level: Annotated[Level, typer.Option(help="Its level.")] = Level.FRESHER,
    kind: Annotated[Kind, typer.Option(help="Its kind.")] = Kind.OPEN,
) -> None:
    """Write a question file to fill in; it loads as it stands."""
    from bot.errors import PackError
    from bot.questions.question_file import parse_question
    from bot.questions.template import make_template

    path = folder / f"{question_id}.md"
    text = make_template(question_id, topic, level, kind)
    parsed = parse_question(text, "draft", str(path))
    if not isinstance(parsed, Question):
        raise PackError(parsed)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        _fail(f"{path} exists already.", "Choose another id.")
    except OSError as error:
        _fail(f"{path} can't be written: {error.strerror}.", "Name another folder.")
    typer.echo(f"{path} is yours to fill in; `fastapi-quiz questions check {path}` judges it.")


def _fail(problem: str, mend: str) -> NoReturn:
    from bot.errors import QuizError

    raise QuizError(f"{problem} {mend}")
