"""Turns templates into questions whose answers FastAPI itself gave."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import count as count_from
from itertools import islice
from random import Random

from bot.domain.people import Level
from bot.domain.question import Choice, Kind, Markdown, Question
from bot.errors import CommandError, NotFound
from bot.questions.generator.sandbox import Ended, Run, Sandbox
from bot.questions.generator.template import Misconception, Template, Variant
from bot.questions.generator.templates import TEMPLATES

PACK = "fastapi-generated"
WRONG_CHOICES = 3
BATCH = 16
PATIENCE = 200
"""So many variants may fail in a row before the generator gives up."""


@dataclass(frozen=True, slots=True)
class GeneratedQuestion:
    """A question with all that it takes to run it again.

    `misconceptions` are the names behind the choices, in their order; None is the right one.
    """

    question: Question
    template: str
    program: str
    call: str
    printed: str
    misconceptions: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A variant that waits to be run, and the random numbers left for its choices."""

    template: Template
    variant: Variant
    random: Random


def generate(
    topic: str | None,
    count: int,
    seed: int,
    *,
    level: Level | None = None,
    sandbox: Sandbox | None = None,
    on_question: Callable[[GeneratedQuestion], None] | None = None,
) -> list[GeneratedQuestion]:
    """Make `count` different questions on a topic (None: all; a template's name will do).

    The same arguments give the same questions, and a larger count begins with the smaller
    one's. Blocks for about 50 ms a question; call it from a thread. Without a `sandbox`, one
    is started. Raises `NotFound` for an unknown topic or a level that it has no templates of,
    and `CommandError` when FastAPI is missing or no more questions can be made.
    """
    templates = find_templates(topic, level)
    with ExitStack() as stack:
        if sandbox is None:
            sandbox = stack.enter_context(Sandbox(workers=min(count, 2, os.cpu_count() or 1)))
        made: list[GeneratedQuestion] = []
        stream = stream_questions(templates, seed, sandbox, batch=min(count, BATCH))
        for question in islice(stream, count):
            made.append(question)
            if on_question is not None:
                on_question(question)
    return made


def list_topics() -> list[str]:
    """Name the topics that the templates cover."""
    return sorted({topic for template in TEMPLATES for topic in template.topics})


def find_templates(topic: str | None, level: Level | None = None) -> list[Template]:
    """Find the templates of a level on a topic, or the one of that name; raises `NotFound`."""
    found = [each for each in TEMPLATES if topic in (None, each.name, *each.topics)]
    fitting = [each for each in found if level in (None, each.level)]
    if fitting:
        return fitting
    if found:
        levels = sorted({each.level for each in found})
        raise NotFound(
            f"No generated questions on “{topic}” are of level {level}. "
            f"There are some for: {', '.join(levels)}."
        )
    assert topic is not None
    names = [*list_topics(), *(template.name for template in TEMPLATES)]
    near = get_close_matches(topic.casefold(), names, n=1, cutoff=0.6)
    hint = f" Did you mean “{near[0]}”?" if near else ""
    raise NotFound(
        f"No generated questions on “{topic}”.{hint} Topics: {', '.join(list_topics())}."
    )


def stream_questions(
    templates: Sequence[Template], seed: int, sandbox: Sandbox, batch: int
) -> Iterator[GeneratedQuestion]:
    """Run drafts, `batch` at a time, and give those that make a question, without end."""
    drafts = stream_drafts(templates, seed)
    failed: list[Draft] = []
    while True:
        waiting = list(islice(drafts, batch))
        programs = [draft.variant.program for draft in waiting]
        for draft, run in zip(waiting, sandbox.run_all(programs), strict=True):
            question = make_question(draft, run, sandbox.versions)
            if question is None:
                failed.append(draft)
                give_up_after(failed, sandbox.versions)
            else:
                failed.clear()
                yield question


def give_up_after(failed: Sequence[Draft], versions: Mapping[str, str]) -> None:
    """Raise `CommandError` when too many drafts in a row made no question."""
    if len(failed) >= PATIENCE:
        names = ", ".join(sorted({draft.template.name for draft in failed}))
        raise CommandError(
            f"FastAPI {versions['fastapi']} does not do what the templates {names} explain. "
            "Install the locked version with: make demo"
        )


def stream_drafts(templates: Sequence[Template], seed: int) -> Iterator[Draft]:
    """Give drafts, no two alike, the templates taking turns; ends when they repeat themselves."""
    order = Random(f"{seed}")  # noqa: S311 - repeatable on purpose
    seen: set[str] = set()
    repeated = 0
    for number in count_from():
        for template in order.sample(templates, len(templates)):
            random = Random(f"{seed}/{template.name}/{number}")  # noqa: S311 - likewise
            variant = template.build(random)
            repeated = repeated + 1 if variant.prompt in seen else 0
            if repeated > PATIENCE:
                return
            if not repeated:
                seen.add(variant.prompt)
                yield Draft(template, variant, random)


def make_question(draft: Draft, run: Run, versions: Mapping[str, str]) -> GeneratedQuestion | None:
    """Make a question of a draft that was run.

    None if the program failed, did not print what the template explains, or if too few
    misconceptions lead to a result of their own.
    """
    variant, printed = draft.variant, run.output.strip()
    wrong = pick_misconceptions(draft.random, variant, printed)
    if run.ended is not Ended.WELL or printed != variant.expected or len(wrong) < WRONG_CHOICES:
        return None
    right = Choice(printed, True, f"FastAPI {versions['fastapi']} printed this.")
    choices = [(right, None), *[(describe_misconception(each), each.name) for each in wrong]]
    draft.random.shuffle(choices)
    return GeneratedQuestion(
        question=write_question(draft, printed, [choice for choice, _ in choices], versions),
        template=draft.template.name,
        program=variant.program,
        call=variant.call,
        printed=printed,
        misconceptions=tuple(name for _, name in choices),
    )


def pick_misconceptions(random: Random, variant: Variant, printed: str) -> list[Misconception]:
    """Pick those that fit, whose results differ from the right one and from each other."""
    by_result: dict[str, Misconception] = {}
    for each in random.sample(variant.misconceptions, len(variant.misconceptions)):
        if each.fits and each.result != printed:
            by_result.setdefault(each.result, each)
    return list(by_result.values())[:WRONG_CHOICES]


def describe_misconception(misconception: Misconception) -> Choice:
    """Make a wrong choice of it."""
    text = f"The misconception “{misconception.name}”: {misconception.why}"
    return Choice(misconception.result, False, text)


def write_question(
    draft: Draft, printed: str, choices: Sequence[Choice], versions: Mapping[str, str]
) -> Question:
    """Write the question down; its id follows from its content."""
    template, variant = draft.template, draft.variant
    content = "\n".join([variant.prompt, variant.program, *(choice.text for choice in choices)])
    digest = hashlib.blake2b(content.encode(), digest_size=6).hexdigest()
    answer = (
        f"{variant.explanation}\n\n"
        f"Run with FastAPI {versions['fastapi']}, the program printed:\n\n```text\n{printed}\n```"
    )
    return Question(
        id=f"generated-{template.name}-{digest}",
        pack=PACK,
        title=template.title,
        level=template.level,
        topics=template.topics,
        kind=Kind.CHOICE,
        prompt=Markdown(variant.prompt),
        answer=Markdown(answer),
        choices=tuple(choices),
        checked_with=dict(versions),
    )
