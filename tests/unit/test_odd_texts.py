"""What anybody may type is read soon, however it is made."""

from __future__ import annotations

import contextlib
import time

import pytest

from bot.commands import parse
from bot.domain.question import Kind, Question
from bot.domain.writing import Asker
from bot.errors import CommandError
from bot.grading.lexical import LexicalGrader
from bot.questions.loader import load_pack
from bot.questions.pack_files import shipped_packs
from bot.services.marking import mark_answer

HANGS = 5.0
"""Seconds of the processor: patterns that run back and forth over such texts took minutes."""
LONG = 40_000
ODD = [
    *("a:‘ ", "a:' ", "a“ ", "foo ", "foo: ", "3, ", "mon, ", "a", " ", ",", "_", "b,", "a and "),
    *("the ", "it's ", "because ", "the" + " " * 50, "\u200b", "``", "a=", "„"),
]


@pytest.fixture(scope="module")
def choice() -> Question:
    questions = load_pack(shipped_packs()["fastapi"])
    return next(question for question in questions if question.kind is Kind.CHOICE)


@pytest.mark.parametrize(
    "begin", ["", "answer ", "ask ", "schedule add ", "suggest ", "settings away until "]
)
@pytest.mark.parametrize("odd", ODD)
def test_a_command_is_read_or_refused_soon(begin: str, odd: str) -> None:
    started = time.thread_time()
    with contextlib.suppress(CommandError):
        parse(begin + odd * (LONG // len(odd)))
    assert time.thread_time() - started < HANGS


@pytest.mark.parametrize("odd", ODD)
async def test_an_answer_to_a_choice_is_read_or_refused_soon(choice: Question, odd: str) -> None:
    started = time.thread_time()
    with contextlib.suppress(CommandError):
        await mark_answer(LexicalGrader(), choice, "a" + odd * (LONG // len(odd)), Asker(1, 1))
    assert time.thread_time() - started < HANGS
