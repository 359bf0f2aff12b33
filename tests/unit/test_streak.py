"""The rules of streaks, for every history that hypothesis can think of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.people import AwayPeriod, find_return
from bot.domain.streak import (
    DAYS_PER_FREEZE,
    MOST_FREEZES,
    PostedSlot,
    QuestionDay,
    build_ledger,
    question_days,
    sum_up,
)

FIRST = date(2026, 3, 2)
NINE = datetime(2026, 3, 2, 8, tzinfo=UTC)


def make_days(gaps: list[int], *, open_last: bool = True) -> tuple[QuestionDay, ...]:
    """Question days that many days apart; the last one is open."""
    dates = [FIRST]
    for gap in gaps:
        dates.append(dates[-1] + timedelta(days=gap))
    slots = [PostedSlot(day, NINE + (day - FIRST), NINE + (day - FIRST)) for day in dates]
    days = question_days(slots)
    return days if open_last else days[:-1]


histories = st.lists(st.tuples(st.integers(1, 5), st.booleans()), min_size=1, max_size=60)


def build(history: list[tuple[int, bool]]) -> tuple[tuple[QuestionDay, ...], set[date]]:
    days = make_days([gap for gap, _ in history[1:]])
    took_part = {day.date for day, (_, did) in zip(days, history, strict=True) if did}
    return days, took_part


@given(histories)
def test_the_ledger_explains_every_number(history: list[tuple[int, bool]]) -> None:
    days, took_part = build(history)
    ledger = build_ledger(days, took_part)
    streak = sum_up(ledger)
    assert [day.date for day in ledger] == [day.date for day in days]
    count = 0
    for day in ledger:
        if day.took_part:
            count += 1
        elif not (day.freeze or day.away or day.open):
            count = 0
        assert day.streak == count
        assert 0 <= day.freezes <= MOST_FREEZES
    assert streak.current == count
    assert streak.longest == max(day.streak for day in ledger)
    assert streak.longest >= streak.current


@given(histories)
def test_the_numbers_agree_with_the_ledger_at_every_moment(
    history: list[tuple[int, bool]],
) -> None:
    """Playing the history day by day, no number ever goes back on what an older ledger said."""
    days, took_part = build(history)
    for count in range(1, len(days) + 1):
        seen = (*days[: count - 1], replace(days[count - 1], closed_at=None))
        partial = build_ledger(seen, took_part)
        whole = build_ledger(days, took_part)
        assert partial[:-1] == whole[: count - 1]


@given(histories)
def test_the_open_day_never_lowers_the_number(history: list[tuple[int, bool]]) -> None:
    days, took_part = build(history)
    today = days[-1]
    assert today.closed_at is None
    without_today = sum_up(build_ledger(days[:-1], took_part))
    not_yet = sum_up(build_ledger(days, took_part - {today.date}))
    done = sum_up(build_ledger(days, took_part | {today.date}))
    assert not_yet == without_today
    assert done.current == without_today.current + 1


@given(histories, st.integers(1, 4))
def test_days_without_a_question_change_nothing(
    history: list[tuple[int, bool]], extra: int
) -> None:
    """However many days lie between two questions, only the questions count."""
    days, took_part = build(history)
    stretched = make_days([gap + extra for gap, _ in history[1:]])
    moved = {far.date for near, far in zip(days, stretched, strict=True) if near.date in took_part}
    near = [(day.took_part, day.freeze, day.streak) for day in build_ledger(days, took_part)]
    far = [(day.took_part, day.freeze, day.streak) for day in build_ledger(stretched, moved)]
    assert near == far


@given(histories)
def test_each_missed_day_costs_one_freeze_or_the_streak(
    history: list[tuple[int, bool]],
) -> None:
    days, took_part = build(history)
    before = None
    for day in build_ledger(days, took_part):
        kept = before.freezes if before else 0
        count = before.streak if before else 0
        if day.took_part:
            earned = day.streak % DAYS_PER_FREEZE == 0
            assert day.freezes == min(MOST_FREEZES, kept + earned)
        elif day.open:
            assert (day.freezes, day.streak) == (kept, count)
        elif kept and count:
            assert (day.freeze, day.freezes, day.streak) == (True, kept - 1, count)
        else:
            assert (day.freeze, day.streak) == (False, 0)
        before = day


@given(histories, st.integers(0, 40), st.integers(0, 40))
def test_an_absence_breaks_nothing_and_costs_nothing(
    history: list[tuple[int, bool]], start: int, length: int
) -> None:
    days, took_part = build(history)
    since = NINE + timedelta(days=start)
    period = AwayPeriod(since, since.date() + timedelta(days=length))
    ledger = build_ledger(days, took_part, [period])
    for before, day in pairwise(ledger):
        if day.away and not day.took_part:
            assert (day.streak, day.freezes) == (before.streak, before.freezes)


def test_a_two_month_gap_never_eats_freezes_one_by_one_past_the_break() -> None:
    days = make_days([1] * 80)
    took_part = {day.date for day in days[:14]}
    ledger = build_ledger(days, took_part)
    assert ledger[13].freezes == 2
    assert [day.freeze for day in ledger[14:17]] == [True, True, False]
    assert ledger[17].streak == 0
    assert sum(day.freeze for day in ledger) == 2


def test_coming_back_early_ends_the_absence() -> None:
    days = make_days([1] * 9)
    period = AwayPeriod(NINE, FIRST + timedelta(days=20), ended_at=NINE + timedelta(days=4))
    ledger = build_ledger(days, {FIRST}, [period])
    assert [day.away for day in ledger[:6]] == [True, True, True, True, False, False]


def test_far_apart_zones_leave_two_days_open_and_cut_nobody_off() -> None:
    """Tokyo's Tuesday begins before New York's Monday question is posted."""
    tokyo = datetime(2026, 3, 2, 0, tzinfo=UTC)
    new_york = tokyo + timedelta(hours=25)
    slots = [
        PostedSlot(
            FIRST + timedelta(days=n), tokyo + timedelta(days=n), new_york + timedelta(days=n)
        )
        for n in range(3)
    ]
    monday, tuesday, wednesday = question_days(slots)
    assert monday.closed_at == tokyo + timedelta(days=2)
    assert tuesday.closed_at is not None
    assert tuesday.closed_at > new_york + timedelta(days=1)
    assert wednesday.closed_at is None


def test_who_is_away_is_back_after_the_last_day_that_stands() -> None:
    today = FIRST + timedelta(days=10)
    over = AwayPeriod(NINE, today - timedelta(days=1))
    taken_back = AwayPeriod(NINE, today + timedelta(days=9), ended_at=NINE)
    standing = AwayPeriod(NINE, today)
    longer = AwayPeriod(NINE, today + timedelta(days=2))
    assert find_return([over, taken_back], today) is None
    assert find_return([over, standing], today) == today
    assert find_return([longer, standing], today) == longer.until
