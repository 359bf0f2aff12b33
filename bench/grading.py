"""How well do the graders grade, and how fast: against people, and against attacks.

    python -m bench.grading [FILE] [--grader lexical]

FILE is CSV with the columns id, question, reference, answer, score (0..1) and source, or JSON
Lines with the same keys; our own hand-graded answers are the default.
"""

from __future__ import annotations

import asyncio
import csv
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import correlation, fmean, quantiles
from typing import Annotated

import typer

from bench.adversarial import ATTACKS
from bot.domain.grading import GradingTask
from bot.errors import QuizError
from bot.graders import load_semantic
from bot.grading.lexical import LexicalGrader
from bot.ports import Grader

OWN_DATA = Path(__file__).parent / "data" / "graded_answers.jsonl"
GRADERS: dict[str, Callable[[], Grader]] = {
    "lexical": LexicalGrader,
    "semantic": load_semantic,
}


@dataclass(frozen=True, slots=True)
class GradedAnswer:
    """An answer with the score (0..1) that a person gave it."""

    question: str
    reference: str
    answer: str
    score: float
    source: str

    @property
    def task(self) -> GradingTask:
        """The task, zero-shot: without key points."""
        return GradingTask(self.question, self.reference)


def read_answers(file: Path) -> list[GradedAnswer]:
    """Read CSV or, by its name, JSON Lines."""
    text = file.read_text("utf-8")
    rows = (
        [json.loads(line) for line in text.splitlines() if line.strip()]
        if file.suffix == ".jsonl"
        else list(csv.DictReader(text.splitlines(keepends=True)))
    )
    return [
        GradedAnswer(
            row["question"],
            row["reference"],
            row["answer"],
            float(row["score"]),
            row.get("source") or "own",
        )
        for row in rows
    ]


async def grade_all(grader: Grader, answers: Sequence[GradedAnswer]) -> None:
    """Print the agreement with people, by source, and the time an answer takes."""
    times: list[float] = []
    for source in dict.fromkeys(each.source for each in answers):
        chosen = [each for each in answers if each.source == source]
        given, gated = [], 0
        for each in chosen:
            started = time.perf_counter()
            grade = await grader.grade(each.task, each.answer)
            times.append(time.perf_counter() - started)
            given.append(grade.score)
            gated += grade.gate is not None and each.score > 0
        human = [each.score for each in chosen]
        print(
            f"  {source:<14} n {len(chosen):>5}   Pearson {_correlate(given, human):.3f}"
            f"   Spearman {_correlate(given, human, ranked=True):.3f}"
            f"   RMSE {fmean((a - b) ** 2 for a, b in zip(given, human, strict=True)) ** 0.5:.3f}"
            f"   mean {fmean(given):.3f} (people {fmean(human):.3f})"
            f"   wrongly gated {gated / len(chosen):.2%}"
        )
    cuts = quantiles(times, n=100)
    print(f"  time an answer: p50 {cuts[49] * 1e3:.2f} ms   p95 {cuts[94] * 1e3:.2f} ms")


def _correlate(left: Sequence[float], right: Sequence[float], ranked: bool = False) -> float:
    if len(set(left)) < 2 or len(set(right)) < 2:
        return float("nan")
    if ranked:
        left, right = _rank(left), _rank(right)
    return correlation(left, right)


def _rank(values: Sequence[float]) -> list[float]:
    """Rank from 0; equal values share the mean of their ranks."""
    ordered = sorted(values)
    first = {value: place for place, value in reversed(list(enumerate(ordered)))}
    return [first[value] + (ordered.count(value) - 1) / 2 for value in values]


async def attack(grader: Grader, answers: Sequence[GradedAnswer]) -> None:
    """Print the mean score of each kind of attack over all questions."""
    tasks = dict.fromkeys(each.task for each in answers)
    for name, make in ATTACKS.items():
        scores = [
            (await grader.grade(task, text)).score
            for task in tasks
            for text in make(task.question, task.reference)
        ]
        print(f"  {name:<34} n {len(scores):>5}   mean {fmean(scores):.3f}   max {max(scores):.3f}")


def main(
    file: Annotated[Path, typer.Argument(help="CSV or JSON Lines of graded answers.")] = OWN_DATA,
    grader: Annotated[str, typer.Option(help="One grader only.")] = "",
) -> None:
    """Measure the graders."""
    names = [grader] if grader else list(GRADERS)
    if unknown := set(names) - set(GRADERS):
        raise typer.BadParameter(f"no grader {unknown}; there are: {', '.join(GRADERS)}")
    try:
        answers = read_answers(file)
    except (OSError, KeyError, ValueError) as error:
        raise QuizError(f"Can't read graded answers from {file}: {error}.") from error
    for name in names:
        print(f"{name}, {file.name}")
        try:
            measured = GRADERS[name]()
        except (ImportError, QuizError) as error:
            print(f"  not available: {error}")
            continue
        asyncio.run(grade_all(measured, answers))
        asyncio.run(attack(measured, answers))


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
    app.command()(main)
    app()
