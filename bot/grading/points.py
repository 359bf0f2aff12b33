"""Key points: drawn from a reference where none are given, and looked for in an answer."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from bot.domain.grading import PointVerdict, Verdict
from bot.domain.question import KeyPoint
from bot.grading.answer import Answer
from bot.grading.exchange import Exchange
from bot.grading.matching import (
    DRAWN,
    GIVEN,
    Spans,
    Trace,
    Vocabulary,
    is_content,
    trace_words,
    weigh_token,
)
from bot.grading.polarity import advises, find_warning
from bot.grading.text import Sentence, Token, read_sentences, read_tokens

MET_FROM = 0.42
WRITTEN_MET_FROM = 0.5
"""Coverage from which a drawn point and, with chance taken off, a written one is met."""
PARTIAL_FROM = 0.2
NEAR_FROM = 0.1
MAX_POINTS = 12
EVIDENCE_LENGTH = 280
_BULLET = re.compile(r"^[\s>*•–—-]*(?:\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)](?!\d))?\s*")


@dataclass(frozen=True, slots=True)
class WeighedPoint:
    """A key point with the words that tell whether it was made, and how much each counts."""

    text: str
    weight: float
    drawn: bool
    words: tuple[tuple[Token, float], ...]
    ceiling: float
    """The coverage that the reference itself has of this point: what counts as all of it."""
    warning: str
    """The verb of what the point warns of, if it does."""


@dataclass(frozen=True, slots=True)
class PointMatch:
    """How far an answer makes a point (0..1), and the sentence that comes nearest, if any.

    `turned`: that sentence takes one thing for another, or advises what the point warns of.
    """

    point: WeighedPoint
    coverage: float
    nearest: Sentence | None
    turned: bool = False


def draw_key_points(reference: str) -> tuple[KeyPoint, ...]:
    """Draw one point from each sentence or list item; fragments join what comes before.

    The weight grows with the number of content words. At most MAX_POINTS, the rest in the last.
    """
    drawn: list[str] = []
    for sentence in read_sentences(reference):
        content = sum(map(is_content, sentence.tokens))
        if drawn and (content < 2 or len(drawn) == MAX_POINTS):
            drawn[-1] = f"{drawn[-1]} {sentence.text}"
        else:
            drawn.append(sentence.text)
    return tuple(KeyPoint(_BULLET.sub("", text) or text, _weigh_text(text)) for text in drawn)


def _weigh_text(text: str) -> float:
    return max(1.0, math.sqrt(sum(map(is_content, read_tokens(text)))))


def weigh_point(
    point: KeyPoint,
    drawn: bool,
    question: Vocabulary,
    reference: Vocabulary,
    spans: Spans,
) -> WeighedPoint:
    """Prepare a point for matching; if all its words are the question's, they count in full.

    `reference` and `spans` are the same text.
    """
    weighing = DRAWN if drawn else GIVEN
    tokens = {token.stem: token for token in read_tokens(point.text)}.values()
    words = tuple((token, weigh_token(token, question, weighing)) for token in tokens)
    if not any(weight for token, weight in words if is_content(token)):
        nothing = Vocabulary(())
        words = tuple((token, weigh_token(token, nothing, weighing)) for token in tokens)
    held = _measure(trace_words(words, reference), drawn, spans)
    warning = find_warning(point.text)
    return WeighedPoint(point.text, max(point.weight, 0.0), drawn, words, max(held, 0.5), warning)


def match_point(point: WeighedPoint, answer: Answer, words: Vocabulary) -> PointMatch:
    """Look for a point in the whole answer if it was drawn, or else where it is said best.

    `words` are the answer's as this point sees them.
    """
    trace = trace_words(point.words, words)
    held, nearest = max(
        zip(answer.share_out(trace), answer.sentences, strict=True), key=itemgetter(0)
    )
    coverage = min(1.0, _measure(trace, point.drawn, answer.spans) / point.ceiling)
    return PointMatch(point, coverage, nearest if held >= NEAR_FROM else None)


def _measure(trace: Trace, whole: bool, spans: Spans) -> float:
    if whole or not spans:
        return trace.coverage
    return max(map(trace.measure_within, spans))


def deny_exchanged(match: PointMatch, exchanges: Sequence[Exchange]) -> PointMatch:
    """Take a point away whose things the answer takes for one another where it comes nearest."""
    stems = {token.stem for token, _ in match.point.words}
    taken = any(match.nearest in each.sentences and each.names & stems for each in exchanges)
    return replace(match, coverage=0.0, turned=True) if taken else match


def deny_advised(match: PointMatch) -> PointMatch:
    """Take a point away that warns of what the answer says to do where it comes nearest."""
    warning, nearest = match.point.warning, match.nearest
    if not warning or nearest is None or match.coverage < PARTIAL_FROM:
        return match
    return replace(match, coverage=0.0, turned=True) if advises(nearest, warning) else match


def judge_point(match: PointMatch, reversed_in: Sequence[Sentence]) -> PointVerdict:
    """Put a match into a verdict; anything but `missing` carries the member's own words."""
    verdict = _pick_verdict(match, reversed_in)
    evidence = ""
    if match.nearest is not None and verdict is not Verdict.MISSING:
        evidence = match.nearest.text[:EVIDENCE_LENGTH].strip()
    return PointVerdict(match.point.text, verdict, evidence)


def _pick_verdict(match: PointMatch, reversed_in: Sequence[Sentence]) -> Verdict:
    if match.nearest is None:
        return Verdict.MISSING
    if match.turned:
        return Verdict.WRONG
    if match.nearest in reversed_in and match.coverage >= PARTIAL_FROM:
        return Verdict.WRONG
    if match.coverage >= (MET_FROM if match.point.drawn else WRITTEN_MET_FROM):
        return Verdict.MET
    return Verdict.PARTIAL if match.coverage >= PARTIAL_FROM else Verdict.MISSING
