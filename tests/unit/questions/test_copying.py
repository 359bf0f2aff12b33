"""Sentences of others don't pass for ours."""

from __future__ import annotations

import inspect
from dataclasses import replace

import fastapi

from bot.domain.question import Markdown
from bot.questions.copying import WORDS_IN_A_ROW, find_copied
from bot.questions.loader import load_pack
from bot.questions.pack_files import shipped_packs

BANK = load_pack(next(iter(shipped_packs().values())))


def read_sentence(length: int) -> str:
    """Take words out of the installed library: none of its sentences stand in our files."""
    words = inspect.cleandoc(fastapi.FastAPI.__doc__ or "").split()
    return " ".join(words[:length])


def test_the_shipped_bank_copies_nothing() -> None:
    assert list(find_copied(BANK)) == []


def test_a_copied_sentence_is_named_with_where_it_stands() -> None:
    copied = read_sentence(WORDS_IN_A_ROW + 1)
    question = replace(BANK[0], answer=Markdown(f"Well. {copied} Indeed."))
    [finding] = find_copied([question])
    assert finding.question_id == question.id
    assert "fastapi's documentation" in str(finding)


def test_code_and_short_turns_of_phrase_are_everybody_s() -> None:
    code = f"```python\n{read_sentence(WORDS_IN_A_ROW + 1)}\n```"
    for text in (code, read_sentence(WORDS_IN_A_ROW - 2)):
        assert list(find_copied([replace(BANK[0], answer=Markdown(text))])) == []
