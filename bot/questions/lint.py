"""What a loadable question may still lack. docs/questions.md lists and explains the rules."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.domain.formatting import plural
from bot.domain.grading import GradingTask
from bot.domain.question import Kind, Question
from bot.ports import Grader
from bot.questions.markdown import find_code_blocks, strip_markup
from bot.questions.proofs import asserts_something, count_runs
from bot.questions.similarity import NEAR_DUPLICATE, find_near_duplicates

ANSWER_WORDS = (80, 250)
CHOICE_ANSWER_WORDS = (20, 250)
KEY_POINTS = (3, 6)
CHOICES = (3, 5)
LONGEST_PROMPT = 1_800
"""Fits one Discord message (2,000) and one Slack section (3,000) with its heading and footer."""

LONGEST_ANSWER = 3_800
"""Fits one Discord embed (4,096) and two Slack sections; longer ones go on in a second message."""

LONGEST_CHOICE = 180
FEWEST_TO_BALANCE = 12
OWN_ANSWER = 0.9
OTHER_ANSWERS = 0.35
OTHERS_COMPARED = 20
PAIRS_COMPARED = 5_000
"""Answers graded by another question's points: enough for a percentile of any pack."""

OnProgress = Callable[[float], None]
"""Is told the share (0..1) that is done."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What could be better in a question (or, without an id, in the pack), and how."""

    question_id: str | None
    problem: str
    mend: str

    def __str__(self) -> str:
        return f"{self.question_id or 'pack'}: {self.problem} {self.mend}"


def lint_pack(
    questions: Sequence[Question], on_progress: OnProgress = lambda _: None
) -> tuple[Finding, ...]:
    """Judge a pack by every rule that needs no grader; questions are half of the progress."""
    found: list[Finding] = []
    for at, question in enumerate(questions, 1):
        found += lint_question(question)
        on_progress(at / len(questions) / 2)
    twins = _find_twins(questions, lambda share: on_progress((1 + share) / 2))
    return (*found, *twins, *_check_positions(questions))


def lint_question(question: Question) -> Iterator[Finding]:
    """Judge one question by itself."""
    rules = _check_open(question) if question.kind is Kind.OPEN else _check_choices(question)
    for problem, mend in (*_check_lengths(question), *_check_code(question), *rules):
        yield Finding(question.id, problem, mend)
    if not question.sources:
        yield Finding(question.id, "It names no source.", "Add `sources:` by title and section.")
    if not question.checked_with:
        mend = "Add `checked_with: {fastapi: …}`."
        yield Finding(question.id, "It names no version that it was checked with.", mend)


def count_words(text: str) -> int:
    """Count the words of the prose; code blocks don't count."""
    return len(re.findall(r"\w[\w'’.-]*", strip_markup(text)))


def _check_lengths(question: Question) -> Iterator[tuple[str, str]]:
    low, high = ANSWER_WORDS if question.kind is Kind.OPEN else CHOICE_ANSWER_WORDS
    words = count_words(question.answer)
    if not low <= words <= high:
        yield f"The model answer has {plural(words, 'word')}.", f"Write {low} to {high}."
    for part, text, most in (
        ("prompt", question.prompt, LONGEST_PROMPT),
        ("answer", question.answer, LONGEST_ANSWER),
    ):
        if len(text) > most:
            yield f"The {part} has {len(text)} characters.", f"{most} fit one chat message."


def _check_open(question: Question) -> Iterator[tuple[str, str]]:
    low, high = KEY_POINTS
    if not low <= len(question.key_points) <= high:
        yield f"It has {plural(len(question.key_points), 'key point')}.", f"Write {low} to {high}."
    if not question.follow_ups:
        yield "It has no follow-ups.", "Add `## Follow-ups`; the mock interview asks them."
    if not question.mistakes:
        yield "It names no common mistake.", "Add `## Common mistakes`."


def _check_choices(question: Question) -> Iterator[tuple[str, str]]:
    low, high = CHOICES
    if not low <= len(question.choices) <= high:
        yield f"It has {plural(len(question.choices), 'choice')}.", f"Write {low} to {high}."
    for choice in question.choices:
        if len(choice.text) > LONGEST_CHOICE:
            yield f"A choice has {len(choice.text)} characters.", f"{LONGEST_CHOICE} are enough."


def _check_code(question: Question) -> Iterator[tuple[str, str]]:
    for part in ("prompt", "answer", "proof"):
        for block in find_code_blocks(getattr(question, part)):
            if block.info in ("python", "py"):
                yield from _check_syntax(part, block.code, block.line)
    if count_runs(question) and not asserts_something(question):
        yield "Its code runs but claims nothing.", "Print, and add an `output` block."


