"""Questions from the templates, as the generator gives them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from bot.domain.question import Kind
from bot.errors import CommandError, NotFound
from bot.questions.generator.generate import (
    PACK,
    Draft,
    GeneratedQuestion,
    find_templates,
    generate,
    list_topics,
    make_question,
    stream_questions,
)
from bot.questions.generator.sandbox import Ended, Run, Sandbox
from bot.questions.generator.template import Template, Variant
from bot.questions.generator.templates import TEMPLATES

VERSIONS = {"fastapi": "0"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as started:
        yield started


@pytest.fixture(scope="module")
def made(sandbox: Sandbox) -> list[GeneratedQuestion]:
    return generate(None, 60, 11, sandbox=sandbox)


def draft_question(template: Template, seed: int) -> GeneratedQuestion | None:
    """Make a question as if its program had printed what the template expects."""
    random = Random(seed)
    variant = template.build(random)
    run = Run(Ended.WELL, variant.expected, "")
    return make_question(Draft(template, variant, random), run, VERSIONS)


def test_gives_as_many_as_asked_and_no_two_alike(made: list[GeneratedQuestion]) -> None:
    assert len({each.question.prompt for each in made}) == 60
    assert len({each.question.id for each in made}) == 60


def test_the_right_choice_is_what_the_program_prints_again(
    made: list[GeneratedQuestion], sandbox: Sandbox
) -> None:
    runs = sandbox.run_all(each.program for each in made)
    for each, run in zip(made, runs, strict=True):
        right = [choice.text for choice in each.question.choices if choice.right]
        assert right == [each.printed] == [run.output.strip()]
        assert each.call in each.program


def test_choices_differ_and_name_their_misconceptions(made: list[GeneratedQuestion]) -> None:
    for each in made:
        choices = each.question.choices
        assert len({choice.text for choice in choices}) == 4
        for choice, misconception in zip(choices, each.misconceptions, strict=True):
            assert choice.right == (misconception is None)
            assert misconception is None or misconception in choice.why


def test_questions_are_whole(made: list[GeneratedQuestion], sandbox: Sandbox) -> None:
    for each in made:
        question = each.question
        assert (question.pack, question.kind) == (PACK, Kind.CHOICE)
        assert question.id.startswith(f"generated-{each.template}-")
        assert question.checked_with == sandbox.versions
        assert each.printed in question.answer


def test_every_template_is_used(made: list[GeneratedQuestion]) -> None:
    assert {each.template for each in made} == {template.name for template in TEMPLATES}


def test_the_same_seed_gives_the_same_questions(
    made: list[GeneratedQuestion], sandbox: Sandbox
) -> None:
    assert generate(None, 25, 11, sandbox=sandbox) == made[:25]


def test_another_seed_gives_other_questions(
    made: list[GeneratedQuestion], sandbox: Sandbox
) -> None:
    other = generate(None, 25, 12, sandbox=sandbox)
    assert not {each.question.id for each in other} & {each.question.id for each in made}


def test_starts_a_sandbox_by_itself() -> None:
    assert len(generate("dependency-order", 2, 1)) == 2


def test_right_answers_are_spread_evenly_over_the_positions() -> None:
    positions = [
        question.misconceptions.index(None)
        for template in TEMPLATES
        for seed in range(100)
        if (question := draft_question(template, seed)) is not None
    ]
    shares = [positions.count(position) / len(positions) for position in range(4)]
    assert all(0.21 <= share <= 0.29 for share in shares), shares


def test_a_result_that_the_template_does_not_explain_makes_no_question() -> None:
    template = TEMPLATES[0]
    variant = template.build(Random(1))
    draft = Draft(template, variant, Random(1))
    assert make_question(draft, Run(Ended.WELL, "418", ""), VERSIONS) is None
    assert make_question(draft, Run(Ended.BADLY, variant.expected, ""), VERSIONS) is None
    assert make_question(draft, Run(Ended.LATE, variant.expected, ""), VERSIONS) is None


def test_gives_up_with_a_sentence_when_fastapi_disagrees(sandbox: Sandbox) -> None:
    def build_false(random: Random) -> Variant:
        return replace(TEMPLATES[0].build(random), call="print('changed')")

    false = Template("false", "", (), TEMPLATES[0].level, build_false)
    with pytest.raises(CommandError, match="templates false"):
        next(stream_questions([false], 1, sandbox, 16))


@pytest.mark.parametrize("topic", list_topics())
def test_a_topic_finds_its_templates(topic: str) -> None:
    assert all(topic in template.topics for template in find_templates(topic))


def test_an_unknown_topic_gets_the_nearest_one() -> None:
    with pytest.raises(NotFound, match="Did you mean “dependencies”"):
        find_templates("dependancies")
