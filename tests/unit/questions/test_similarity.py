"""Near duplicates: what is found is what comparing each with each would find."""

from __future__ import annotations

import random
import time
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.people import Level
from bot.domain.question import Kind, Markdown, Question
from bot.questions.similarity import (
    _count_words,
    _weigh_words,
    find_near_duplicates,
)


def ask(number: int, prompt: str) -> Question:
    return Question(
        id=f"q-{number}",
        pack="ours",
        title="",
        level=Level.FRESHER,
        topics=("routing",),
        kind=Kind.OPEN,
        prompt=Markdown(prompt),
        answer=Markdown("Because."),
    )


def multiply(one: dict[str, float], other: dict[str, float]) -> float:
    return sum(weight * other.get(word, 0.0) for word, weight in one.items())


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from(["aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh"]),
            min_size=1,
            max_size=6,
        ),
        min_size=2,
        max_size=12,
        unique_by=lambda words: tuple(sorted(words)),
    ),
    st.sampled_from([0.3, 0.6, 0.8]),
)
def test_nothing_near_is_missed(texts: list[list[str]], threshold: float) -> None:
    pack = [ask(number, " ".join(words)) for number, words in enumerate(texts)]
    vectors = _weigh_words([_count_words(question) for question in pack])
    near = {
        (one, other)
        for one, other in combinations(range(len(pack)), 2)
        if multiply(vectors[one], vectors[other]) >= threshold + 1e-9
    }
    found = {
        (int(one.id[2:]), int(other.id[2:])): similarity
        for one, other, similarity in find_near_duplicates(pack, threshold)
    }
    reported = {other for _, other in found}
    for one, other in near:
        assert other in reported or one in reported
    for (one, other), similarity in found.items():
        assert similarity == pytest.approx(multiply(vectors[one], vectors[other]))
        assert similarity >= threshold


def test_the_same_words_are_found_in_a_pack_of_two() -> None:
    pack = [ask(1, "What does Depends cache?"), ask(2, "what does depends CACHE")]
    ((one, other, similarity),) = find_near_duplicates(pack)
    assert (one.id, other.id, similarity) == ("q-1", "q-2", 1.0)


def test_many_alike_are_reported_once_each_and_progress_ends_at_1() -> None:
    pack = [ask(number, "why does it close the session late") for number in range(50)]
    pack += [ask(100 + number, f"only{number} this{number} word{number}") for number in range(50)]
    shares: list[float] = []
    found = list(find_near_duplicates(pack, on_progress=shares.append))
    assert [other.id for _, other, _ in found] == [f"q-{number}" for number in range(1, 50)]
    assert {one.id for one, _, _ in found} == {"q-0"}
    assert shares[-1] == 1.0


def make_texts(count: int) -> list[Question]:
    """Texts as people write them: common words, and rare ones, of which there are ever more."""
    dice = random.Random(1)
    common = [f"common{number}" for number in range(200)]
    return [
        ask(
            number,
            " ".join(
                [*dice.choices(common, k=30)]
                + [f"rare{dice.randrange(count * 10)}" for _ in range(15)]
            ),
        )
        for number in range(count)
    ]


def test_ten_times_the_questions_take_about_ten_times_as_long() -> None:
    spent = []
    for count in (400, 4_000):
        pack = make_texts(count)
        began = time.process_time()
        assert list(find_near_duplicates(pack)) == []
        spent.append(time.process_time() - began)
    assert spent[1] < 40 * spent[0]
