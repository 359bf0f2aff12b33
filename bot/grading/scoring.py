"""From matched points to a number."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.grading.matching import Vocabulary
from bot.grading.points import PointMatch
from bot.grading.text import Token

RANK_DECAY = 0.7
"""A drawn point counts this much of the one made better: references list more than is asked."""
EFFORT = 2.0
"""Content words of one's own after which about two thirds of the benefit are given."""


@dataclass(frozen=True, slots=True)
class Curve:
    """How the coverage of drawn points becomes a score: round values amid flat optima.

    `chance` is the coverage that any English sentence reaches, `full` the one from which nothing
    is wanting: nobody repeats a reference word by word. `leniency` bends what is between: people
    give 0.7 where a third is said. `benefit` is given for own words that are not the expected
    ones, with the weight of `doubt` words: where a reference has two words, other ones need not
    be wrong.
    """

    leniency: float
    benefit: float
    doubt: float
    chance: float = 0.1
    full: float = 0.7


@dataclass(frozen=True, slots=True)
class Ramp:
    """How the coverage of a written key point becomes what is made of it.

    An answer to something else reaches `chance` by the words of the trade; `full` is what people
    reach who say the point in their own words. `leniency` bends the average of the points.
    """

    chance: float
    full: float
    leniency: float


@dataclass(frozen=True, slots=True)
class Curves:
    """What a grader needs to make a score of its matches."""

    drawn: Curve
    given: Ramp


LEXICAL = Curves(
    Curve(leniency=0.45, benefit=0.45, doubt=0.8), Ramp(chance=0.18, full=0.55, leniency=0.6)
)


@dataclass(frozen=True, slots=True)
class Whole:
    """What an answer is as a whole, each 0..1.

    `focus`: how far it is about its question; `kinship`: how near it comes to the reference in
    meaning, None where only words are compared.
    """

    focus: float
    kinship: float | None = None


WHOLE_WEIGHT = 1.0
"""Kinship counts as much as one rare word: much beside a reference of a few words, little
beside a long one, where every answer on the subject is kin."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What an answer brings of its own, whatever the reference says."""

    own_words: float
    on_topic: bool


def weigh_effort(content: Collection[Token], question: Vocabulary, reference: Vocabulary) -> Effort:
    """Count the words that the question does not have, of an answer's distinct content words."""
    echoes = [question.find_nearest(token)[0] for token in content]
    on_topic = any(echoes) or any(reference.find_nearest(token)[0] for token in content)
    return Effort(sum(1.0 - echo for echo in echoes), on_topic)


def temper_match(match: PointMatch, focus: float, ramp: Ramp) -> PointMatch:
    """Take from a written point what the words of the trade make of it by chance."""
    said = _climb(match.coverage, ramp.chance, ramp.full)
    return replace(match, coverage=said * focus)


def _climb(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, value - low) / (high - low))


def score_given(matches: Sequence[PointMatch], ramp: Ramp) -> float:
    """Average tempered matches of written points by their weights, and be lenient."""
    total = sum(match.point.weight for match in matches)
    made = sum(match.point.weight * match.coverage for match in matches)
    return math.pow(made / total, ramp.leniency) if total else 0.0


def score_drawn(
    matches: Sequence[PointMatch], effort: Effort, curve: Curve, kinship: float | None = None
) -> float:
    """Average the coverage, give the benefit of the doubt, bend it as lenient people grade."""
    evidence = sum(weight for match in matches for _, weight in match.point.words)
    average = _average_drawn(matches)
    if kinship is not None:
        said = evidence * average + WHOLE_WEIGHT * kinship * curve.full
        average = said / (evidence + WHOLE_WEIGHT)
    coverage = _climb(average, curve.chance, curve.full)
    benefit = curve.benefit * (1.0 - math.exp(-effort.own_words / EFFORT))
    if not effort.on_topic:
        benefit /= 2
    doubted = benefit + (1.0 - benefit) * coverage
    mixed = (evidence * coverage + curve.doubt * doubted) / (evidence + curve.doubt)
    return min(1.0, math.pow(mixed, curve.leniency))


def _average_drawn(matches: Sequence[PointMatch]) -> float:
    ranked = sorted((match.coverage for match in matches), reverse=True)
    shares = [RANK_DECAY**rank for rank in range(len(ranked))]
    made = sum(share * coverage for share, coverage in zip(shares, ranked, strict=True))
    return made / sum(shares) if shares else 0.0
