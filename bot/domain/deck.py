"""Which question comes next in a channel: shuffled, spread over topics, without repeats."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.question import QuestionSummary

LOW_WATER = 5
"""Questions left in a deck at which the admin is told."""


@dataclass(frozen=True, slots=True)
class Pick:
    """The question to post, the round of the deck it belongs to, and how many stay unposted."""

    question: QuestionSummary
    round: int
    left: int


def pick_question(
    deck: Sequence[QuestionSummary],
    rounds: Mapping[str, int],
    last_topics: Sequence[str],
    seed: str,
) -> Pick:
    """Pick the next question of a non-empty deck.

    `rounds` gives for each question id the last round in which the channel saw it, 0 or
    absent for never; `last_topics` are the topics of the channel's newest post. Only the
    least often seen questions are candidates, so nothing repeats before all were posted.
    A question that joins later is seen 0 times: it comes next and leaves the order of the
    others as it was. Filters that overlap in a channel share `rounds`.
    """
    seen = [rounds.get(question.id, 0) for question in deck]
    fewest, most = min(seen), max(seen)
    candidates = [question for question, times in zip(deck, seen, strict=True) if times == fewest]
    round_number = most if fewest < most else most + 1
    places = _places(deck, seed, round_number)
    chosen = min(
        candidates,
        key=lambda question: (
            bool(set(question.topics[:1]) & set(last_topics)),
            places[question.id],
        ),
    )
    left = sum(times < round_number for times in seen) - 1
    return Pick(chosen, round_number, left)


def _places(deck: Sequence[QuestionSummary], seed: str, round_number: int) -> dict[str, float]:
    """Give each question a place in 0..1 that spreads each topic evenly over the round.

    Stratified: the i-th of a topic's n shuffled questions stands near i/n. The shuffle is
    a hash of seed, round and id, so that it needs no stored order.
    """
    by_topic: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for question in deck:
        topic = question.topics[0] if question.topics else ""
        by_topic[topic].append((_uniform(seed, round_number, question.id), question.id))
    return {
        question_id: (rank + _uniform(seed, round_number, topic, question_id)) / len(members)
        for topic, members in by_topic.items()
        for rank, (_, question_id) in enumerate(sorted(members))
    }


def _uniform(*parts: object) -> float:
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=7).digest()
    return int.from_bytes(digest) / 2**56
