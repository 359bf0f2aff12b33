"""The model beside the daily question: mock interviews and drafts count to the same limit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_model_grading import judge_kindly, settings_of
from tests.fakes.model_server import Facts, ModelServer, judging
from tests.stage import PACKS, START, play_script

DRAFT = {
    "title": "Caching of dependencies",
    "topics": ["routing"],
    "kind": "choice",
    "prompt": "How often is a dependency called that two others need?",
    "answer": "Once per request.",
    "choices": [
        {"text": "Twice", "right": False, "why": "The result is cached."},
        {"text": "Once per request", "right": True, "why": "Because of the cache."},
    ],
}


def write_and_answer(asked: Facts) -> dict[str, Any]:
    if "topic" in asked:
        return {"questions": [DRAFT]}
    return {"letter": "B"} if "choices" in asked else judge_kindly(asked)


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer(judging(write_and_answer)).listen() as server:
        yield server


async def test_mock_interviews_are_graded_by_the_model_and_counted(
    tmp_path: Path, server: ModelServer
) -> None:
    script = f"""{START}
        @ben: /fastapi-quiz mock questions:1
        @ben: /fastapi-quiz answer It depends on what the framework does, and on how often.
        @ana: /fastapi-quiz status
        """
    played = await play_script(script, tmp_path, PACKS, settings_of(server))
    assert len(server.bodies) == 1
    assert played.last("status").data["grading"]["today"]["calls"] == 1


async def test_drafts_of_the_model_wait_for_an_admin(tmp_path: Path, server: ModelServer) -> None:
    script = f"""{START}
        @ana: /fastapi-quiz generate routing count:2
        @ana: /fastapi-quiz status
        """
    played = await play_script(script, tmp_path, PACKS, settings_of(server))
    assert [sorted(asked) for asked in server.asked][:2] == [
        ["avoid", "count", "level", "topic"],
        ["choices", "question"],
    ]
    assert played.last("status").data["grading"]["today"]["calls"] == len(server.bodies)
