"""Whoever takes one thing for another says no point, though all words are there."""

from __future__ import annotations

import pytest

from bot.domain.grading import Grade, GradingTask, Verdict
from bot.domain.question import KeyPoint
from bot.grading.lexical import grade_answer

METHODS = GradingTask(
    "Which HTTP method do you take for what?",
    "GET only reads. POST creates something, and repeating it may create a second one. "
    "PUT replaces a whole resource at a known URL and is idempotent.",
    (
        KeyPoint("POST creates something, and repeating it may create a second one", 2.0),
        KeyPoint("PUT replaces a whole resource at a known URL and is idempotent", 2.0),
    ),
)
POOL = GradingTask(
    "May an async def route use a plain def dependency? Where does each of them run?",
    "An async def dependency runs on the event loop, so it must not block. A plain def dependency "
    "runs in the thread pool, so blocking calls are allowed.",
    (
        KeyPoint("An async def dependency runs on the event loop, so it must not block", 2.0),
        KeyPoint("A plain def dependency runs in the thread pool, so blocking is allowed", 2.0),
    ),
)
WITHOUT_POINTS = GradingTask(METHODS.question, METHODS.reference)

PAIRS = [
    (METHODS, "{0} replaces a whole resource at a known URL. {1} creates something, repeating it "
     "may create a second one.", ("PUT", "POST")),
    (METHODS, "{0} replaces the whole resource at its URL, {1} may create a second one each time "
     "when repeating it.", ("PUT", "POST")),
    (METHODS, "{0} is idempotent and replaces a resource at a URL, {1} isn't.", ("PUT", "POST")),
    (METHODS, "{0} is idempotent, so it may be retried, {1} isn't.", ("PUT", "POST")),
    (POOL, "{0} runs on the event loop. {1} runs in the thread pool.", ("Async def", "plain def")),
    (POOL, "{0} runs on the event loop, {1} in the thread pool", ("async def", "def")),
]  # fmt: skip


def judge(task: GradingTask, answer: str) -> Grade:
    grade = grade_answer(task, answer)
    assert grade.gate is None
    return grade


def verdicts(grade: Grade) -> set[Verdict]:
    return {point.verdict for point in grade.points}


@pytest.mark.parametrize(("task", "said", "names"), PAIRS)
def test_two_things_taken_for_one_another_are_wrong(
    task: GradingTask, said: str, names: tuple[str, str]
) -> None:
    right = judge(task, said.format(*names))
    wrong = judge(task, said.format(*reversed(names)))
    assert Verdict.WRONG not in verdicts(right)
    assert right.score > 0.4
    assert Verdict.MET not in verdicts(wrong)
    assert Verdict.WRONG in verdicts(wrong)
    assert wrong.score < right.score / 2


def test_the_member_reads_what_they_said_the_other_way_round() -> None:
    grade = judge(POOL, "Async def runs in the thread pool. Plain def runs on the event loop.")
    said = {point.evidence for point in grade.points if point.verdict is Verdict.WRONG}
    assert said == {"Async def runs in the thread pool.", "Plain def runs on the event loop."}
    assert "which you say the other way round: An async def" in grade.feedback


def test_only_the_points_on_what_was_exchanged_are_lost() -> None:
    task = GradingTask(
        METHODS.question,
        f"{METHODS.reference} A timed-out request may have taken effect.",
        (*METHODS.key_points, KeyPoint("A timed-out request may have taken effect", 2.0)),
    )
    grade = judge(
        task,
        "POST replaces the whole resource at a known URL. PUT may create a second one when "
        "repeating it. A request that timed out may have taken effect.",
    )
    assert [point.verdict for point in grade.points] == [
        Verdict.WRONG,
        Verdict.WRONG,
        Verdict.MET,
    ]


def test_points_drawn_from_a_reference_are_lost_likewise() -> None:
    said = "{0} replaces the whole resource at a known URL. {1} may create a second one, repeating."
    right = judge(WITHOUT_POINTS, said.format("PUT", "POST"))
    wrong = judge(WITHOUT_POINTS, said.format("POST", "PUT"))
    assert Verdict.WRONG not in verdicts(right)
    assert Verdict.WRONG in verdicts(wrong)
    assert wrong.score < right.score


@pytest.mark.parametrize(
    "answer",
    [
        "With PUT you replace a resource whole; POST isn't idempotent and creates a new one.",
        "POST isn't idempotent, PUT is.",
        "Unlike POST, PUT is idempotent.",
        "Repeating a POST may create a second one. PUT has a known URL and replaces the resource.",
        "POST, PUT",
        "PUT isn't.",
    ],
)
def test_what_is_said_of_the_right_thing_stays_right(answer: str) -> None:
    assert "other way round" not in grade_answer(METHODS, answer).feedback


@pytest.mark.parametrize("task", [METHODS, POOL])
def test_a_model_answer_exchanges_nothing(task: GradingTask) -> None:
    assert verdicts(judge(task, task.reference)) == {Verdict.MET}
