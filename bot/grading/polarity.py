"""Does an answer say the opposite of the reference in the reference's own words?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from bot.grading.answer import Answer
from bot.grading.matching import Vocabulary, is_content, trace_words, weigh_token
from bot.grading.tables import load_opposites
from bot.grading.text import Sentence, Token, cut_sentence
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
SPOKEN_OF_FROM = 0.5
"""Share of the words in a negator's reach that the other side must have to be denied by it."""
_REACH_END = re.compile(r"[,;:()\u2013\u2014]|\s-+>?\s|\b(?:that|and)\b", re.IGNORECASE)
"""Where reach ends: the "not" of "…, not guess" leaves alone what comes before, and "that" begins
what a frame such as "it is not true" denies."""
_HARMLESS = frozenset({"only", "just", "more", "less", "matter", "later", "longer", "necessarily"})
"""Words before which a negator does not deny: no more than, not only."""
_WARNING = re.compile(r"\s*(?:never|don['\u2019]t|do not)\s+([a-z]+)", re.IGNORECASE)
_ADVISING = frozenset({"should", "must", "always", "just", "simply", "i'd", "i'll"})
"""Words behind which a verb is advice; so it is behind “I would”."""
_ASIDES = frozenset({"true", "case", "think", "believ", "fact", "say", "actual", "correct"})
"""Stems that only frame a statement: it is not the case that …"""


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence of the reference with its weighed words, and what they weigh together."""

    sentence: Sentence
    words: tuple[tuple[Token, float], ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Claims:
    """What may be reversed: the sentences of the reference that are long enough to tell.

    `said` are the stems of all its sentences, `soft` those that carry a negation.
    """

    clauses: tuple[Clause, ...]
    weight: float
    said: frozenset[str]
    soft: frozenset[str]


def read_claims(sentences: Sequence[Sentence], question: Vocabulary) -> Claims:
    """Weigh the distinct words of each sentence of the reference."""
    clauses = _leave_out_short([_weigh_clause(each, question) for each in sentences])
    tokens = [token for each in sentences for token in each.tokens]
    weight = sum(clause.weight for clause in clauses)
    said = frozenset(token.stem for token in tokens)
    return Claims(tuple(clauses), weight, said, frozenset(_list_soft(tokens)))


def _weigh_clause(sentence: Sentence, question: Vocabulary) -> Clause:
    tokens = {token.stem: token for token in sentence.tokens}.values()
    words = tuple((token, weigh_token(token, question)) for token in tokens)
    return Clause(sentence, words, sum(weight for _, weight in words))


def is_negator(token: Token) -> bool:
    """Tell a word that turns a statement round."""
    return token.word in NEGATORS or token.word.endswith("n't")


def find_warning(text: str) -> str:
    """Return the verb of a text that warns of something, “log” of “Never log …”; else nothing."""
    match = _WARNING.match(text)
    return match[1].lower() if match else ""


def advises(sentence: Sentence, verb: str) -> bool:
    """Tell whether a sentence says to do it: “Log …” or “I would log …”, and denies nothing.

    “Log it and everybody reads it” may as well tell what would come of it.
    """
    words = [token.word for token in sentence.tokens]
    if verb not in words or "and" in words or _list_soft(sentence.tokens):
        return False
    *others, last = ["", *words[: words.index(verb)]]
    is_advice = not last or last in _ADVISING or (last in ("would", "will") and others[-1] == "i")
    return is_advice and not any(map(is_negator, sentence.tokens))


def find_reversed(claims: Claims, answer: Answer) -> tuple[tuple[Sentence, ...], float]:
    """Find the answer's sentences that reverse what they align with.

    The second value is the reversed share (0..1, by weight) of the reference. What another
    sentence of the answer says right is not reversed: whoever compares two things denies of one
    what holds of the other.
    """
    sentences, clauses = answer.sentences, claims.clauses
    groups: dict[int, list[int]] = defaultdict(list)
    closeness: dict[int, float] = defaultdict(float)
    for number, clause in enumerate(clauses):
        trace = trace_words(clause.words, answer.words)
        if trace.coverage < ALIGNED_FROM:
            continue
        held = answer.share_out(trace)
        for place in _list_aligned(held):
            groups[place].append(number)
            closeness[place] = max(closeness[place], held[place])
    if not groups:
        return (), 0.0
    turned = {
        place
        for place, group in groups.items()
        if _measure_echo(sentences[place], claims.said) >= ECHOED_FROM
        and _list_soft(sentences[place].tokens) <= claims.soft
        and _is_reversed([clauses[one] for one in group], sentences[place], closeness[place])
    }
    denied = {number for place in turned for number in groups[place]}
    affirmed = {number for place in groups.keys() - turned for number in groups[place]}
    lost = sum(clauses[number].weight for number in denied - affirmed)
    share = lost / claims.weight if claims.weight else 0.0
    return tuple(sentences[place] for place in sorted(turned)), share


def _list_aligned(held: Sequence[float]) -> list[int]:
    """List the sentences that hold enough of a clause, and nearly as much as any."""
    least = max(ALIGNED_FROM, NEARLY * max(held, default=0.0))
    return [place for place, share in enumerate(held) if share >= least]


def _leave_out_short(clauses: list[Clause]) -> list[Clause]:
    """Leave out clauses so short that they are found in sentences about something else."""
    telling = [
        clause
        for clause in clauses
        if sum(is_content(token) for token, _ in clause.words) >= FEWEST_WORDS
    ]
    return telling or clauses


def _is_reversed(clauses: Sequence[Clause], sentence: Sentence, closeness: float) -> bool:
    reference = [token for clause in clauses for token in clause.sentence.tokens]
    if _list_soft(reference) - _list_soft(sentence.tokens):
        return False
    opposites = _count_opposites(reference, sentence)
    if not any(token.word in FUNCTION_WORDS for token in sentence.tokens):
        return bool(opposites)  # notes leave a "not" out as they do all small words
    denied = _count_negators(sentence.tokens) + opposites
    expected = _count_negators(reference)
    if denied == expected or (closeness < NEAR_VERBATIM and denied and expected):
        return False
    if denied > expected:
        said = {token.stem for token in reference}
        return _count_reaching([sentence], said) + opposites > expected
    return _count_reaching((clause.sentence for clause in clauses), sentence.stems) > denied


def _measure_echo(sentence: Sentence, said: Set[str]) -> float:
    own = _list_own(sentence.tokens)
    return len(own & said) / len(own) if own else 0.0


def _list_own(tokens: Iterable[Token]) -> set[str]:
    return {one.stem for one in tokens if is_content(one) and not is_negator(one)} - _ASIDES


def _count_reaching(sentences: Iterable[Sentence], said: Set[str]) -> int:
    """Count the negators that have what was said in their reach; one alone reaches it all."""
    parts = (part for each in sentences for part in cut_sentence(each, _REACH_END))
    return sum(_count_negators(part) for part in parts if part and _is_spoken_of(part, said))


def _is_spoken_of(part: Sequence[Token], said: Set[str]) -> bool:
    own = _list_own(part)
    return len(own & said) >= SPOKEN_OF_FROM * len(own)


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
