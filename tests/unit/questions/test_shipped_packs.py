"""Every claim of the shipped bank that can be run is run, against the locked FastAPI."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from bot.domain.people import Level
from bot.domain.question import Kind, Question
from bot.questions.loader import load_pack
from bot.questions.pack_files import pack_digest, shipped_packs
from bot.questions.proofs import asserts_something, count_runs, run_proof

ROOT = Path(__file__).parents[3]
QUESTIONS = load_pack(shipped_packs()["fastapi"])
SEEDS = {
    "fastapi-flask-drf",
    "request-validation",
    "dependency-injection",
    "jwt-authentication",
    "background-work",
    "path-query-body",
    "alembic-migrations",
    "large-application",
}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_what_the_answer_claims_is_what_fastapi_does(question: Question) -> None:
    failure = run_proof(question)
    assert failure is None, f"{question.id} was checked with {question.checked_with}: {failure}"


def test_blocks_that_run_also_claim_something() -> None:
    silent = [one.id for one in QUESTIONS if count_runs(one) and not asserts_something(one)]
    assert silent == []


def test_the_eight_subjects_are_there() -> None:
    assert {question.id for question in QUESTIONS} >= SEEDS


def test_questions_lie_in_the_folder_of_their_first_topic() -> None:
    folder = shipped_packs()["fastapi"]
    places = {path.stem: path.parent.name for path in folder.rglob("*.md")}
    wrong = {one.id for one in QUESTIONS if places[one.id] != one.topics[0]}
    assert wrong == set()


def test_every_topic_of_the_pack_has_questions() -> None:
    topics = Counter(topic for question in QUESTIONS for topic in question.topics)
    declared = tomllib.loads((shipped_packs()["fastapi"] / "pack.toml").read_text())["topics"]
    assert topics.keys() == declared.keys()


def test_the_bank_is_as_large_as_promised() -> None:
    levels = Counter(question.level for question in QUESTIONS)
    assert len(QUESTIONS) >= 240
    assert min(levels[level] for level in Level) >= 70
    assert len({topic for question in QUESTIONS for topic in question.topics}) >= 12
    open_share = sum(one.kind is Kind.OPEN for one in QUESTIONS) / len(QUESTIONS)
    assert 0.6 <= open_share <= 0.72
    assert sum(count_runs(question) > 0 for question in QUESTIONS) >= 120


@pytest.mark.parametrize("file", ["README.md", "CHANGELOG.md"])
def test_the_size_of_the_bank_is_told_as_it_is(file: str) -> None:
    told = re.findall(r"(\d+) questions", (ROOT / file).read_text("utf-8"))
    assert told == [str(len(QUESTIONS))]


def test_the_digest_is_stable() -> None:
    folder = shipped_packs()["fastapi"]
    assert pack_digest(folder) == pack_digest(folder)
