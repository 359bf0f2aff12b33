"""How do the graders grade answers to the bank's questions, by the written key points?

    python -m bench.bank [--pack fastapi] [--grader lexical] [--others 20]

Model answers on their own question and on others, attacks, honest short answers in other
words (bench/paraphrases.jsonl, where `said` lists the points that each makes), what a good, a
half and a mistaken candidate say (bench/candidates.jsonl), and answers with two names in the right
places and in each other's (bench/exchanged.jsonl).
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Annotated

import typer

from bench.adversarial import ATTACKS
from bench.grading import GRADERS
from bot.domain.grading import Grade, GradingTask, Verdict
from bot.domain.question import KeyPoint
from bot.errors import QuizError
from bot.ports import Grader
from bot.questions.lint import find_percentile, make_task
from bot.questions.loader import load_pack
from bot.questions.pack_files import shipped_packs

PARAPHRASES = Path(__file__).parent / "paraphrases.jsonl"
CANDIDATES = Path(__file__).parent / "candidates.jsonl"
EXCHANGED = Path(__file__).parent / "exchanged.jsonl"
KINDS = ("good", "half", "wrong")


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """An honest answer and the places of the key points that it makes.

    The curves were set looking at the `tuned` ones only.
    """

    task: GradingTask
    answer: str
    said: tuple[int, ...]
    tuned: bool


def read_paraphrases(file: Path = PARAPHRASES) -> list[Paraphrase]:
    """Read JSON Lines."""
    return [_read_row(json.loads(line)) for line in file.read_text("utf-8").splitlines()]


def _read_row(row: dict[str, object]) -> Paraphrase:
    points = row["key_points"]
    said = row["said"]
    assert isinstance(points, list)
    assert isinstance(said, list)
    return Paraphrase(
        GradingTask(
            str(row["question"]),
            str(row["reference"]),
            tuple(KeyPoint(point["text"], point["weight"]) for point in points),
        ),
        str(row["answer"]),
        tuple(said),
        bool(row["tuned"]),
    )


def pair_tasks(
    tasks: Sequence[GradingTask], others: int | None
) -> Iterator[tuple[GradingTask, GradingTask]]:
    """Pair each task with all other ones, or with as many as wanted, always the same."""
    for task in tasks:
        rest = [other for other in tasks if other is not task]
        count = len(rest) if others is None else min(others, len(rest))
        for other in random.Random(task.question).sample(rest, count):
            yield task, other


async def grade_bank(grader: Grader, tasks: Sequence[GradingTask], others: int | None) -> None:
    """Print what model answers, mixed-up ones and attacks earn."""
    pairs = list(pair_tasks(tasks, others))
    kinds: dict[str, list[tuple[GradingTask, str]]] = {
        "another question's model answer": [(task, other.reference) for task, other in pairs],
        "the question and another's answer": [
            (task, f"{task.question}\n{other.reference}") for task, other in pairs
        ],
        "another's answer, no key points": [
            (GradingTask(task.question, task.reference), other.reference) for task, other in pairs
        ],
    }
    for name, make in ATTACKS.items():
        kinds[name] = [(t, text) for t in tasks for text in make(t.question, t.reference)]
    times: list[float] = []
    for name, answers in kinds.items():
        scores = []
        for task, answer in answers:
            started = time.perf_counter()
            scores.append((await grader.grade(task, answer)).score)
            times.append(time.perf_counter() - started)
        print(
            f"  {name:<34} n {len(scores):>5}   mean {fmean(scores):.3f}   min {min(scores):.3f}"
            f"   p95 {find_percentile(scores, 0.95):.3f}   max {max(scores):.3f}"
        )
    cuts = [find_percentile(times, share) * 1e3 for share in (0.5, 0.95)]
    print(f"  time an answer: p50 {cuts[0]:.2f} ms   p95 {cuts[1]:.2f} ms")


async def grade_paraphrases(grader: Grader, chosen: Sequence[Paraphrase]) -> str:
    """Say how many points that were said are met, and how many that were not."""
    met = said = extra = unsaid = 0
    scores = []
    for each in chosen:
        grade = await grader.grade(each.task, each.answer)
        scores.append(grade.score)
        for place, point in enumerate(grade.points):
            if place in each.said:
                said, met = said + 1, met + (point.verdict is Verdict.MET)
            else:
                unsaid, extra = unsaid + 1, extra + (point.verdict is Verdict.MET)
    return (
        f"n {len(chosen):>5}   points said and met {met}/{said}   not said and met {extra}/{unsaid}"
        f"   mean {fmean(scores):.3f}   min {min(scores):.3f}"
    )


def read_candidates(tasks: Mapping[str, GradingTask]) -> Iterator[tuple[GradingTask, str, str]]:
    """Yield a task, one of `KINDS`, and such an answer to it; tasks are given by question id."""
    for line in CANDIDATES.read_text("utf-8").splitlines():
        row = json.loads(line)
        yield from ((tasks[row["id"]], kind, row[kind]) for kind in KINDS)


async def grade_candidates(grader: Grader, tasks: Mapping[str, GradingTask]) -> None:
    """Print what good, half and wrong answers to the bank of today earn."""
    grades: dict[str, list[Grade]] = {kind: [] for kind in KINDS}
    for task, kind, answer in read_candidates(tasks):
        grades[kind].append(await grader.grade(task, answer))
    for kind, given in grades.items():
        earned = [grade.score for grade in given]
        points = [point.verdict for grade in given for point in grade.points]
        print(
            f"  a {kind + ' answer':<32} n {len(earned):>5}   mean {fmean(earned):.3f}"
            f"   min {min(earned):.3f}   max {max(earned):.3f}"
            f"   above 0.4: {sum(score > 0.4 for score in earned)}"
            f"   points called wrong {points.count(Verdict.WRONG)}/{len(points)}"
        )


async def grade_exchanged(grader: Grader, tasks: Mapping[str, GradingTask], tuned: bool) -> str:
    """Say what answers earn whose two names stand right, and the same with the names exchanged."""
    rows = [json.loads(line) for line in EXCHANGED.read_text("utf-8").splitlines()]
    chosen = [row for row in rows if row["tuned"] is tuned]
    scores: dict[str, list[float]] = {"right": [], "exchanged": []}
    for row in chosen:
        one, two = row["names"]
        for kind, names in (("right", (one, two)), ("exchanged", (two, one))):
            text = row["answer"].format(*names)
            grade = await grader.grade(tasks[row["id"]], text[:1].upper() + text[1:])
            scores[kind].append(grade.score)
    seen = sum(a > b for a, b in zip(*scores.values(), strict=True))
    means = "   ".join(f"{kind} {fmean(given):.3f}" for kind, given in scores.items())
    return f"n {len(chosen):>5}   mean {means}   told apart {seen}"


def main(
    pack: Annotated[str, typer.Option(help="A shipped pack's name.")] = "fastapi",
    grader: Annotated[str, typer.Option(help="One grader only.")] = "lexical",
    others: Annotated[int | None, typer.Option(help="Compare with this many, not all.")] = None,
) -> None:
    """Measure a grader over a pack."""
    if grader not in GRADERS:
        raise typer.BadParameter(f"no grader {grader}; there are: {', '.join(GRADERS)}")
    if pack not in shipped_packs():
        raise QuizError(f"No pack is called {pack}; there are: {', '.join(shipped_packs())}.")
    named = {one.id: make_task(one) for one in load_pack(shipped_packs()[pack]) if one.key_points}
    tasks = list(named.values())
    measured = GRADERS[grader]()
    print(f"{grader}, pack {pack}: {len(tasks)} open questions")
    asyncio.run(grade_bank(measured, tasks, others))
    for name, tuned in (("other words (tuned on)", True), ("other words (held out)", False)):
        chosen = [each for each in read_paraphrases() if each.tuned is tuned]
        print(f"  {name:<34} {asyncio.run(grade_paraphrases(measured, chosen))}")
    if pack == "fastapi":
        asyncio.run(grade_candidates(measured, named))
        for name, tuned in (("two names (tuned on)", True), ("two names (held out)", False)):
            print(f"  {name:<34} {asyncio.run(grade_exchanged(measured, named, tuned))}")


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
    app.command()(main)
    app()