def _check_syntax(part: str, code: str, line: int) -> Iterator[tuple[str, str]]:
    try:
        compile(code, part, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        at = line + (getattr(error, "lineno", None) or 1) - 1
        yield f"Line {at} of its {part} is not Python.", "Mend it, or name another language."


def _find_twins(questions: Sequence[Question], on_progress: OnProgress) -> Iterator[Finding]:
    near = find_near_duplicates(questions, on_progress=on_progress)
    for one, other, similarity in near:
        problem = f"It is {similarity:.2f} like `{one.id}` (limit {NEAR_DUPLICATE})."
        yield Finding(other.id, problem, "Ask something else, or retire one of the two.")


def _check_positions(questions: Sequence[Question]) -> Iterator[Finding]:
    """A position may hold at most 15 points more than its share of the right choices."""
    chosen = [question for question in questions if question.kind is Kind.CHOICE]
    for size in sorted({len(question.choices) for question in chosen}):
        rights = [_find_right(one) for one in chosen if len(one.choices) == size]
        if len(rights) < FEWEST_TO_BALANCE:
            continue
        position, count = Counter(rights).most_common(1)[0]
        if count / len(rights) > 1 / size + 0.15:
            problem = f"{count} of {len(rights)} right choices stand at position {position + 1}."
            yield Finding(None, problem, "Spread them evenly.")
    longest = sum(_is_right_longest(question) for question in chosen)
    if len(chosen) >= FEWEST_TO_BALANCE and longest > len(chosen) / 2:
        problem = f"The right choice is the longest in {longest} of {len(chosen)} questions."
        yield Finding(None, problem, "Shorten it, or write the others out.")


def _find_right(question: Question) -> int:
    return next(at for at, choice in enumerate(question.choices) if choice.right)


def _is_right_longest(question: Question) -> bool:
    lengths = [len(choice.text) for choice in question.choices]
    return lengths.count(max(lengths)) == 1 and lengths.index(max(lengths)) == _find_right(question)


@dataclass(frozen=True, slots=True)
class AnswerCheck:
    """How a grader sees the model answers.

    `foreign` is the score, at the 95th percentile, of answers to other questions. A high one says
    as much about the grader as about the pack, so it is no finding against any question.
    """

    findings: tuple[Finding, ...]
    foreign: float
    grader: str

    def __str__(self) -> str:
        verdict = "as wanted" if self.foreign < OTHER_ANSWERS else "too high"
        return (
            f"Answers to other questions reach {self.foreign:.2f} at the 95th percentile"
            f" ({self.grader} grader): {verdict}, the goal is below {OTHER_ANSWERS}."
        )


async def check_answers(
    questions: Sequence[Question], grader: Grader, on_progress: OnProgress = lambda _: None
) -> AnswerCheck:
    """Grade each model answer by its own key points, and a sample of the others by them, too.

    A question's own answer must reach `OWN_ANSWER`.
    """
    chosen = [question for question in questions if question.key_points]
    compared = set(_choose(chosen, PAIRS_COMPARED // OTHERS_COMPARED))
    found: list[Finding] = []
    foreign: list[float] = []
    for at, question in enumerate(chosen, 1):
        on_progress(at / len(chosen))
        task = make_task(question)
        own = await grader.grade(task, task.reference)
        if own.score < OWN_ANSWER:
            missed = [point.text for point in own.points if point.verdict != "met"]
            problem = f"Its model answer scores {own.score:.2f} ({grader.name} grader)."
            mend = f"Let the answer say: {'; '.join(missed)}."
            found.append(Finding(question.id, problem, mend))
        for other in _sample_others(question, chosen) if question.id in compared else ():
            grade = await grader.grade(task, strip_markup(other.answer))
            foreign.append(grade.score)
    return AnswerCheck(
        tuple(found), find_percentile(foreign, 0.95) if foreign else 0.0, grader.name
    )


def make_task(question: Question) -> GradingTask:
    """Return the question as a task in plain words: its code is not what is measured by here."""
    return GradingTask(
        strip_markup(question.prompt), strip_markup(question.answer), question.key_points
    )


def _choose(questions: Sequence[Question], count: int) -> Iterator[str]:
    """Choose some questions, always the same ones of a pack."""
    chance = random.Random(len(questions))  # noqa: S311
    yield from chance.sample([one.id for one in questions], min(count, len(questions)))


def _sample_others(question: Question, chosen: Sequence[Question]) -> list[Question]:
    others = [other for other in chosen if other.id != question.id]
    return random.Random(question.id).sample(others, min(OTHERS_COMPARED, len(others)))  # noqa: S311


def find_percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` of the values don't exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]
