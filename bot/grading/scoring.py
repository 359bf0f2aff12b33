"""From matched points to a number."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.grading.matching import Vocabulary, is_content
from bot.grading.points import PointMatch
from bot.grading.text import Token

RANK_DECAY = 0.7
"""A drawn point counts this much of the one made better: references list more than is asked."""
EFFORT = 2.0
"""Content words of one's own after which about two thirds of the benefit are given."""


@dataclass(frozen=True, slots=True)
class Curve:
    """How coverage becomes a score; the values are round ones from the middle of flat optima.

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


LEXICAL = Curve(leniency=0.45, benefit=0.45, doubt=0.8)


@dataclass(frozen=True, slots=True)
class Effort:
    """What an answer brings of its own, whatever the reference says."""

    own_words: float
    on_topic: bool


def weigh_effort(tokens: Iterable[Token], question: Vocabulary, reference: Vocabulary) -> Effort:
    """Count the distinct content words that the question does not have."""
    content = {token.stem: token for token in tokens if is_content(token)}.values()
    echoes = [question.find_nearest(token)[0] for token in content]
    on_topic = any(echoes) or any(reference.find_nearest(token)[0] for token in content)
    return Effort(sum(1.0 - echo for echo in echoes), on_topic)


def score_matches(
    matches: Sequence[PointMatch], drawn: bool, effort: Effort, curve: Curve
) -> float:
    """Average the coverage, give the benefit of the doubt, bend it as lenient people grade.

    Given points count by their weights; drawn ones by how well they are made.
    """
    coverage = _average_drawn(matches) if drawn else _average_weighted(matches)
    coverage = min(1.0, max(0.0, coverage - curve.chance) / (curve.full - curve.chance))
    evidence = sum(weight for match in matches for _, weight in match.point.words)
    benefit = curve.benefit * (1.0 - math.exp(-effort.own_words / EFFORT))
    if not effort.on_topic:
        benefit /= 2
    doubted = benefit + (1.0 - benefit) * coverage
    mixed = (evidence * coverage + curve.doubt * doubted) / (evidence + curve.doubt)
    return min(1.0, math.pow(mixed, curve.leniency))


def _average_weighted(matches: Sequence[PointMatch]) -> float:
    total = sum(match.point.weight for match in matches)
    made = sum(match.point.weight * match.coverage for match in matches)
    return made / total if total else 0.0


def _average_drawn(matches: Sequence[PointMatch]) -> float:
    ranked = sorted((match.coverage for match in matches), reverse=True)
    shares = [RANK_DECAY**rank for rank in range(len(ranked))]
    made = sum(share * coverage for share, coverage in zip(shares, ranked, strict=True))
    return made / sum(shares) if shares else 0.0
