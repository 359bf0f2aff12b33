"""How well the words of one text are found in another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from bot.grading.tables import rarity_of
from bot.grading.text import Token, list_trigrams, stem_word
from bot.grading.words import FAMILIES, FUNCTION_WORDS, NEGATORS

FAMILY_CLOSENESS = 0.8
TRIGRAM_FLOOR = 0.5
FUNCTION_WEIGHT = 0.15
NEGATOR_WEIGHT = 0.5


def _list_relatives() -> dict[str, frozenset[str]]:
    relatives: dict[str, set[str]] = defaultdict(set)
    for family in FAMILIES:
        stems = {stem_word(word) for word in family}
        for stem in stems:
            relatives[stem] |= stems
    return {stem: frozenset(others) for stem, others in relatives.items()}


_RELATIVES = _list_relatives()


class Vocabulary:
    """The distinct words of a text, made to answer "how near does it come to this word?"."""

    def __init__(self, tokens: Iterable[Token]) -> None:
        held = tuple(tokens)
        self.words = {token.word for token in held}
        self.stems = {token.stem for token in held}
        self._known: dict[str, tuple[float, str]] = {}
        self._by_trigram: dict[str, list[str]] = defaultdict(list)
        for stem in self.stems:
            if len(stem) >= 3:
                for trigram in list_trigrams(stem):
                    self._by_trigram[trigram].append(stem)

    def find_nearest(self, token: Token) -> tuple[float, str]:
        """Give the closeness (0..1) of the nearest word, and its stem ("" if there is none).

        The same stem is 1, a word of the same family 0.8, otherwise the Dice overlap of the
        character trigrams counts from a half upwards.
        """
        known = self._known.get(token.stem)
        if known is None:
            known = self._known[token.stem] = self._look_up(token)
        return known

    def _look_up(self, token: Token) -> tuple[float, str]:
        if token.stem in self.stems:
            return 1.0, token.stem
        if token.word in FUNCTION_WORDS:
            return 0.0, ""
        relative = min(_RELATIVES.get(token.stem, frozenset()) & self.stems, default="")
        best = (FAMILY_CLOSENESS, relative) if relative else (0.0, "")
        return max(best, self._find_by_trigrams(token.stem))

    def _find_by_trigrams(self, stem: str) -> tuple[float, str]:
        if len(stem) < 3:
            return 0.0, ""
        own = list_trigrams(stem)
        shared = Counter(other for part in own for other in self._by_trigram.get(part, ()))
        dice = (
            (2 * count / (len(own) + len(list_trigrams(other))), other)
            for other, count in shared.items()
        )
        nearest = max(dice, default=(0.0, ""))
        return nearest if nearest[0] >= TRIGRAM_FLOOR else (0.0, "")


def is_content(token: Token) -> bool:
    """Tell a word that carries meaning from one that holds sentences together."""
    return token.word not in FUNCTION_WORDS and token.word not in NEGATORS


def weigh_token(token: Token, question: Vocabulary) -> float:
    """Say how much a word of the reference counts: rare words more, the question's own less."""
    if token.word in NEGATORS or token.word.endswith("n't"):
        return NEGATOR_WEIGHT
    if token.word in FUNCTION_WORDS:
        return FUNCTION_WEIGHT
    echo, _ = question.find_nearest(token)
    return rarity_of(token) * (1.0 - echo) ** 2


def measure_coverage(weighted: Iterable[tuple[Token, float]], answer: Vocabulary) -> float:
    """Give the share (0..1) of the weighted words that the answer holds; 0 for no words."""
    total = found = 0.0
    for token, weight in weighted:
        total += weight
        found += weight * answer.find_nearest(token)[0]
    return found / total if total else 0.0
