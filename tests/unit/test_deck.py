"""The rules of picks."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.deck import Deck, Pick
from bot.domain.people import Level
from bot.domain.question import QuestionFilter, QuestionKey, QuestionSummary

TOPICS = ("routing", "validation", "security", "testing")


def make_deck(size: int, topics: tuple[str, ...] = TOPICS) -> Deck:
    return Deck(
        QuestionSummary(
            QuestionKey(n), f"q{n}", "fastapi", Level.FRESHER, (topics[n % len(topics)],)
        )
        for n in range(size)
    )


class Channel:
    """A channel that remembers what it was shown."""

    def __init__(self, seed: str = "1/#general") -> None:
        self.rounds: dict[str, int] = {}
        self.shown: list[QuestionSummary] = []
        self.seed = seed

    def pick(self, deck: Deck) -> Pick:
        last = self.shown[-1] if self.shown else None
        topics = last.topics if last else ()
        pick = deck.pick(self.rounds, topics, self.seed, last.id if last else None)
        self.rounds[pick.question.id] = pick.round
        self.shown.append(pick.question)
        return pick

    def ids(self) -> list[str]:
        return [question.id for question in self.shown]


@given(size=st.integers(2, 12), seed=st.text(max_size=8))
def test_a_round_does_not_begin_with_what_ended_the_last_one(size: int, seed: str) -> None:
    channel, deck = Channel(seed), make_deck(size, ("async",))
    for _ in range(size * 4):
        channel.pick(deck)
    shown = channel.ids()
    assert all(one != other for one, other in pairwise(shown))


@given(size=st.integers(1, 30), rounds=st.integers(1, 4), seed=st.text(max_size=8))
def test_nothing_repeats_before_all_were_posted(size: int, rounds: int, seed: str) -> None:
    channel, deck = Channel(seed), make_deck(size)
    for _ in range(size * rounds):
        channel.pick(deck)
    for start in range(0, size * rounds, size):
        assert len(set(channel.ids()[start : start + size])) == size


@given(size=st.integers(1, 20), joined=st.integers(1, 10), after=st.integers(0, 45))
def test_new_questions_join_without_a_repeat(size: int, joined: int, after: int) -> None:
    """Nothing is shown again while a newcomer waits, and the old ones keep their turns."""
    channel, deck = Channel(), make_deck(size)
    for _ in range(after):
        channel.pick(deck)
    grown = make_deck(size + joined)
    for _ in range(3 * (size + joined)):
        before = Counter(channel.ids())
        chosen = channel.pick(grown).question.id
        if before[chosen]:
            assert all(before[question.id] for question in grown)
        times = [Counter(channel.ids())[question.id] for question in deck]
        assert max(times) - min(times) <= 1


@given(size=st.integers(2, 20), after=st.integers(1, 19))
def test_joining_leaves_the_order_of_the_others(size: int, after: int) -> None:
    """What was posted stays posted; the rest of the round follows, with the new ones in it."""
    deck = make_deck(size)
    alone, with_new = Channel(), Channel()
    for _ in range(min(after, size)):
        alone.pick(deck)
        with_new.pick(deck)
    posted = set(with_new.ids())
    grown = make_deck(size + 3)
    for _ in range(size + 3 - len(posted)):
        with_new.pick(grown)
    assert sorted(with_new.ids()) == sorted(question.id for question in grown)


def test_the_order_is_a_shuffle_by_the_seed() -> None:
    deck = make_deck(20)
    orders = set()
    for seed in range(20):
        channel = Channel(f"{seed}/#general")
        for _ in deck:
            channel.pick(deck)
        orders.add(tuple(channel.ids()))
    assert len(orders) > 10, "some channels share one of the shuffles"
    again = Channel("3/#general")
    for _ in deck:
        again.pick(deck)
    assert tuple(again.ids()) in orders


def test_the_second_round_is_shuffled_anew() -> None:
    deck, channel = make_deck(20), Channel()
    for _ in range(40):
        channel.pick(deck)
    assert channel.ids()[:20] != channel.ids()[20:]


@given(seed=st.integers(0, 10**6))
def test_topics_are_spread(seed: int) -> None:
    """With four equal topics, no topic comes twice running before the last few picks."""
    deck, channel = make_deck(40), Channel(str(seed))
    for _ in deck:
        channel.pick(deck)
    topics = [question.topics[0] for question in channel.shown]
    twice = [place for place in range(1, 30) if topics[place] == topics[place - 1]]
    assert twice == []
    for start in range(0, 40, 20):
        assert set(topics[start : start + 20]) == set(TOPICS)


def test_overlapping_filters_share_what_the_channel_saw() -> None:
    """A schedule for one topic going round and round doesn't make the other repeat early."""
    everything = make_deck(12)
    narrow = everything.fitting(QuestionFilter(topic="routing"))
    channel = Channel()
    shown_by_wide: list[str] = []
    for _ in range(9):
        channel.pick(narrow)
        shown_by_wide.append(channel.pick(everything).question.id)
    others = [one for one in shown_by_wide if one not in {question.id for question in narrow}]
    assert len(others) == len(set(others)) == 9


def test_what_is_left_counts_down_to_the_next_repeat() -> None:
    deck, channel = make_deck(8), Channel()
    assert [channel.pick(deck).left for _ in range(9)] == [7, 6, 5, 4, 3, 2, 1, 0, 7]
