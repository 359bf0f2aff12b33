"""Turns on a platform: pure, with times that the test gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pacing import Pace, Turns

NOW = datetime(2026, 3, 23, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
Waits = st.lists(st.floats(0, 3, allow_nan=False), max_size=60)


@given(Waits, st.integers(1, 5))
def test_no_second_ever_has_more_than_its_burst(waits: list[float], burst: int) -> None:
    turns, now, taken = Turns(SECOND, burst), NOW, []
    for wait in waits:
        now += timedelta(seconds=wait)
        taken.append(turns.take("c", now))
        assert taken[-1] >= now
    assert taken == sorted(taken)
    for first, later in zip(taken, taken[burst:], strict=False):
        assert later - first >= SECOND


@given(Waits)
def test_nobody_waits_longer_than_those_before_take(waits: list[float]) -> None:
    turns, now = Turns(SECOND), NOW
    for number, wait in enumerate(waits):
        now += timedelta(seconds=wait)
        assert turns.take("c", now) - now <= number * SECOND


def test_a_channel_s_second_counts_from_the_end_of_its_last_post() -> None:
    turns = Turns(SECOND)
    turns.take("c", NOW)
    assert turns.take("c", NOW) == NOW + SECOND
    turns.hold_from("c", NOW + timedelta(seconds=0.4))
    assert turns.free_at("c", NOW + SECOND) == NOW + timedelta(seconds=1.4)
    assert turns.free_at("other", NOW) == NOW


def test_a_clock_that_is_set_back_makes_nobody_wait_for_hours() -> None:
    turns = Turns(SECOND)
    for _ in range(5):
        turns.take("c", NOW)
    earlier = NOW - timedelta(hours=3)
    assert turns.next_turn("c", earlier) == earlier
    assert turns.take("c", earlier) == earlier
    assert turns.take("c", earlier) == earlier + SECOND


def test_both_limits_hold_and_an_answer_does_not_queue_behind_the_workspace() -> None:
    pace = Pace(Turns(SECOND), Turns(SECOND / 5, burst=2))
    taken = [pace.take("T", f"C{number}", NOW) for number in range(4)]
    assert taken == [NOW, NOW, NOW + SECOND / 5, NOW + 2 * SECOND / 5]
    assert pace.take("U", "C0", NOW) == NOW
    assert pace.take_channel("T", "C9", NOW) == NOW
    assert pace.take_channel("T", "C9", NOW) == NOW + SECOND


def test_processes_divide_what_a_workspace_bears_but_not_a_channel_s_second() -> None:
    pace = Pace(Turns(SECOND), Turns(SECOND / 10, burst=8))
    pace.share(2)
    taken = [pace.take("T", f"C{number}", NOW) for number in range(6)]
    assert taken == [NOW] * 4 + [NOW + SECOND / 5, NOW + 2 * SECOND / 5]
    assert pace.take_channel("T", "C9", NOW) == NOW
    assert pace.take_channel("T", "C9", NOW) == NOW + SECOND
    pace.share(1)
    later = NOW + timedelta(hours=1)
    assert [pace.take("T", f"C{number}", later) for number in range(8)] == [later] * 8


def test_what_rests_is_forgotten() -> None:
    turns = Turns(SECOND)
    for number in range(30_000):
        turns.take(number, NOW + number * SECOND / 1000)
    assert len(turns._full_at) <= 10_001
