"""Answers to the bank's own questions: right ones, in other words, and to other questions."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from bot.domain.grading import GradingTask, Verdict
from bot.domain.question import KeyPoint
from bot.grading.lexical import grade_answer
from bot.questions.lint import OTHER_ANSWERS, OWN_ANSWER, find_percentile, make_task
from bot.questions.loader import load_pack
from bot.questions.pack_files import shipped_packs

ROOT = Path(__file__).parents[3]
NAMED = {one.id: make_task(one) for one in load_pack(shipped_packs()["fastapi"]) if one.key_points}
TASKS = list(NAMED.values())


def read_rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (ROOT / "bench" / name).read_text("utf-8").splitlines()]


PARAPHRASES = read_rows("paraphrases.jsonl")
CANDIDATES = read_rows("candidates.jsonl")


def pair_with_others(count: int) -> list[tuple[GradingTask, GradingTask]]:
    dice = random.Random(20)
    return [
        (task, other) for task in TASKS for other in dice.sample(TASKS, count) if other is not task
    ]


def make_paraphrased(row: dict[str, Any]) -> GradingTask:
    points = tuple(KeyPoint(point["text"], point["weight"]) for point in row["key_points"])
    return GradingTask(row["question"], row["reference"], points)


def test_a_model_answer_is_good_on_its_own_question() -> None:
    assert min(grade_answer(task, task.reference).score for task in TASKS) >= OWN_ANSWER


def test_a_model_answer_is_weak_on_other_questions() -> None:
    scores = [grade_answer(task, other.reference).score for task, other in pair_with_others(8)]
    assert find_percentile(scores, 0.95) < OTHER_ANSWERS
    assert sum(scores) / len(scores) < 0.1


def test_a_model_answer_is_weak_on_other_questions_without_key_points_too() -> None:
    scores = [
        grade_answer(GradingTask(task.question, task.reference), other.reference).score
        for task, other in pair_with_others(4)
    ]
    assert sum(scores) / len(scores) < 0.2


def test_an_answer_to_something_else_is_said_to_be_one() -> None:
    pairs = pair_with_others(4)
    gates = [grade_answer(task, other.reference).gate for task, other in pairs]
    assert gates.count("off_topic") > 0.5 * len(pairs)


def test_many_answers_at_once_do_not_meet_points_by_breadth() -> None:
    dice = random.Random(21)
    for task in TASKS:
        others = [other.reference for other in dice.sample(TASKS, 4) if other is not task]
        assert grade_answer(task, "\n".join(others)).score < 0.5


@pytest.mark.parametrize("row", PARAPHRASES, ids=lambda row: str(row["id"]))
def test_an_honest_answer_in_other_words_passes_the_gates(row: dict[str, Any]) -> None:
    grade = grade_answer(make_paraphrased(row), row["answer"])
    assert grade.gate is None
    assert grade.score > 0.2


def test_points_said_in_other_words_are_met_and_others_are_not() -> None:
    said = met = unsaid = wrongly = 0
    for row in PARAPHRASES:
        for place, point in enumerate(grade_answer(make_paraphrased(row), row["answer"]).points):
            is_met = point.verdict is Verdict.MET
            if place in row["said"]:
                said, met = said + 1, met + is_met
            else:
                unsaid, wrongly = unsaid + 1, wrongly + is_met
    assert met >= 0.8 * said
    assert wrongly <= 0.1 * unsaid


def test_good_half_and_wrong_answers_are_told_apart() -> None:
    good, half, wrong = (
        [grade_answer(NAMED[row["id"]], row[kind]).score for row in CANDIDATES]
        for kind in ("good", "half", "wrong")
    )
    assert min(good) >= 0.7
    assert all(each > other for each, other in zip(good, half, strict=True))
    assert all(each > other for each, other in zip(good, wrong, strict=True))
    assert max(wrong) < 0.6
    assert sum(score > 0.4 for score in wrong) <= 0.15 * len(wrong)


def test_hardly_a_point_of_a_good_answer_is_called_wrong() -> None:
    verdicts = [
        point.verdict
        for row in CANDIDATES
        for point in grade_answer(NAMED[row["id"]], row["good"]).points
    ]
    assert verdicts.count(Verdict.WRONG) <= 0.005 * len(verdicts)


def test_a_written_point_must_be_made_in_one_place() -> None:
    point = KeyPoint("A semaphore limits concurrent uploads per worker")
    other = KeyPoint("Retry with backoff")
    task = GradingTask("How do you protect it?", f"{point.text}. {other.text}.", (point, other))
    together = "A semaphore limits how many uploads run at once in a worker. It is fair. It waits."
    apart = (
        "There is a semaphore. It is fair. It limits. It waits. Then uploads end. A worker runs."
    )
    assert grade_answer(task, together).score > grade_answer(task, apart).score


def test_key_points_that_the_reference_lacks_are_on_topic() -> None:
    answer = (
        "Argon2 stretches passwords with memory hardness, salts defeat rainbow tables, bcrypt "
        "truncates long passphrases and peppers live outside the database."
    )
    points = (KeyPoint("Argon2 is memory hard"), KeyPoint("Salts defeat rainbow tables"))
    grade = grade_answer(GradingTask("How do you store passwords?", "Hashed.", points), answer)
    assert grade.gate is None
    assert grade.score > 0.6
