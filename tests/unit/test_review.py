"""When a question comes back, as rules about any course of ratings."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from fsrs import Rating
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.grading import Band, Grade, band_of
from bot.domain.people import MemberId, WorkspaceId
from bot.domain.review import DAY_BEGINS, LONGEST, Review, rate_grade, rate_word, schedule_review

AT = datetime(2026, 3, 27, 17, 30, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "Pacific/Apia", "America/New_York")
ratings = st.sampled_from(Rating)
zones = st.sampled_from(ZONES)


def new_review() -> Review:
    return Review(WorkspaceId(1), MemberId(1), "depends", AT)


def make_grade(score: float, grader: str = "lexical") -> Grade:
    return Grade(score, band_of(score), (), None, grader)


@given(st.lists(st.tuples(ratings, st.integers(0, 400)), min_size=1, max_size=12), zones)
def test_a_review_is_due_on_a_later_local_day_within_a_year(
    course: list[tuple[Rating, int]], zone: str
) -> None:
    review, at = new_review(), AT
    for rating, days in course:
        at += timedelta(days=days)
        review = schedule_review(review, rating, at, zone, Random(7))
        local, due = at.astimezone(ZoneInfo(zone)), review.due_at.astimezone(ZoneInfo(zone))
        assert timedelta(days=1) <= due.date() - local.date() <= timedelta(days=LONGEST)
        assert due.time() == DAY_BEGINS
    assert review.reviews == len(course)
    assert review.lapses == sum(rating is Rating.Again for rating, _ in course[1:])


@given(st.lists(ratings, max_size=6), st.integers(1, 60))
def test_a_better_rating_never_comes_back_earlier(course: list[Rating], days: int) -> None:
    review, at = new_review(), AT
    for rating in course:
        review = schedule_review(review, rating, at, "UTC", Random(1))
        at += timedelta(days=days)
    due = [schedule_review(review, rating, at, "UTC", NoFuzz()).due_at for rating in Rating]
    assert due == sorted(due)


class NoFuzz(Random):
    """Dice that always show the middle."""

    def randint(self, a: int, b: int) -> int:
        return (a + b) // 2


@given(ratings, st.integers(), zones)
def test_the_same_dice_give_the_same_day(rating: Rating, seed: int, zone: str) -> None:
    once = schedule_review(new_review(), rating, AT, zone, Random(seed))
    assert schedule_review(new_review(), rating, AT, zone, Random(seed)) == once


def test_knowing_it_again_and_again_lengthens_the_wait() -> None:
    review, waits = new_review(), []
    at = AT
    for _ in range(5):
        review = schedule_review(review, Rating.Good, at, "UTC", NoFuzz())
        waits.append(review.due_at - at)
        at = review.due_at
    assert all(earlier < later for earlier, later in pairwise(waits))


def test_days_are_spread_by_the_dice() -> None:
    learnt = [schedule_review(new_review(), Rating.Easy, AT, "UTC", Random(n)) for n in range(50)]
    days = {(review.due_at - AT).days for review in learnt}
    assert 2 <= len(days) <= 3


@pytest.mark.parametrize(
    ("score", "rating"),
    [(0.0, Rating.Again), (0.29, Rating.Again), (0.3, Rating.Hard), (0.6, Rating.Good)],
)
def test_scores_become_ratings_by_their_band(score: float, rating: Rating) -> None:
    assert rate_grade(make_grade(score)) is rating


def test_only_an_open_answer_without_a_look_can_be_easy() -> None:
    assert rate_grade(make_grade(1.0)) is Rating.Easy
    assert rate_grade(make_grade(1.0, "choice")) is Rating.Good
    assert rate_grade(make_grade(1.0), looked=True) is Rating.Hard
    assert rate_grade(make_grade(0.0), looked=True) is Rating.Again


@given(st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_a_higher_score_is_never_rated_lower(one: float, other: float, looked: bool) -> None:
    low, high = sorted((one, other))
    assert rate_grade(make_grade(low), looked=looked) <= rate_grade(make_grade(high), looked=looked)


def test_self_ratings() -> None:
    words = [rate_word(word) for word in ("knew", "partly", "missed", "whatever")]
    assert words == [Rating.Good, Rating.Hard, Rating.Again, None]


def test_every_band_has_a_rating() -> None:
    for band in Band:
        assert rate_grade(Grade(0.5, band, (), None, "lexical")) in Rating


def test_the_day_begins_before_anybody_looks() -> None:
    assert time(0) < DAY_BEGINS < time(7)
