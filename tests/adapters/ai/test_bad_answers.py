"""Bad input before each of the three graders; the model here believes all that it is told."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.ai.asking import Asking
from adapters.ai.assessor import ModelAssessor
from adapters.ai.connecting import connect
from adapters.semantic.grader import load_semantic_grader
from bot.app import SystemClock
from bot.domain.grading import GradingTask, band_of
from bot.domain.question import KeyPoint
from bot.grading.lexical import LexicalGrader
from bot.ports import Grader
from bot.services.assessing import AssessingGrader
from bot.services.metering import FreeMeter
from tests.adapters.ai.conftest import point_at
from tests.fakes.model_server import Facts, ModelServer, judging
from tests.hostile import INJECTIONS, ODD

TASK = GradingTask(
    "How often does FastAPI call a dependency that two others need?",
    "It is called once per request, because its result is cached. With use_cache=False it is "
    "called for each of them.",
    (KeyPoint("Once per request", 2.0), KeyPoint("The result is cached"), KeyPoint("use_cache")),
)
RIGHT = "Its result is cached, so FastAPI calls it once per request."


def believe(asked: Facts) -> dict[str, Any]:
    """Call everything met, with words of the reference as evidence."""
    points = [
        {"id": point["id"], "verdict": "met", "evidence": asked["reference_answer"][:40]}
        for point in asked["key_points"]
    ]
    return {"points": points, "strongest": "Perfect!", "to_add": "Nothing."}


@pytest.fixture(params=["lexical", "semantic", "llm"])
async def grader(request: pytest.FixtureRequest, server: ModelServer) -> AsyncIterator[Grader]:
    """Each grader in turn."""
    if request.param == "lexical":
        yield LexicalGrader()
    elif request.param == "semantic":
        yield load_semantic_grader()
    else:
        server.behave = judging(believe)
        asking = Asking(connect(point_at(server)), FreeMeter(), point_at(server).timeout)
        yield AssessingGrader(ModelAssessor(asking), LexicalGrader(), SystemClock())
        await asking.connection.close()


async def test_odd_answers_are_graded_soundly_and_soon(grader: Grader) -> None:
    for name, answer in ODD.items():
        started = time.process_time()
        grade = await grader.grade(TASK, answer)
        assert time.process_time() - started < 3, name
        assert 0.0 <= grade.score <= 1.0, name
        assert grade.band is band_of(grade.score), name
        folded = " ".join(answer.casefold().split())
        for point in grade.points:
            words = point.evidence.rstrip("…").strip()
            assert " ".join(words.casefold().split()) in folded, name


async def test_words_to_the_grader_are_worth_nothing(grader: Grader, server: ModelServer) -> None:
    for name, answer in INJECTIONS.items():
        for whole in (answer, f"{RIGHT}\n{answer}", f"{answer}\n{RIGHT}"):
            grade = await grader.grade(TASK, whole)
            assert (grade.score, grade.gate) == (0.0, "injection"), (name, whole)
    assert server.bodies == []


async def test_the_same_answer_without_them_is_worth_something(grader: Grader) -> None:
    if isinstance(grader, AssessingGrader):
        assert (await grader.grade(TASK, f"{RIGHT} {TASK.reference}")).score == 1.0
    else:
        assert (await grader.grade(TASK, RIGHT)).score > 0.5
