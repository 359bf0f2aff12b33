"""How well the words of one text are found in another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from bot.grading.tables import load_relatives, rarity_of
from bot.grading.text import Sentence, Token, list_trigrams
from bot.grading.words import FUNCTION_WORDS, NEGATORS

FAMILY_CLOSENESS = 0.65
TRIGRAM_FLOOR = 0.6
FEWEST_SHARED = 0.42
"""Share of a word's own trigrams that another must exceed to reach the floor, were it all in it:
0.6 / (2 - 0.6), and a little less for rounding."""
SPAN = 2
"""Sentences in a row among which a written key point must be made."""
MOST_KNOWN = 1_000
"""Words whose nearest is kept."""
_SMALL_WORDS = FUNCTION_WORDS | NEGATORS


class Vocabulary:
    """The distinct words of a text, made to answer "how near does it come to this word?"."""

    def __init__(self, tokens: Iterable[Token]) -> None:
        held = tuple(tokens)
        self.words = {token.word for token in held}
        self.stems = {token.stem for token in held}
        self._joined = {left.word + right.word: left.stem for left, right in pairwise(held)}
        self._known: dict[str, tuple[float, str]] = {}
        self._by_trigram: dict[str, list[str]] = defaultdict(list)
        for stem in self.stems:
            if len(stem) >= 3:
                for trigram in list_trigrams(stem):
                    self._by_trigram[trigram].append(stem)

    def find_nearest(self, token: Token) -> tuple[float, str]:
        """Give the closeness (0..1) of the nearest word, and its stem ("" if there is none).

        The same stem, or two words that make up this one, is 1, a word of the same family 0.65;
        otherwise the Dice overlap of the character trigrams counts from 0.6 upwards.
        """
        known = self._known.get(token.stem)
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = self._known[token.stem] = self._look_up(token)
        return known

    def _look_up(self, token: Token) -> tuple[float, str]:
        if token.stem in self.stems:
            return 1.0, token.stem
        if token.word in FUNCTION_WORDS:
            return 0.0, ""
        if token.word in self._joined:
            return 1.0, self._joined[token.word]
        relative = min(load_relatives().get(token.stem, frozenset()) & self.stems, default="")
        best = (FAMILY_CLOSENESS, relative) if relative else (0.0, "")
        return max(best, self._find_by_trigrams(token.stem))

    def _find_by_trigrams(self, stem: str) -> tuple[float, str]:
        if len(stem) < 3:
            return 0.0, ""
        own = list_trigrams(stem)
        held = (self._by_trigram[part] for part in own if part in self._by_trigram)
        least = FEWEST_SHARED * len(own)
        dice = (
            (2 * count / (len(own) + len(list_trigrams(other))), other)
            for other, count in Counter(chain.from_iterable(held)).items()
            if count > least
        )
        nearest = max(dice, default=(0.0, ""))
        return nearest if nearest[0] >= TRIGRAM_FLOOR else (0.0, "")


def is_content(token: Token) -> bool:
    """Tell a word that carries meaning from one that holds sentences together."""
    return token.word not in _SMALL_WORDS


def list_content(tokens: Iterable[Token]) -> tuple[Token, ...]:
    """List the words that carry meaning, one for each stem."""
    return tuple({token.stem: token for token in tokens if is_content(token)}.values())


@dataclass(frozen=True, slots=True)
class Weighing:
    """How much a word counts beside a rare one; of a word of the question `echoed` is left."""

    function: float
    negator: float
    echoed: float


DRAWN = Weighing(function=0.15, negator=0.5, echoed=0.0)
"""For sentences of a reference, which say again what was asked."""
GIVEN = Weighing(function=0.05, negator=0.15, echoed=0.5)
"""For written key points: who wrote them needed each word, also one that the question has."""


def weigh_token(token: Token, question: Vocabulary, weighing: Weighing = DRAWN) -> float:
    """Say how much a word of the reference counts: rare words more, the question's own less."""
    if token.word in NEGATORS or token.word.endswith("n't"):
        return weighing.negator
    if token.word in FUNCTION_WORDS:
        return weighing.function
    echo, _ = question.find_nearest(token)
    own = (1.0 - echo) ** 2
    return rarity_of(token) * (own + weighing.echoed * (1.0 - own))


Spans = tuple[frozenset[str], ...]
"""The stems of each few sentences in a row; none for a text that has no more sentences."""


def list_spans(sentences: Sequence[Sentence]) -> Spans:
    """List the spans among which a written key point must be made."""
    if len(sentences) <= SPAN:
        return ()
    return tuple(
        frozenset().union(*(each.stems for each in sentences[first : first + SPAN]))
        for first in range(len(sentences) - SPAN + 1)
    )


@dataclass(frozen=True, slots=True)
class Trace:
    """Which share (0..1) of some weighted words a text holds, in all and by its own stems."""

    coverage: float
    by_stem: dict[str, float]

    def measure_within(self, stems: frozenset[str]) -> float:
        """Give the share that a part of the text with these stems holds."""
        return sum([share for stem, share in self.by_stem.items() if stem in stems])


def trace_words(words: Iterable[tuple[Token, float]], text: Vocabulary) -> Trace:
    """Look the weighted words up in a text; no words at all are not held."""
    total = 0.0
    by_stem: dict[str, float] = defaultdict(float)
    for token, weight in words:
        closeness, stem = text.find_nearest(token)
        total += weight
        if closeness:
            by_stem[stem] += weight * closeness
    if not total:
        return Trace(0.0, {})
    return Trace(
        sum(by_stem.values()) / total, {stem: held / total for stem, held in by_stem.items()}
    )
