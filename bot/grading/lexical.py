"""The grader that is always there: words against words, nothing but the standard library's kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.grading import Grade, GradingTask, PointVerdict, Verdict, band_of
from bot.domain.writing import Asker
from bot.grading.answer import Answer, read_answer
from bot.grading.aside import run_aside
from bot.grading.exchange import Reference, find_exchanged, read_statements
from bot.grading.fluency import rate_credibility
from bot.grading.focus import Topic, make_topic, measure_focus
from bot.grading.gates import SENTENCES, find_gate
from bot.grading.kept import KeptTasks
from bot.grading.matching import Vocabulary, list_spans
from bot.grading.phrases import denies_the_rest
from bot.grading.points import (
    PointMatch,
    WeighedPoint,
    deny_advised,
    deny_exchanged,
    draw_key_points,
    judge_point,
    match_point,
    weigh_point,
)
from bot.grading.polarity import Claims, find_reversed, read_claims
from bot.grading.scoring import (
    LEXICAL,
    Curves,
    Whole,
    score_drawn,
    score_given,
    temper_match,
    weigh_effort,
)
from bot.grading.text import Sentence, Token, group_sentences, read_sentences, read_tokens

LONG_ANSWER = 1_000
"""Characters from which grading leaves the event loop: from here on it may take over 5 ms."""
REVERSAL = 0.7
"""What an answer loses that says the opposite throughout; a misread negator costs it too."""


@dataclass(frozen=True, slots=True)
class PreparedTask:
    """A task read once and kept for every answer to it."""

    question: tuple[Token, ...]
    asked: Vocabulary
    reference: tuple[Token, ...]
    expected: Vocabulary
    points: tuple[WeighedPoint, ...]
    topic: Topic
    drawn: bool
    claims: Claims
    said: Reference


class LexicalGrader:
    """Grades by the words that an answer shares with the key points; needs nothing else."""

    name = "lexical"

    async def grade(self, task: GradingTask, answer: str, asker: Asker | None = None) -> Grade:
        """Grade on the event loop if that is quick, or else in a thread.

        A task is quick once it was read for an answer before.
        """
        if len(answer) <= LONG_ANSWER and task in _TASKS:
            return grade_answer(task, answer)
        return await run_aside(grade_answer, task, answer)


def prepare_task(task: GradingTask) -> PreparedTask:
    """Return the task as it was read for an answer before, or read it."""
    return _TASKS.get(task)


def _read_task(task: GradingTask) -> PreparedTask:
    """Read question, reference and key points."""
    question, reference = read_tokens(task.question), read_tokens(task.reference)
    asked, expected = Vocabulary(question), Vocabulary(reference)
    sentences = group_sentences(task.reference, reference)
    spans = list_spans(sentences)
    drawn = not task.key_points
    points = task.key_points or draw_key_points(task.reference)
    written = [token for point in task.key_points for token in read_tokens(point.text)]
    return PreparedTask(
        question,
        asked,
        reference,
        expected,
        tuple(weigh_point(point, drawn, asked, expected, spans) for point in points),
        make_topic(question, (*reference, *written)),
        drawn,
        read_claims(sentences, asked),
        Reference(read_statements((*sentences, *_read_points(task)))),
    )


def _read_points(task: GradingTask) -> Iterator[Sentence]:
    for point in task.key_points:
        yield from read_sentences(point.text)


_TASKS = KeptTasks(_read_task)


def grade_answer(task: GradingTask, answer: str) -> Grade:
    """Grade one answer; pure."""
    prepared = prepare_task(task)
    read = read_answer(answer)
    refused = refuse_answer(prepared, read)
    if refused is not None:
        return refused
    matches = [match_point(point, read, read.words) for point in prepared.points]
    return grade_matches(prepared, matches, read, LEXICAL, LexicalGrader.name)


def grade_matches(
    prepared: PreparedTask,
    matches: Sequence[PointMatch],
    answer: Answer,
    curves: Curves,
    grader: str,
    whole: Whole | None = None,
) -> Grade:
    """Make the grade of an answer from its points, however they were matched.

    What the answer is as a whole is measured by words if it is not given.
    """
    exchanges = find_exchanged(prepared.said, answer.sentences)
    matches = [deny_advised(deny_exchanged(match, exchanges)) for match in matches]
    reversed_in, turned = find_reversed(prepared.claims, answer)
    if denies_the_rest(answer.text):
        reversed_in, turned = answer.sentences, 1.0
    whole = whole or Whole(measure_focus(answer.content, prepared.topic))
    if prepared.drawn:
        effort = weigh_effort(answer.content, prepared.asked, prepared.expected)
        score = score_drawn(matches, effort, curves.drawn, whole.kinship) * whole.focus
    else:
        matches = [temper_match(match, whole.focus, curves.given) for match in matches]
        score = score_given(matches, curves.given)
    score *= rate_credibility(answer.text, answer.sentences, prepared.reference)
    score = round(score * (1.0 - REVERSAL * turned), 4)
    points = tuple(judge_point(match, reversed_in) for match in matches)
    return Grade(score, band_of(score), points, None, grader, write_feedback(points, matches))


def refuse_answer(prepared: PreparedTask, answer: Answer) -> Grade | None:
    """Give the grade of an answer that falls under a gate, or None if it is worth grading."""
    gate = find_gate(answer, prepared.question, prepared.topic, prepared.expected)
    if gate is None:
        return None
    points = tuple(PointVerdict(point.text, Verdict.MISSING) for point in prepared.points)
    return Grade(0.0, band_of(0.0), points, gate, LexicalGrader.name, SENTENCES[gate])


def write_feedback(points: Sequence[PointVerdict], matches: Sequence[PointMatch]) -> str:
    """Name the point made best and the one that would gain most, in one sentence."""
    judged = list(zip(points, matches, strict=True))
    made = [(point, match) for point, match in judged if point.verdict is Verdict.MET]
    best = max(made, key=lambda one: one[1].coverage, default=None)
    wanted = _pick_wanted(judged)
    if wanted is None:
        return "Every key point is there."
    point, match = wanted
    verb = "look again at" if point.verdict is Verdict.WRONG else "add"
    this = "this, which you say the other way round" if match.turned else "this"
    if best is None:
        return f"To gain most, {verb} {this}: {point.text}"
    return (
        f"You made this point well: {best[0].text.rstrip('.')}; next, {verb} {this}: {point.text}"
    )


def _pick_wanted(
    judged: Sequence[tuple[PointVerdict, PointMatch]],
) -> tuple[PointVerdict, PointMatch] | None:
    """Pick the weightiest of what is wrong, or else of what is missing, or of what is half said."""
    for kind in (Verdict.WRONG, Verdict.MISSING, Verdict.PARTIAL):
        if those := [one for one in judged if one[0].verdict is kind]:
            return max(those, key=lambda one: one[1].point.weight)
    return None
