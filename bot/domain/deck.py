"""Which question comes next in a channel: shuffled, spread over topics, without repeats."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import repeat

from bot.domain.question import QuestionFilter, QuestionSummary

LOW_WATER = 5
"""Questions left in a deck at which the admin is told."""
SHUFFLES = 32
"""Different orders of a round. A channel's seed chooses one, so that ten thousand channels
that are due at the same instant share the work of shuffling."""
_ORDERS_KEPT = 4 * SHUFFLES


@dataclass(frozen=True, slots=True)
class Pick:
    """The question to post, the round of the deck it belongs to, and how many stay unposted."""

    question: QuestionSummary
    round: int
    left: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What a channel or a member was shown: the last round of each question id, the newest id."""

    rounds: Mapping[str, int]
    last_id: str | None = None


class Deck(tuple[QuestionSummary, ...]):
    """Questions to pick from. It never changes, and remembers what was worked out from it."""

    def __init__(self, _questions: Iterable[QuestionSummary] = ()) -> None:
        self._by_id = {question.id: question for question in self}
        self._parts: dict[QuestionFilter, Deck] = {}
        self._orders: dict[tuple[int, int], tuple[QuestionSummary, ...]] = {}

    def fitting(self, wanted: QuestionFilter) -> Deck:
        """Return the deck of those that are wanted; of one id, the last one counts."""
        if wanted not in self._parts:
            by_id = {question.id: question for question in self if wanted.takes_pack(question)}
            part = Deck(filter(wanted.matches, by_id.values()))
            if not part:  # not remembered: anybody may ask for any topic
                return part
            self._parts[wanted] = part
        return self._parts[wanted]

    def topics_of(self, question_id: str | None) -> tuple[str, ...]:
        """Return the topics of a question, none if it isn't here."""
        question = self._by_id.get(question_id or "")
        return question.topics if question else ()

    def pick(
        self,
        rounds: Mapping[str, int],
        last_topics: Collection[str],
        seed: str,
        last_id: str | None = None,
    ) -> Pick:
        """Pick the next question; the deck must not be empty.

        `rounds` gives for each question id the last round in which the channel saw it, 0 or
        absent for never; `last_topics` are the topics of the channel's newest post, which
        was `last_id`: a new round does not begin with what ended the old one. Only the least
        often seen questions are candidates, so nothing repeats before all were posted. A
        question that joins later is seen 0 times: it comes next and leaves the order of the
        others as it was. Filters that overlap in a channel share `rounds`.
        """
        times = list(map(rounds.get, self._by_id, repeat(0))) if rounds else [0]
        most, fewest = max(times), min(times)
        number = most if fewest < most else most + 1
        candidates = (
            question
            for question in self._order(seed, number)
            if rounds.get(question.id, 0) == fewest
        )
        chosen = _first_that_differs(candidates, last_topics, last_id)
        return Pick(chosen, number, len(self) - times.count(number) - 1)

    def _order(self, seed: str, number: int) -> tuple[QuestionSummary, ...]:
        shuffle = _hash(seed)[0] * SHUFFLES // 256
        order = self._orders.get((shuffle, number))
        if order is None:
            if len(self._orders) >= _ORDERS_KEPT:
                self._orders.clear()
            order = self._orders[shuffle, number] = self._shuffle(f"{shuffle}/{number}")
        return order

    def _shuffle(self, seed: str) -> tuple[QuestionSummary, ...]:
        """Spread each topic evenly over the round.

        Stratified: the i-th of a topic's n shuffled questions stands near i/n. The shuffle is
        a hash of seed and id, so that newcomers leave the order of the others as it was.
        """
        by_topic: dict[str, list[tuple[float, float, QuestionSummary]]] = defaultdict(list)
        for question in self:
            drawn = _draw(f"{seed}/{question.id}")
            by_topic[_main_topic(question)].append((*drawn, question))
        places = []
        for members in by_topic.values():
            members.sort(key=lambda member: (member[0], member[2].id))
            for rank, (_, shift, question) in enumerate(members):
                places.append(((rank + shift) / len(members), question.id, question))
        return tuple(question for _, _, question in sorted(places, key=lambda place: place[:2]))


def _first_that_differs(
    candidates: Iterable[QuestionSummary], topics: Collection[str], last_id: str | None
) -> QuestionSummary:
    """Return the first whose main topic isn't one of these, or the first of all; never what
    was posted last, unless it is the only one."""
    first = None
    for question in candidates:
        if question.id != last_id and _main_topic(question) not in topics:
            return question
        if first is None or first.id == last_id:
            first = question
    assert first is not None
    return first


def _main_topic(question: QuestionSummary) -> str:
    return question.topics[0] if question.topics else ""


def _draw(text: str) -> tuple[float, float]:
    """Return two numbers in 0..1 that the text alone decides."""
    digest = _hash(text)
    return int.from_bytes(digest[:7]) / 2**56, int.from_bytes(digest[7:]) / 2**56


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=14).digest()
