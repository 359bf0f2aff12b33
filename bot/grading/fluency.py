"""Does a text read like sentences, or like words thrown together?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from bot.grading.text import Sentence, Token, looks_like_code, looks_like_notes
from bot.grading.words import (
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    FUNCTION_WORDS,
    PREPOSITIONS,
    PRONOUNS,
)

STRAY_IN_SENTENCES = 0.04
STRAY_IN_SALAD = 0.3
"""Share of small words with an impossible neighbour, in sentences and in shuffled sentences."""
SALAD_DOUBT = 3.5
SALAD_FACTOR = 0.2
SAME_WORDS = 0.85
SAME_PHRASES = 0.35
SHORTEST = 5
"""Words under which nothing is said about the order."""
SHORTEST_LIST = 4
GLUE = 0.06
LIST_FACTOR = 0.35
NOTES_FACTOR = 0.6
"""What words without small ones are worth: in a row, and in phrases with pauses between."""

_END = ""
_VERBS = frozenset("is are was were can will should may must does has".split())  # noqa: SIM905
_OPENERS = frozenset("a an the its their our your my".split())  # noqa: SIM905
_JOINERS = frozenset("and or but nor than of".split())  # noqa: SIM905
_AFTER_OPENER = (
    PREPOSITIONS | CONJUNCTIONS | AUXILIARIES | PRONOUNS | DETERMINERS | {"not", "never", _END}
) - {"one", "ones", "like", "once", "then", "where", "while", "do"}
_AFTER_PREPOSITION = (
    (CONJUNCTIONS - {"that", "whether", "where", "when", "because", "once", "then"})
    | (PREPOSITIONS - {"to", "between", "within", "about", "over", "without", "in", "at", "for"})
    | _VERBS
    | {_END}
)
_AFTER_TO = _VERBS | _JOINERS | {"in", "to", "for", "with", "by", "on", _END}
_AFTER_CONJUNCTION = _JOINERS - {"of"} | {_END}
_IMPOSSIBLE = (
    dict.fromkeys(CONJUNCTIONS, _AFTER_CONJUNCTION)
    | dict.fromkeys(PREPOSITIONS, _AFTER_PREPOSITION)
    | {"to": _AFTER_TO}
    | dict.fromkeys(_OPENERS, _AFTER_OPENER)
)
"""What can't follow a small word that wants something after it."""


def rate_credibility(
    answer: str, sentences: Sequence[Sentence], reference: Sequence[Token]
) -> float:
    """Give the factor (0..1) for how an answer reads: low for word salad and keyword lists."""
    tokens = [token for sentence in sentences for token in sentence.tokens]
    salad = max(_suspect_order(sentences), _suspect_shuffle(tokens, reference))
    missing = _miss_glue(tokens, reference)
    if missing and not looks_like_code(answer):
        least = NOTES_FACTOR if looks_like_notes(answer, tokens) else LIST_FACTOR
        glue = 1.0 - (1.0 - least) * missing
    else:
        glue = 1.0
    return (1.0 - (1.0 - SALAD_FACTOR) * salad) * glue


def count_strays(sentences: Sequence[Sentence]) -> tuple[int, int]:
    """Count the small words that want something after them, and those that get it wrong."""
    wanting = stray = 0
    for sentence in sentences:
        words = [token.word for token in sentence.tokens]
        for left, right in pairwise([*words, _END]):
            if (wrong := _IMPOSSIBLE.get(left)) is not None:
                wanting += 1
                stray += right in wrong
    return wanting, stray


def _suspect_order(sentences: Sequence[Sentence]) -> float:
    """Give the chance (0..1) that the small words stand where they stand by accident."""
    wanting, stray = count_strays(sentences)
    for_salad = stray * math.log(STRAY_IN_SALAD / STRAY_IN_SENTENCES)
    against = (wanting - stray) * math.log((1 - STRAY_IN_SENTENCES) / (1 - STRAY_IN_SALAD))
    return 1.0 / (1.0 + math.exp(min(50.0, SALAD_DOUBT + against - for_salad)))


def _suspect_shuffle(tokens: Sequence[Token], reference: Sequence[Token]) -> float:
    """Give 1 for an answer that has the words of the reference and none of its phrases."""
    fewer, more = sorted((len(tokens), len(reference)))
    if len(tokens) < SHORTEST or 2 * fewer < SAME_WORDS * (fewer + more):
        return 0.0  # not even if all words of the shorter one were in the other
    stems = [[token.stem for token in side] for side in (tokens, reference)]
    same_words = _share_multiset(*stems)
    if same_words < SAME_WORDS:
        return 0.0
    phrases = [list(pairwise(side)) for side in stems]
    return 1.0 if _share_multiset(*phrases) < SAME_PHRASES * same_words else 0.0


def _share_multiset(left: Sequence[object], right: Sequence[object]) -> float:
    shared = sum((Counter(left) & Counter(right)).values())
    return 2 * shared / (len(left) + len(right)) if left and right else 0.0


def _miss_glue(tokens: Sequence[Token], reference: Sequence[Token]) -> float:
    """Give the share (0..1) that is missing of the small words that hold the others together.

    An answer to which the reference itself is a list needs none.
    """
    glue = _measure_glue(tokens)
    if len(tokens) < SHORTEST_LIST or glue >= GLUE:
        return 0.0
    wanted = min(GLUE, 0.5 * _measure_glue(reference))
    return max(0.0, 1.0 - glue / wanted) if wanted else 0.0


def _measure_glue(tokens: Sequence[Token]) -> float:
    return sum(token.word in FUNCTION_WORDS for token in tokens) / max(1, len(tokens))
