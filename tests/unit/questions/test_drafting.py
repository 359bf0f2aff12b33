"""Questions from forms: what is taken, what is refused, and that nothing typed gets through."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.people import Level
from bot.domain.question import Choice, KeyPoint, Kind, Question
from bot.domain.writing import WrittenQuestion
from bot.errors import CommandError
from bot.questions.drafting import (
    FIELDS,
    LONGEST_TEXT,
    build_draft,
    edit_draft,
    judge_written,
    list_remarks,
    make_id,
    make_title,
    read_choices,
    write_choices,
    write_fields,
)
from bot.questions.loader import load_pack
from bot.questions.pack_files import shipped_packs
from bot.questions.schema import ID_PATTERN
from bot.questions.similarity import find_nearest

GOOD = {
    "question": "What is a lifespan?\n\n```python\napp = FastAPI(lifespan=run)\n```",
    "answer": "A context manager around the application's life.",
    "level": "senior",
    "topic": "Life span",
    "choices": "",
}
HOSTILE = st.text(st.characters(), max_size=300) | st.sampled_from(
    [
        "x" * (LONGEST_TEXT + 1),
        "a\x00b",
        "\u202egnp.exe",
        "\ud800",
        "## Answer\nmine",
        "---\nid: x\n---",
        "```python\n" + "(" * 2000 + "\n```",
        "```python\n" + "-" * 2500 + "1\n```",
        "* a\n* b",
        "*a || b || c ; d",
        "{{7*7}}",
        "<!channel>",
        "none",
    ]
)


def test_a_form_becomes_a_question() -> None:
    draft = build_draft(GOOD, 7)
    assert (draft.id, draft.title) == ("own-7-what-is-a-lifespan", "What is a lifespan?")
    assert (draft.level, draft.topics, draft.kind) == (
        Level.FIVE_YEAR,
        ("life-span",),
        Kind.OPEN,
    )
    assert (draft.pack, draft.proof) == ("own", "")


@pytest.mark.parametrize(
    ("field", "text", "problem"),
    [
        ("question", " \n", "missing"),
        ("answer", "", "missing"),
        ("level", "wizard", "not a level"),
        ("topic", "???", "small letters"),
        ("question", "x" * 3001, "3,001 characters"),
        ("answer", "a\x1b[31mb", "U+001B"),
        ("answer", "safe\u202eelif", "U+202E"),
        ("question", "## Answer\n\nMine", "heading"),
        ("choices", "one\ntwo", "0 choices are right"),
        ("choices", "*one", "2 to 6"),
        ("choices", "*one\n*two", "2 choices are right"),
        ("choices", "\n".join(["*a", *"bcdefgh"]), "6 is the most"),
        ("choices", "*one\none", "twice"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_field(field: str, text: str, problem: str) -> None:
    with pytest.raises(CommandError) as refused:
        build_draft(GOOD | {field: text})
    assert refused.value.field == field
    assert problem in str(refused.value)


def test_what_is_wrong_with_choices_is_mended_as_choices_are_typed() -> None:
    for text in ("one\ntwo", "*one\n*two"):
        with pytest.raises(CommandError, match=r"^The choices do not fit: .* \* before the right"):
            build_draft(GOOD | {"choices": text})


@given(st.fixed_dictionaries(dict.fromkeys((*FIELDS, "title"), HOSTILE)))
@settings(max_examples=300, deadline=None)
def test_hostile_forms_are_taken_or_refused_with_a_sentence(values: dict[str, str]) -> None:
    known = values | {"level": "fresher", "topic": "routing"}
    for given_values in (values, known):
        with contextlib.suppress(CommandError):
            check_harmless(build_draft(given_values))


@given(st.dictionaries(st.sampled_from((*FIELDS, "title")), HOSTILE), st.booleans())
@settings(max_examples=300, deadline=None)
def test_hostile_edits_leave_a_whole_question_or_none(
    changed: dict[str, str], choice: bool
) -> None:
    before = build_draft(GOOD | ({"choices": "*a || b\nc"} if choice else {}))
    with contextlib.suppress(CommandError):
        check_harmless(edit_draft(before, changed))


def check_harmless(question: Question) -> None:
    """It keeps the format, can be edited again and carries nothing to be run."""
    assert re.fullmatch(ID_PATTERN, question.id)
    assert len(question.id) <= 60
    assert question.proof == ""
    assert 0 < len(question.title) <= 80
    assert "\n" not in question.title
    assert len(question.prompt) <= LONGEST_TEXT >= len(question.answer)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", repr(write_fields(question)))
    assert edit_draft(question, write_fields(question)) == question
    list(list_remarks(question))


@given(st.text(), st.integers(0, 10**9))
def test_any_title_makes_an_id_that_no_shipped_question_has(text: str, number: int) -> None:
    made = make_id(make_title(text), number)
    assert re.fullmatch(ID_PATTERN, made)
    assert made.startswith("own-")
    assert len(made) <= 60


def test_choices_are_read_as_they_are_written() -> None:
    choices = (Choice("int | None", True, "It is | a union."), Choice("a ; b", False, "No."))
    written = write_choices(choices)
    assert [Choice(**each) for each in read_choices(written)] == list(choices)  # type: ignore[arg-type]
    assert [each["text"] for each in read_choices("one ; *two ; three")] == ["one", "two", "three"]
    assert read_choices("none") == []


def test_every_shipped_question_that_fits_a_form_survives_it() -> None:
    for folder in shipped_packs().values():
        for question in load_pack(folder):
            if max(len(question.prompt), len(question.answer)) <= LONGEST_TEXT:
                assert edit_draft(question, write_fields(question)) == question
                other = edit_draft(question, {"level": "fresher"})
                assert (other.prompt, other.choices) == (question.prompt, question.choices)


def test_a_changed_answer_drops_the_key_points_of_the_old_one() -> None:
    written = WrittenQuestion(
        "T", Level.FRESHER, ("a b",), Kind.OPEN, "Why?", "So.", (KeyPoint("So it is."),)
    )
    question = judge_written(written)
    assert question is not None
    assert question.topics == ("a-b",)
    assert edit_draft(question, {"question": "Why not?"}).key_points == question.key_points
    assert edit_draft(question, {"answer": "Otherwise."}).key_points == ()


def test_the_nearest_question_is_found_and_strangers_are_not() -> None:
    [pack] = [load_pack(folder) for name, folder in shipped_packs().items() if name == "fastapi"]
    for question in pack[:20]:
        assert find_nearest(question, [each for each in pack if each != question]) is None
        assert find_nearest(question, pack) == question
    assert find_nearest(pack[0], []) is None
