"""Each check finds what it is for, and leaves a good pack alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.grading import Grade, GradingTask, PointVerdict, Verdict, band_of
from bot.domain.people import Level
from bot.domain.question import Choice, KeyPoint, Kind, Markdown, Question
from bot.grading.lexical import LexicalGrader
from bot.questions.lint import check_answers, find_percentile, lint_pack
from bot.questions.loader import load_pack
from bot.questions.markdown import strip_markup
from bot.questions.pack_files import shipped_packs
from bot.questions.similarity import find_near_duplicates
from bot.questions.spelling import check_spelling

OPEN = Question(
    id="open-one",
    pack="mine",
    title="Open",
    level=Level.FRESHER,
    topics=("testing",),
    kind=Kind.OPEN,
    prompt=Markdown("Why?"),
    answer=Markdown("word " * 100),
    key_points=tuple(KeyPoint(text) for text in ("one", "two", "three")),
    sources=("A book: chapter 1",),
    follow_ups=("And then?",),
    mistakes=("Saying nothing.",),
    checked_with={"fastapi": "0.165.0"},
)
CHOICE = replace(
    OPEN,
    id="choice-one",
    title="Pick",
    kind=Kind.CHOICE,
    prompt=Markdown("Which?"),
    key_points=(),
    choices=(Choice("a", True, "Yes."), Choice("bb", False, "No."), Choice("c", False, "No.")),
)


def find_problems(*questions: Question) -> list[str]:
    return [str(finding) for finding in lint_pack(questions)]


def test_the_shipped_pack_passes() -> None:
    assert find_problems(*load_pack(shipped_packs()["fastapi"])) == []


def test_the_shipped_pack_is_spelt_right() -> None:
    assert check_spelling([shipped_packs()["fastapi"]]) == ()


def test_good_questions_pass() -> None:
    assert find_problems(OPEN, CHOICE) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"answer": "word " * 79}, "79 words"),
        ({"answer": "word " * 251}, "251 words"),
        ({"answer": "word " * 100 + "\n```py\n" + "x = 1\n" * 800 + "```"}, "answer has 5"),
        ({"prompt": "w" * 1_801}, "prompt has 1801 characters"),
        ({"key_points": OPEN.key_points[:2]}, "2 key points"),
        ({"sources": ()}, "no source"),
        ({"checked_with": {}}, "no version"),
        ({"follow_ups": ()}, "no follow-ups"),
        ({"mistakes": ()}, "no common mistake"),
        ({"proof": "```python\nx = 1\n```"}, "claims nothing"),
        ({"prompt": "Look:\n\n```py\nx = (\n```"}, "Line 4 of its prompt is not Python"),
    ],
)
def test_open_questions_are_judged(change: dict[str, Any], problem: str) -> None:
    (found,) = find_problems(replace(OPEN, **change))
    assert found.startswith("open-one: ")
    assert problem in found


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"choices": CHOICE.choices[:2]}, "2 choices"),
        ({"choices": (*CHOICE.choices[:2], Choice("x" * 181, False, "No."))}, "181 characters"),
    ],
)
def test_choice_questions_are_judged(change: dict[str, Any], problem: str) -> None:
    (found,) = find_problems(replace(CHOICE, **change))
    assert problem in found


def test_near_duplicates_are_found() -> None:
    prompts = [
        "Why does a yield dependency close the session late?",
        "Why does a yield dependency close its session so late?",
        "Which header carries the token?",
        "What does a router's prefix change?",
    ]
    pack = [
        replace(OPEN, id=f"q-{at}", prompt=Markdown(text), title="", key_points=())
        for at, text in enumerate(prompts)
    ]
    ((one, other, similarity),) = find_near_duplicates(pack)
    assert (one.id, other.id) == ("q-0", "q-1")
    assert 0.6 <= similarity < 1


def make_choices(rights: Sequence[int], long_right: bool = False) -> list[Question]:
    words = ("alpha", "beta", "gamma", "delta", "eta", "zeta", "iota", "kappa", "mu", "nu", "xi")
    return [
        replace(
            CHOICE,
            id=f"q-{at}",
            title=f"{words[at % 11]} {at}",
            prompt=Markdown(f"{words[at // 2]} {at * 7}"),
            choices=tuple(
                Choice(
                    f"{words[place]}{at}" + "x" * (20 if long_right and place == right else 0),
                    place == right,
                    "Why.",
                )
                for place in range(3)
            ),
        )
        for at, right in enumerate(rights)
    ]


def test_uneven_positions_are_found() -> None:
    assert find_problems(*make_choices([0, 1, 2] * 4)) == []
    (found,) = find_problems(*make_choices([0, 1, 2] + [1] * 9))
    assert found.startswith("pack: 10 of 12 right choices stand at position 2.")


def test_a_right_choice_that_is_always_longest_is_found() -> None:
    (found,) = find_problems(*make_choices([0, 1, 2] * 4, long_right=True))
    assert "longest in 12 of 12" in found


class CountingGrader:
    """Scores by the share of key points whose text stands in the answer."""

    name = "counting"

    async def grade(self, task: GradingTask, answer: str) -> Grade:
        points = tuple(
            PointVerdict(point.text, Verdict.MET if point.text in answer else Verdict.MISSING)
            for point in task.key_points
        )
        score = sum(point.verdict is Verdict.MET for point in points) / len(points)
        return Grade(score, band_of(score), points, None, self.name)


async def test_a_model_answer_must_say_its_key_points() -> None:
    full = replace(OPEN, answer=Markdown("one two three"))
    short = replace(OPEN, id="short", answer=Markdown("**one** `two`"))
    checked = await check_answers([full, short], CountingGrader())
    (finding,) = checked.findings
    assert finding.question_id == "short"
    assert "scores 0.67 (counting grader)" in finding.problem
    assert "three" in finding.mend
    assert "reach 1.00 at the 95th percentile (counting grader): too high" in str(checked)


async def test_answers_that_fit_only_their_question_pass() -> None:
    pack = [
        replace(OPEN, id=f"q-{at}", answer=Markdown(text), key_points=(KeyPoint(text),))
        for at, text in enumerate(("apples", "pears", "plums"))
    ]
    checked = await check_answers(pack, CountingGrader())
    assert checked.findings == ()
    assert "reach 0.00 at the 95th percentile (counting grader): as wanted" in str(checked)


async def test_the_shipped_answers_say_their_key_points() -> None:
    checked = await check_answers(load_pack(shipped_packs()["fastapi"]), LexicalGrader())
    assert list(map(str, checked.findings)) == []


def test_percentiles_take_the_nearest_rank() -> None:
    values = [at / 100 for at in range(100, 0, -1)]
    assert find_percentile(values, 0.95) == 0.95
    assert find_percentile([0.3], 0.95) == 0.3


def test_markup_and_code_are_no_words() -> None:
    text = "**Use** `x`, see [docs](https://example.org).\n\n```py\ncode\n```\n\nEnd."
    assert strip_markup(text).split() == ["Use", "x,", "see", "docs.", "End."]


def test_misspelt_words_are_found_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "one.md"
    path.write_text("Fine.\nWe recieve it.\n")
    (fault,) = check_spelling([path])
    assert (fault.file, fault.line) == (str(path), 2)
    assert "receive" in fault.mend
