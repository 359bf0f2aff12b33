"""Does an answer say of one thing what the reference says of another?

“PUT may create a second one, POST replaces the whole” has every word of a good answer. So what
is said of two things is held against what the reference says of each: where both statements fit
the other thing better than their own, the two were exchanged.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.grading.matching import is_content
from bot.grading.polarity import is_negator
from bot.grading.tables import rarity_of
from bot.grading.text import Sentence, read_tokens

SUBJECT = 2
"""Content words with which a statement begins: one of them names what it is about. With three,
three of 2,068 answers that people graded count as exchanged, with two none does."""
FITS_FROM = 0.5
"""Share of a statement's other words, by their rarity, that what it fits must hold. With 0.4
one of those 2,068 counts as exchanged."""
FEWEST_SHARED = 2
SHORTEST = 3
"""Content words under which a statement says too little to be held against another thing."""
LONGEST_ELLIPSIS = 4
"""Words of a statement that only denies of one thing what was said of another: “PUT isn't”."""
_CUT = re.compile(
    r",(?=\s)(?!\s+(?:and|or|nor)\b)|[;\u2013\u2014](?=\s)|\s-+>?\s|\b(?:while|whereas|but)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence or a part of it: its stems with their rarity, and the few it begins with."""

    words: dict[str, float]
    subject: tuple[str, ...]
    denied: bool
    length: int
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Exchange:
    """The stems that name two things, and the sentences that take one for the other."""

    names: frozenset[str]
    sentences: frozenset[Sentence]


def read_statements(sentences: Iterable[Sentence]) -> tuple[Statement, ...]:
    """Cut sentences into what each says of one thing; a whole one is a statement, too."""
    read: dict[tuple[str, str], Statement | None] = {}
    for each in sentences:
        for part in [each.text, *_CUT.split(each.text)]:
            read.setdefault((each.text, part), _read_statement(part, each))
    return tuple(filter(None, read.values()))


def _read_statement(part: str, sentence: Sentence) -> Statement | None:
    tokens = read_tokens(part)
    words = {token.stem: rarity_of(token) for token in tokens if is_content(token)}
    if not words:
        return None
    denied = any(map(is_negator, tokens))
    return Statement(words, tuple(words)[:SUBJECT], denied, len(tokens), sentence)


@dataclass(frozen=True, slots=True)
class Fit:
    """A statement, and what the words weigh together that it has of some."""

    statement: Statement
    weight: float


class Reference:
    """What is right: the statements of a model answer and its key points, found by their words."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.about = {stem for each in statements for stem in each.subject}
        self.names: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        self._by_stem: dict[str, list[int]] = defaultdict(list)
        self._statements = statements
        for place, each in enumerate(statements):
            if len(each.subject) == SUBJECT:
                self.names[each.subject[-1]].add(each.subject)
            for stem in each.words:
                self._by_stem[stem].append(place)

    def list_fits(self, words: Mapping[str, float]) -> list[Fit]:
        """List the statements that hold enough of some words, which are given with their rarity."""
        held: dict[int, float] = defaultdict(float)
        for stem, weight in words.items():
            for place in self._by_stem.get(stem, ()):
                held[place] += weight
        least = FITS_FROM * sum(words.values())
        return [
            Fit(self._statements[place], weight)
            for place, weight in held.items()
            if weight >= least
        ]


def find_exchanged(reference: Reference, sentences: Sequence[Sentence]) -> tuple[Exchange, ...]:
    """Find the things that an answer takes for one another."""
    said = read_statements(sentences)
    misfits: dict[tuple[str, str], set[Sentence]] = defaultdict(set)
    for each in said:
        for pair in (*_list_misfits(each, reference), *_list_renamed(each, reference)):
            misfits[pair].add(each.sentence)
    crossed = [
        _note((own, other), held | misfits[other, own])
        for (own, other), held in list(misfits.items())
        if own < other and (other, own) in misfits
    ]
    return (*crossed, *_list_denied(said, reference))


def _note(names: Iterable[str], sentences: Iterable[Sentence]) -> Exchange:
    return Exchange(frozenset(" ".join(names).split()), frozenset(sentences))


def _list_misfits(each: Statement, reference: Reference) -> Iterator[tuple[str, str]]:
    """Yield a word that a statement is about, and one of which the reference says it instead."""
    if len(each.words) < SHORTEST:
        return
    for own in reference.about.intersection(each.subject):
        rest = _leave_out(each, own)
        fits = reference.list_fits(rest)
        straight = _take_best(fit for fit in fits if own in fit.statement.words)
        for known in (fit.statement for fit in fits if fit.weight > straight):
            if len(rest.keys() & known.words.keys()) >= FEWEST_SHARED:
                yield from ((own, name) for name in known.subject if name not in each.words)


def _list_renamed(each: Statement, reference: Reference) -> Iterator[tuple[str, str]]:
    """Yield likewise where a name is the other one with a word before it, as “async def”."""
    for thing in each.subject:
        for name in reference.names.get(thing, ()):
            fits = reference.list_fits(_leave_out(each, *name))
            full = _take_best(fit for fit in fits if fit.statement.subject == name)
            bare = _take_best(fit for fit in fits if _is_about(fit.statement, thing, name[0]))
            if each.subject == name and bare > full:
                yield " ".join(name), thing
            if name[0] not in each.words and full > bare:
                yield thing, " ".join(name)


def _list_denied(said: Sequence[Statement], reference: Reference) -> Iterator[Exchange]:
    """Yield “POST is idempotent, PUT isn't” where the reference says it of the one denied."""
    for two in filter(_only_denies, said):
        (other,) = two.words
        for one in said:
            own = one.subject[0]
            if one.denied or one.sentence is not two.sentence or other in one.words:
                continue
            fits = reference.list_fits(_leave_out(one, own))
            fits = [fit for fit in fits if not fit.statement.denied]
            straight = _take_best(fit for fit in fits if own in fit.statement.words)
            crossed = _take_best(fit for fit in fits if _is_about(fit.statement, other, own))
            if own in reference.about and crossed > straight:
                yield _note((own, other), [one.sentence])


def _only_denies(each: Statement) -> bool:
    """Tell whether a statement says no more than that another one does not hold of something."""
    return each.denied and len(each.words) == 1 and each.length <= LONGEST_ELLIPSIS


def _is_about(known: Statement, name: str, other: str) -> bool:
    return name in known.subject and other not in known.words


def _leave_out(each: Statement, *names: str) -> dict[str, float]:
    return {stem: weight for stem, weight in each.words.items() if stem not in names}


def _take_best(fits: Iterable[Fit]) -> float:
    return max((fit.weight for fit in fits), default=0.0)
