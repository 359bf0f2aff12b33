"""A denial is wrong; a negation of something else is not."""

from __future__ import annotations

import pytest

from bot.domain.grading import GradingTask, Verdict
from bot.grading.lexical import grade_answer

TASK = GradingTask(
    "Where does a background task run?",
    "A background task runs in the same process after the response was sent. "
    "Payments belong in a durable queue with a worker, never in memory of the web server.",
)
WITHIN, QUEUE = TASK.reference.split(". ")


def judge(answer: str) -> set[Verdict]:
    grade = grade_answer(TASK, answer)
    assert grade.gate is None
    return {point.verdict for point in grade.points}


@pytest.mark.parametrize(
    "answer",
    [
        f"{WITHIN}, not in a worker elsewhere.",
        f"{WITHIN} and needs no broker.",
        f"{WITHIN}, so the client doesn't wait for it.",
        "The background task is run in the process that sent the response, no broker is needed.",
        "Payments belong in a durable queue with a worker.",
        "For payments have a durable queue and a worker.",
    ],
)
def test_a_negation_of_something_else_is_not_wrong(answer: str) -> None:
    verdicts = judge(answer)
    assert Verdict.WRONG not in verdicts
    assert Verdict.MET in verdicts


@pytest.mark.parametrize(
    "answer",
    [
        "A background task does not run in the same process after the response was sent.",
        "A background task mustn't run in the same process after the response was sent.",
        "A background task never runs in the process that sent the response.",
        "No background task runs in the same process, after the response was sent.",
        f"It is not true that {WITHIN.lower()}.",
        f"It is not the case, as some say, that {WITHIN.lower()}.",
        f"I don't think that {WITHIN.lower()}.",
        f"{WITHIN}, which is wrong.",
        f"{WITHIN} is false.",
        "Payments belong in a durable queue with a worker and in memory of the web server.",
        "Payments belong in the memory of the web server.",
    ],
)
def test_a_denial_is_wrong_and_so_is_what_was_denied(answer: str) -> None:
    verdicts = judge(answer)
    assert Verdict.WRONG in verdicts
    assert Verdict.MET not in verdicts


def test_two_negations_agree_with_one_that_has_the_same_reach() -> None:
    assert Verdict.WRONG not in judge(
        "Payments belong in a durable queue with a worker, not in memory of the server."
    )
    assert Verdict.WRONG in judge(
        "Payments do not belong in a durable queue with a worker, never in memory of the server."
    )
