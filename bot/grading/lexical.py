"""The grader that is always there: words against words, nothing but the standard library's kind."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from functools import lru_cache

from bot.domain.grading import Grade, GradingTask, PointVerdict, Verdict, band_of
from bot.grading.gates import SENTENCES, find_gate
from bot.grading.matching import Vocabulary
from bot.grading.points import (
    PointMatch,
    WeighedPoint,
    draw_key_points,
    judge_point,
    match_point,
    weigh_points,
)
from bot.grading.text import Sentence, Token, group_sentences, read_tokens

LONG_ANSWER = 4_000
"""Characters from which grading leaves the event loop."""


@dataclass(frozen=True, slots=True)
class PreparedTask:
    """A task read once and kept for every answer to it."""

    question: tuple[Token, ...]
    reference: Vocabulary
    points: tuple[WeighedPoint, ...]


class LexicalGrader:
    """Grades by the words that an answer shares with the key points; needs nothing else."""

    name = "lexical"

    async def grade(self, task: GradingTask, answer: str) -> Grade:
        """Grade on the event loop if the answer is short, in a thread if it is long."""
        if len(answer) <= LONG_ANSWER:
            return grade_answer(task, answer)
        return await asyncio.to_thread(grade_answer, task, answer)


@lru_cache(maxsize=256)
def prepare_task(task: GradingTask) -> PreparedTask:
    """Read question, reference and key points."""
    question = read_tokens(task.question)
    reference = Vocabulary(read_tokens(task.reference))
    points = task.key_points or draw_key_points(task.reference)
    return PreparedTask(question, reference, weigh_points(points, Vocabulary(question), reference))


def grade_answer(task: GradingTask, answer: str) -> Grade:
    """Grade one answer; pure."""
    prepared = prepare_task(task)
    tokens = read_tokens(answer)
    gate = find_gate(answer, tokens, prepared.question, prepared.reference)
    if gate is not None:
        return _close_gate(prepared, gate)
    sentences = group_sentences(answer, tokens)
    matches = match_points(prepared, sentences)
    points = tuple(map(judge_point, matches))
    score = round(score_matches(matches), 4)
    return Grade(score, band_of(score), points, None, LexicalGrader.name, write_feedback(points))


def _close_gate(prepared: PreparedTask, gate: str) -> Grade:
    points = tuple(PointVerdict(point.text, Verdict.MISSING) for point in prepared.points)
    return Grade(0.0, band_of(0.0), points, gate, LexicalGrader.name, SENTENCES[gate])


def match_points(prepared: PreparedTask, sentences: tuple[Sentence, ...]) -> tuple[PointMatch, ...]:
    """Look for each point in the sentences of an answer."""
    answer = Vocabulary(token for sentence in sentences for token in sentence.tokens)
    parts = [(sentence, Vocabulary(sentence.tokens)) for sentence in sentences]
    return tuple(match_point(point, answer, parts) for point in prepared.points)


def score_matches(matches: tuple[PointMatch, ...]) -> float:
    """Average the coverage by the points' weights and bend it as lenient people grade."""
    total = sum(match.point.weight for match in matches)
    if not total:
        return 0.0
    mean = sum(match.point.weight * match.coverage for match in matches) / total
    return min(1.0, math.pow(mean, 0.6))


def write_feedback(points: tuple[PointVerdict, ...]) -> str:
    """Name the strongest point made and the first one worth adding, in one sentence."""
    made = next((point.text for point in points if point.verdict is Verdict.MET), None)
    open_points = (Verdict.WRONG, Verdict.MISSING, Verdict.PARTIAL)
    wanted = next((p for kind in open_points for p in points if p.verdict is kind), None)
    if wanted is None:
        return "Every key point is there."
    verb = "look again at" if wanted.verdict is Verdict.WRONG else "add"
    if made is None:
        return f"To gain most, {verb} this: {wanted.text}"
    return f"You made this point well: {made.rstrip('.')}; next, {verb} this: {wanted.text}"
