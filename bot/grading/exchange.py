"""Does an answer say of one thing what the reference says of another?

“PUT may create a second one, POST replaces the whole” has every word of a good answer. So what
is said of two things is held against what the reference says of each: where both statements fit
the other thing better than their own, the two were exchanged.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.grading.matching import is_content
from bot.grading.polarity import is_negator
from bot.grading.tables import rarity_of
from bot.grading.text import Sentence, Token, cut_sentence

SUBJECT = 2
"""Content words with which a statement begins: one of them, or all, name what it is about. With
three, three of 2,068 answers that people graded count as exchanged, with two none does."""
FITS_FROM = 0.5
"""Share of a statement's other words, by their rarity, that what it fits must hold. With 0.4
one of those 2,068 counts as exchanged."""
FEWEST_SHARED = 2
"""Words beside the name that it must hold. With one word one of those 2,068 counts as exchanged."""
LONGEST_ELLIPSIS = 4
"""Words of a statement that only denies of one thing what was said of another: “PUT isn't”."""
_CUT = re.compile(
    r",(?=\s)(?!\s+(?:and|or|nor)\b)|[;\u2013\u2014](?=\s)|\s-+>?\s|\b(?:while|whereas|but)\b",
    re.IGNORECASE,
)

Name = frozenset[str]
"""The stems that name a thing: “PUT”, or two words such as “async def”."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence or a part of it: its stems with their rarity, and what it may be about.

    Rarity is in whole thousandths, so that the same words always weigh the same together.
    """

    words: dict[str, int]
    stems: frozenset[str]
    names: tuple[Name, ...]
    denied: bool
    length: int
    sentence: Sentence

    def weigh(self, stems: Iterable[str]) -> int:
        """Say what some stems that the statement has weigh together."""
        return sum([self.words[stem] for stem in stems])


@dataclass(frozen=True, slots=True)
class Exchange:
    """The stems that name two things, and the sentences that take one for the other."""

    names: frozenset[str]
    sentences: frozenset[Sentence]


def read_statements(sentences: Iterable[Sentence]) -> tuple[Statement, ...]:
    """Cut sentences into what each says of one thing; a whole one is a statement, too."""
    read = (
        _read_statement(part, each)
        for each in sentences
        for part in dict.fromkeys((each.tokens, *cut_sentence(each, _CUT)))
    )
    return tuple(filter(None, read))


def _read_statement(tokens: Sequence[Token], sentence: Sentence) -> Statement | None:
    words = {token.stem: round(1_000 * rarity_of(token)) for token in tokens if is_content(token)}
    if not words:
        return None
    subject = tuple(words)[:SUBJECT]
    names = dict.fromkeys([*(frozenset([stem]) for stem in subject), frozenset(subject)])
    return Statement(
        words, frozenset(words), tuple(names), any(map(is_negator, tokens)), len(tokens), sentence
    )


class Fit(NamedTuple):
    """A statement, and what the words weigh together that it has of another one."""

    statement: Statement
    weight: int


class Reference:
    """What is right: the statements of a model answer and its key points, found by their words."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.names = frozenset(name for each in statements for name in each.names)
        self._by_stem: dict[str, list[int]] = defaultdict(list)
        self._statements = statements
        for place, each in enumerate(statements):
            for stem in each.words:
                self._by_stem[stem].append(place)

    def list_sharing(self, said: Statement) -> list[Fit]:
        """List the statements that hold enough of another one, whatever that is about."""
        shared: dict[int, int] = defaultdict(int)
        for stem, weight in said.words.items():
            for place in self._by_stem.get(stem, ()):
                shared[place] += weight
        rest = sum(said.words.values()) - said.weigh(frozenset().union(*said.names))
        return [
            Fit(self._statements[place], weight)
            for place, weight in shared.items()
            if weight >= FITS_FROM * rest
        ]


def find_exchanged(reference: Reference, sentences: Sequence[Sentence]) -> tuple[Exchange, ...]:
    """Find the things that an answer takes for one another."""
    said = read_statements(sentences)
    denials: dict[int, set[Name]] = defaultdict(set)
    for each in filter(_only_denies, said):
        denials[each.sentence.start].update(each.names)
    misfits: dict[tuple[Name, Name], set[Sentence]] = defaultdict(set)
    for each in said:
        beside = () if each.denied else denials[each.sentence.start]
        for pair in _list_misfits(each, reference, beside):
            misfits[pair].add(each.sentence)
    return tuple(
        Exchange(own | other, frozenset(held | misfits[other, own]))
        for (own, other), held in list(misfits.items())
        if sorted(own) < sorted(other) and (other, own) in misfits
    )


def _only_denies(each: Statement) -> bool:
    """Tell whether a statement says no more than that another one does not hold of something."""
    return each.denied and len(each.words) == 1 and each.length <= LONGEST_ELLIPSIS


def _list_misfits(
    each: Statement, reference: Reference, beside: Collection[Name]
) -> Iterator[tuple[Name, Name]]:
    """Yield a name that a statement is about, and one of which the reference says it instead.

    `beside` are the things of which the same sentence only denies it: of these it is said the
    other way round, too.
    """
    sharing = reference.list_sharing(each)
    if beside:
        sharing = [fit for fit in sharing if not fit.statement.denied]
    total = sum(each.words.values())
    for own in filter(reference.names.__contains__, each.names):
        fits = _leave_out(own, each, sharing)
        least = FITS_FROM * (total - each.weigh(own))
        for known, other in _list_rivals(own, each, [fit for fit in fits if fit.weight >= least]):
            if other in beside and own is each.names[0]:
                yield from ((own, other), (other, own))
            elif len(known.stems & each.stems - own) >= FEWEST_SHARED:
                yield own, other


def _leave_out(own: Name, each: Statement, sharing: Iterable[Fit]) -> list[Fit]:
    """Weigh what is shared beside a name."""
    return [
        fit
        if own.isdisjoint(fit.statement.stems)
        else Fit(fit.statement, fit.weight - each.weigh(own & fit.statement.stems))
        for fit in sharing
    ]


def _list_rivals(
    own: Name, each: Statement, fits: Sequence[Fit]
) -> Iterator[tuple[Statement, Name]]:
    """Yield what fits better than what the reference says of the thing itself, by each name.

    “def” is a name of its own beside “async def”: what is said of the longer one counts for it only
    where the statement has the longer one.
    """
    about = [fit for fit in fits if own <= fit.statement.stems]
    straight = _take_best(about)
    for known, weight in fits:
        whole = known.names[-1]
        if weight > straight:
            yield from ((known, n) for n in known.names if n < own or not n <= each.stems)
        elif own < whole and not whole <= each.stems:
            bare = _take_best(fit for fit in about if not whole <= fit.statement.stems)
            if weight > bare:
                yield known, whole


def _take_best(fits: Iterable[Fit]) -> int:
    return max((fit.weight for fit in fits), default=0)
