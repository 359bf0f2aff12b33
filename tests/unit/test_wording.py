"""Words that every platform shows."""

from __future__ import annotations

import pytest

from bot.domain.wording import name_field, name_grader, plural


@pytest.mark.parametrize(
    ("grader", "said"),
    [
        ("lexical", "matching words (lexical)"),
        ("lexical, scored offline", "matching words (lexical, scored offline)"),
        ("semantic", "matching meaning (semantic)"),
        ("choice", "the choice"),
        ("openai:fake", "openai:fake"),
    ],
)
def test_a_grader_is_told_in_words_and_by_its_name(grader: str, said: str) -> None:
    assert name_grader(grader) == said


def test_one_word_is_no_words() -> None:
    assert [plural(count, "word") for count in (0, 1, 2, 1_000)] == [
        "0 words",
        "1 word",
        "2 words",
        "1,000 words",
    ]


def test_a_field_is_labelled_as_people_say() -> None:
    assert [name_field(name) for name in ("tz", "timezone", "away-until")] == [
        "Time zone",
        "Time zone",
        "Away until",
    ]
