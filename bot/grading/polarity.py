"""Does an answer say the opposite of the reference in the reference's own words?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass

from bot.grading.answer import Answer
from bot.grading.matching import Vocabulary, is_content, trace_words, weigh_token
from bot.grading.tables import load_opposites
from bot.grading.text import Sentence, Token
from bot.grading.words import FUNCTION_WORDS, NEGATORS, SOFT_NEGATORS

ALIGNED_FROM = 0.5
"""Share of a reference sentence that an answer sentence must hold to be compared with it,"""
ECHOED_FROM = 0.75
"""and share of the answer sentence's content words that must come from the reference."""
NEARLY = 0.8
"""Share of the best alignment from which another sentence is compared, too."""
FEWEST_WORDS = 3
NEAR_VERBATIM = 0.8
"""From here on negators are counted; in other words only whether there is one can be compared."""
_HARMLESS = frozenset({"only", "just", "more", "less", "matter", "later", "longer", "necessarily"})
"""Words before which a negator does not deny: no more than, not only."""
_ASIDES = frozenset({"true", "case", "think", "believ", "fact", "say", "actual", "correct"})
"""Stems that only frame a statement: it is not the case that …"""


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence of the reference with its weighed words."""

    sentence: Sentence
    words: tuple[tuple[Token, float], ...]

    @property
    def weight(self) -> float:
        """What the words weigh together."""
        return sum(weight for _, weight in self.words)


def weigh_clause(sentence: Sentence, question: Vocabulary) -> Clause:
    """Weigh the distinct words of a sentence of the reference."""
    tokens = {token.stem: token for token in sentence.tokens}.values()
    return Clause(sentence, tuple((token, weigh_token(token, question)) for token in tokens))


def is_negator(token: Token) -> bool:
    """Tell a word that turns a statement round."""
    return token.word in NEGATORS or token.word.endswith("n't")


def find_reversed(clauses: Sequence[Clause], answer: Answer) -> tuple[tuple[Sentence, ...], float]:
    """Find the answer's sentences that reverse what they align with.

    The second value is the reversed share (0..1, by weight) of the reference. What another
    sentence of the answer says right is not reversed: whoever compares two things denies of one
    what holds of the other.
    """
    sentences, comparable = answer.sentences, _list_comparable(clauses)
    groups: dict[int, list[int]] = defaultdict(list)
    closeness: dict[int, float] = defaultdict(float)
    for number, clause in enumerate(comparable):
        trace = trace_words(clause.words, answer.words)
        if trace.coverage < ALIGNED_FROM:
            continue
        held = [trace.measure_within(each.stems) for each in sentences]
        for place in _list_aligned(held):
            groups[place].append(number)
            closeness[place] = max(closeness[place], held[place])
    if not groups:
        return (), 0.0
    whole = [token for clause in clauses for token in clause.sentence.tokens]
    said, soft = {token.stem for token in whole}, _list_soft(whole)
    turned = {
        place
        for place, group in groups.items()
        if _measure_echo(sentences[place], said) >= ECHOED_FROM
        and _list_soft(sentences[place].tokens) <= soft
        and _is_reversed([comparable[one] for one in group], sentences[place], closeness[place])
    }
    denied = {number for place in turned for number in groups[place]}
    affirmed = {number for place in groups.keys() - turned for number in groups[place]}
    lost = sum(comparable[number].weight for number in denied - affirmed)
    weight = sum(clause.weight for clause in comparable)
    return tuple(sentences[place] for place in sorted(turned)), lost / weight if weight else 0.0


def _list_aligned(held: Sequence[float]) -> list[int]:
    """List the sentences that hold enough of a clause, and nearly as much as any."""
    least = max(ALIGNED_FROM, NEARLY * max(held, default=0.0))
    return [place for place, share in enumerate(held) if share >= least]


def _list_comparable(clauses: Sequence[Clause]) -> list[Clause]:
    """Leave out clauses so short that they are found in sentences about something else."""
    telling = [
        clause
        for clause in clauses
        if sum(is_content(token) for token, _ in clause.words) >= FEWEST_WORDS
    ]
    return telling or list(clauses)


def _is_reversed(clauses: Sequence[Clause], sentence: Sentence, closeness: float) -> bool:
    reference = [token for clause in clauses for token in clause.sentence.tokens]
    if _list_soft(reference) - _list_soft(sentence.tokens):
        return False
    opposites = _count_opposites(reference, sentence)
    if not any(token.word in FUNCTION_WORDS for token in sentence.tokens):
        return bool(opposites)  # notes leave a "not" out as they do all small words
    denied = _count_negators(sentence.tokens) + opposites
    expected = _count_negators(reference)
    if closeness >= NEAR_VERBATIM:
        return denied != expected
    return bool(denied) != bool(expected)


def _measure_echo(sentence: Sentence, said: Set[str]) -> float:
    own = {token.stem for token in sentence.tokens if is_content(token)} - _ASIDES
    return len(own & said) / len(own) if own else 0.0


def _count_negators(tokens: Sequence[Token]) -> int:
    following = [token.word for token in tokens[1:]] + [""]
    return sum(
        is_negator(token) and after not in _HARMLESS
        for token, after in zip(tokens, following, strict=True)
    )


def _list_soft(tokens: Sequence[Token]) -> set[str]:
    return {token.stem for token in tokens if token.word in SOFT_NEGATORS}


def _count_opposites(reference: Sequence[Token], sentence: Sentence) -> int:
    """Count words of the reference that the sentence lacks and has the opposite of instead."""
    said = {token.stem for token in reference}
    opposites = load_opposites()
    return sum(
        bool((opposites.get(stem, frozenset()) & sentence.stems) - said)
        for stem in said - sentence.stems
    )
