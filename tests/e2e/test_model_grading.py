"""A language model in a team's channel, on the command line and before the doctor."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.config import AiSettings, GradingSettings, Settings
from tests.fakes.model_server import (
    TOKENS_IN,
    TOKENS_OUT,
    Facts,
    ModelServer,
    judging,
    refuse_for_now,
)
from tests.stage import PACKS, START, Played, play_script

ANSWER = "It depends on what the framework does first, and on how often it is called per request."


def judge_kindly(asked: Facts) -> dict[str, Any]:
    """Find every point half made, with the answer's first words as evidence."""
    words = " ".join(asked["candidate_answer"].split()[:3])
    points = [
        {"id": point["id"], "verdict": "partial", "evidence": words}
        for point in asked["key_points"]
    ]
    return {"points": points, "strongest": "You begin well.", "to_add": "Say more."}


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer(judging(judge_kindly)).listen() as server:
        yield server


def settings_of(server: ModelServer, limit: int = 500) -> Settings:
    return Settings(
        grading=GradingSettings(grader="llm"),
        ai=AiSettings(
            model="openai:fake",
            base_url=server.url,
            api_key=SecretStr("key"),
            timeout=timedelta(seconds=10),
            daily_limit_per_workspace=limit,
        ),
    )


async def play(folder: Path, server: ModelServer, script: str, limit: int = 500) -> Played:
    return await play_script(
        f"{START}\nadvance 10m\n{script}", folder, PACKS, settings_of(server, limit)
    )


def graders(played: Played) -> list[str]:
    return [said.data["grader"] for said in played.of("grade")]


async def test_the_model_grades_and_every_grade_says_so(
    tmp_path: Path, server: ModelServer
) -> None:
    played = await play(tmp_path, server, f"@ben answers: {ANSWER}")
    said = played.last("grade")
    assert said.data["grader"] == "openai:fake"
    assert said.data["score"] == 0.5
    assert {point["evidence"] for point in said.data["points"]} == {"It depends on"}
    assert "scored by openai:fake" in said.text
    assert "You begin well. Say more." in said.text


async def test_the_same_answer_gets_the_same_grade_without_another_call(
    tmp_path: Path, server: ModelServer
) -> None:
    played = await play(
        tmp_path,
        server,
        f"""@ben answers: {ANSWER}
        @cem answers: {ANSWER}
        crash
        @ben answers: {ANSWER}
        @ben answers: {ANSWER} Or so.
        """,
    )
    assert graders(played) == ["openai:fake"] * 4
    assert len(server.bodies) == 2


async def test_another_workspace_asks_for_itself(tmp_path: Path, server: ModelServer) -> None:
    played = await play(
        tmp_path,
        server,
        f"""@ben answers: {ANSWER}
        workspace globex
        @eva admin
        @eva: /fastapi-quiz ask
        @eva answers: {ANSWER}
        @eva: /fastapi-quiz status
        """,
    )
    assert len(server.bodies) == 2
    assert played.last("status").data["grading"]["today"]["calls"] == 1


async def test_a_workspace_s_daily_limit_leads_to_the_embedded_grader_until_midnight(
    tmp_path: Path, server: ModelServer
) -> None:
    played = await play(
        tmp_path,
        server,
        f"""@ben answers: {ANSWER} One.
        crash
        @ben answers: {ANSWER} Two.
        @ben answers: {ANSWER} Three.
        workspace globex
        @eva: /fastapi-quiz ask
        @eva answers: {ANSWER} Four.
        workspace local
        advance 1d
        @ben answers: {ANSWER} Five.
        """,
        limit=2,
    )
    offline = "lexical, scored offline"
    assert graders(played) == ["openai:fake"] * 2 + [offline] + ["openai:fake"] * 2


async def test_status_shows_what_the_model_came_to(tmp_path: Path, server: ModelServer) -> None:
    played = await play(
        tmp_path,
        server,
        f"""@ben answers: {ANSWER} One.
        advance 1d
        @ben answers: {ANSWER} Two.
        @ana: /fastapi-quiz status
        """,
    )
    status = played.last("status")
    assert status.data["grading"]["today"] == {
        "calls": 1,
        "tokens_in": TOKENS_IN,
        "tokens_out": TOKENS_OUT,
    }
    assert status.data["grading"]["month"]["calls"] == 2
    assert "Answers are scored by openai:fake." in status.text
    assert "openai:fake today: 1 of 500 calls, 700 tokens in and 90 out." in status.text


async def test_an_answer_is_kept_and_counted_when_the_model_asks_to_wait(
    tmp_path: Path, server: ModelServer
) -> None:
    server.behave = refuse_for_now
    played = await play(tmp_path, server, f"@ben answers: {ANSWER}\n@ben: /fastapi-quiz streak")
    assert graders(played) == ["lexical, scored offline"]
    assert "scored by matching words (lexical, scored offline)" in played.last("grade").text
    assert played.last("streak").data["current"] == 1


@pytest.mark.parametrize(
    ("model", "said"), [("openai:fake", "ai.api_key is missing"), ("", "no model is set")]
)
async def test_a_model_that_can_t_be_used_is_replaced_and_log_and_status_say_why(
    tmp_path: Path, model: str, said: str
) -> None:
    settings = Settings(grading=GradingSettings(grader="llm"), ai=AiSettings(model=model))
    script = f"{START}\nadvance 10m\n@ben answers: {ANSWER}\n@ana: /fastapi-quiz status"
    with capture_logs() as logged:
        played = await play_script(script, tmp_path, PACKS, settings)
    assert graders(played) == ["lexical"]
    assert said in played.last("status").text
    [line] = [line for line in logged if line["event"] == "grader_replaced"]
    assert said in line["problem"]


async def run_program(server: ModelServer, folder: Path, *words: str, given: str = "") -> Any:
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "FASTAPI_QUIZ_AI__MODEL": "openai:fake",
        "FASTAPI_QUIZ_AI__BASE_URL": server.url,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", *words),
        cwd=folder,
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate(given.encode())
    return process.returncode, out.decode(), err.decode()


async def test_the_command_grades_in_bulk(tmp_path: Path, server: ModelServer) -> None:
    line = {"question": "Why?", "reference": "Because it is cached per request.", "answer": ANSWER}
    code, out, err = await run_program(
        server, tmp_path, "grade", "-", "--grader", "llm", given=json.dumps(line)
    )
    assert code == 0
    assert json.loads(out)["grader"] == "openai:fake"
    assert err == "fastapi-quiz: 1 model call, 790 tokens.\n"


async def test_the_doctor_asks_the_model_for_a_word(tmp_path: Path, server: ModelServer) -> None:
    server.behave = judging(lambda asked: asked)
    code, out, _ = await run_program(server, tmp_path, "check")
    assert (code, "ok      language model: openai:fake answers at" in out) == (0, True)
    server.behave = refuse_for_now
    code, out, _ = await run_program(server, tmp_path, "check")
    assert code == 1
    assert "FAILED  language model: " in out
    assert "asks to wait" in out
