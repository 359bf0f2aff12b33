"""Every template, without running a program and with."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from random import Random

import pytest

from bot.questions.generator.generate import WRONG_CHOICES, pick_misconceptions
from bot.questions.generator.sandbox import Ended, Sandbox
from bot.questions.generator.template import Template
from bot.questions.generator.templates import TEMPLATES
from bot.questions.lint import CHOICE_ANSWER_WORDS

PRINTED = "Run with FastAPI 0.165.0, the program printed:"

each_template = pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as started:
        yield started


def test_names_are_unique() -> None:
    assert len({template.name for template in TEMPLATES}) == len(TEMPLATES) >= 15


@each_template
def test_has_thousands_of_variants(template: Template) -> None:
    prompts = {template.build(Random(seed)).prompt for seed in range(3000)}
    assert len(prompts) >= 2000


@each_template
def test_right_answers_vary(template: Template) -> None:
    answers = [template.build(Random(seed)).expected for seed in range(300)]
    assert max(answers.count(answer) for answer in set(answers)) <= 150


@each_template
def test_the_same_numbers_build_the_same_variant(template: Template) -> None:
    assert template.build(Random(7)) == template.build(Random(7))


@each_template
def test_most_variants_have_enough_wrong_results(template: Template) -> None:
    variants = [template.build(Random(seed)) for seed in range(300)]
    usable = [
        len(pick_misconceptions(Random(0), variant, variant.expected)) >= WRONG_CHOICES
        for variant in variants
    ]
    assert sum(usable) >= 200


@each_template
def test_texts_are_fit_for_a_chat(template: Template) -> None:
    for seed in range(100):
        variant = template.build(Random(seed))
        ast.parse(variant.program)
        assert len(variant.prompt) <= 1600
        assert max(len(line) for line in variant.code.splitlines()) <= 100
        assert variant.explanation.endswith(".")
        assert len(f"{variant.explanation} {PRINTED}".split()) >= CHOICE_ANSWER_WORDS[0]
        for misconception in variant.misconceptions:
            assert misconception.why.endswith(".")
            assert 0 < len(misconception.result) <= 150
            assert "\n" not in misconception.result


def test_a_query_without_a_repeated_name_is_not_refused_for_one() -> None:
    template = next(each for each in TEMPLATES if each.name == "list-query")
    for seed in range(300):
        variant = template.build(Random(seed))
        offered = {each.name for each in variant.misconceptions if each.fits}
        assert ("&" in variant.call) == ("repeated values are refused" in offered), variant.call


@each_template
def test_fastapi_agrees_with_the_explanation(template: Template, sandbox: Sandbox) -> None:
    variants = [template.build(Random(f"{template.name}{seed}")) for seed in range(12)]
    runs = sandbox.run_all(variant.program for variant in variants)
    for variant, run in zip(variants, runs, strict=True):
        assert (run.ended, run.output.strip()) == (Ended.WELL, variant.expected), (
            variant.program + run.errors
        )
        assert run.errors == "", "a deprecation, perhaps"


@pytest.mark.parametrize(
    ("name", "belief", "words"),
    [
        ("background-order", "middleware", "@app.middleware"),
        ("background-order", "exception", "raise HTTPException"),
        ("background-order", "whatever happens", "raise HTTPException"),
        ("dependency-override", "direct calls", "() * "),
        ("dependency-override", "stay once", ".clear()"),
        ("error-location", "names of Python", "Header()"),
        ("error-location", "the model is named", "BaseModel"),
        ("query-defaults", "`| None` makes", "| None"),
        ("status-code", "the parameter's status", "response.status_code = "),
        ("status-code", "`JSONResponse` or an exception", "if "),
    ],
)
def test_a_belief_is_about_something_in_the_program(name: str, belief: str, words: str) -> None:
    (template,) = [each for each in TEMPLATES if each.name == name]
    offered = 0
    for seed in range(300):
        variant = template.build(Random(seed))
        for wrong in pick_misconceptions(Random(seed), variant, variant.expected):
            if belief in wrong.name:
                offered += 1
                assert words in variant.code, wrong
    assert offered


def test_no_wrong_body_has_a_number_that_the_program_lacks() -> None:
    (template,) = [each for each in TEMPLATES if each.name == "response-model"]
    for seed in range(300):
        variant = template.build(Random(seed))
        for wrong in pick_misconceptions(Random(seed), variant, variant.expected):
            numbers = set(re.findall(r"\d+", wrong.result.partition(" ")[2]))
            assert numbers <= set(re.findall(r"\d+", variant.code)), wrong
