"""`fastapi-quiz questions generate`: verified questions from the templates."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from bot.questions.generator.generate import GeneratedQuestion


def generate_questions(
    topic: Annotated[
        str | None, typer.Option(help="Only this topic, or one template by its name.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many questions.")] = 5,
    seed: Annotated[
        int | None, typer.Option(help="The same seed gives the same questions. Default: random.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print whole programs, choices and misconceptions.")
    ] = False,
) -> None:
    """Make questions whose answers FastAPI itself gave: each program is run first."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    from bot.questions.generator.generate import generate

    seed = secrets.randbelow(2**31) if seed is None else seed
    console = Console(stderr=True)
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task(f"Running programs (seed {seed})", total=count)
        made = generate(topic, count, seed, on_question=lambda _: progress.advance(task))
    if as_json:
        typer.echo(json.dumps([describe(each) for each in made], indent=2, ensure_ascii=False))
    else:
        typer.echo("\n\n---\n\n".join(write_out(each) for each in made))
        typer.echo(f"Again with: --seed {seed}", err=True)


def describe(generated: GeneratedQuestion) -> dict[str, Any]:
    """Give all of a question as JSON values; `right` is the letter of the right choice."""
    question = generated.question
    choices = [
        {
            "letter": letter,
            "text": choice.text,
            "right": choice.right,
            "misconception": misconception,
            "why": choice.why,
        }
        for (letter, choice), misconception in zip(
            question.lettered.items(), generated.misconceptions, strict=False
        )
    ]
    return {
        "id": question.id,
        "pack": question.pack,
        "template": generated.template,
        "title": question.title,
        "level": question.level,
        "topics": question.topics,
        "kind": question.kind,
        "prompt": question.prompt,
        "program": generated.program,
        "call": generated.call,
        "printed": generated.printed,
        "choices": choices,
        "right": next(choice["letter"] for choice in choices if choice["right"]),
        "answer": question.answer,
        "checked_with": question.checked_with,
    }


def write_out(generated: GeneratedQuestion) -> str:
    """Write a question as Markdown for reading."""
    question = generated.question
    lettered = question.lettered.items()
    right = next(letter for letter, choice in lettered if choice.right)
    return "\n".join(
        [
            f"# {question.title}",
            f"{question.id} · {question.level} · {', '.join(question.topics)}",
            "",
            question.prompt,
            "",
            *[f"{letter}. `{choice.text}`" for letter, choice in lettered],
            "",
            f"**Right: {right}.** {question.answer}",
            "",
            *[f"- {letter}: {choice.why}" for letter, choice in lettered if not choice.right],
        ]
    )
