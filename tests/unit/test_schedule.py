"""One post a local date, in every zone and through every change of its clocks."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.reading import read_days
from bot.domain.schedule import EVERY_DAY, Rhythm, format_days, to_instant

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
TIMES = (time(0, 30), time(1, 30), time(2, 30), time(9, 0))


@cache
def offsets_of(zone: str) -> tuple[timedelta | None, ...]:
    """The zone's offset at each hour of the two years."""
    tz = ZoneInfo(zone)
    hours = int((END - START) / timedelta(hours=1))
    return tuple(
        (START + timedelta(hours=n)).astimezone(tz).utcoffset() for n in range(0, hours, 6)
    )


def dst_zones() -> list[str]:
    """Every zone whose clocks change in 2026 or 2027; one name for zones that are alike."""
    by_rule: dict[tuple[timedelta | None, ...], str] = {}
    for zone in sorted(available_timezones()):
        offsets = offsets_of(zone)
        if len(set(offsets)) > 1:
            by_rule.setdefault(offsets, zone)
    return sorted(by_rule.values())


def first_moment_at(zone: str, day: date, wall: time) -> datetime:
    """Found by looking: the first minute of the zone's clock that shows the time or later."""
    tz = ZoneInfo(zone)
    wanted = datetime.combine(day, wall)
    moment = datetime.combine(day, wall, UTC) - timedelta(hours=16)
    step = timedelta(minutes=30)
    while moment.astimezone(tz).replace(tzinfo=None) < wanted:
        moment += step
    return moment


@pytest.mark.parametrize("zone", dst_zones())
def test_every_dst_zone_gets_one_post_a_local_date(zone: str) -> None:
    tz = ZoneInfo(zone)
    for wall in TIMES:
        slots, _ = Rhythm(wall, zone).slots_around(START, END)
        dates = [slot.date for slot in slots]
        assert max(Counter(dates).values()) == 1
        assert dates == [dates[0] + timedelta(days=n) for n in range(len(dates))]
        assert len(dates) >= 729
        for slot in slots:
            local = slot.due_at.astimezone(tz)
            assert local.date() == slot.date
            if local.time() != wall or local.fold:
                assert local.fold == 0
                assert slot.due_at == first_moment_after_gap(zone, slot.date, wall)


def first_moment_after_gap(zone: str, day: date, wall: time) -> datetime:
    """A time left out moves forward by the gap: 02:30 becomes 03:30."""
    before_gap = ZoneInfo(zone).utcoffset(datetime.combine(day, time()) - timedelta(hours=6))
    assert before_gap is not None
    return datetime.combine(day, wall, UTC) - before_gap


def test_the_change_of_29_march_2026_in_berlin() -> None:
    spring = date(2026, 3, 29)
    assert to_instant(spring, time(2, 30), "Europe/Berlin") == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )
    autumn = date(2026, 10, 25)
    assert to_instant(autumn, time(2, 30), "Europe/Berlin") == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )
    assert to_instant(autumn, time(2, 30), "Europe/Berlin") == first_moment_at(
        "Europe/Berlin", autumn, time(2, 30)
    )


@pytest.mark.parametrize(
    "zone", ["Africa/Cairo", "Asia/Beirut", "America/Havana", "America/Santiago"]
)
def test_midnight_gaps_keep_their_date(zone: str) -> None:
    """Clocks that jump at midnight leave 00:30 out; an APScheduler trigger would lose the day."""
    slots, _ = Rhythm(time(0, 30), zone).slots_around(START, END)
    moved = [slot for slot in slots if slot.due_at.astimezone(ZoneInfo(zone)).hour == 1]
    assert moved
    assert all(slot.due_at.astimezone(ZoneInfo(zone)).date() == slot.date for slot in moved)


def test_a_date_that_a_zone_never_had_has_no_slot() -> None:
    """Samoa went from 29 to 31 December 2011."""
    after = datetime(2011, 12, 28, 23, tzinfo=UTC)
    slots = list(islice(Rhythm(time(9), "Pacific/Apia").slots_after(after), 3))
    assert [slot.date.day for slot in slots] == [29, 31, 1]
    assert len({slot.due_at for slot in slots}) == 3


@given(
    after=st.timedeltas(timedelta(0), timedelta(days=729)).map(lambda late: START + late),
    wall=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(["Europe/Berlin", "Asia/Beirut", "Australia/Lord_Howe", "UTC"]),
    days=st.frozensets(st.integers(0, 6), min_size=1),
)
def test_the_next_slot_is_the_first_one_after(
    after: datetime, wall: time, zone: str, days: frozenset[int]
) -> None:
    rhythm = Rhythm(wall, zone, days)
    first, second = islice(rhythm.slots_after(after), 2)
    assert after < first.due_at < second.due_at
    assert {first.date.weekday(), second.date.weekday()} <= days
    assert (rhythm.next_slot(after), rhythm.next_slot(first.due_at)) == (first, second)
    slots, following = rhythm.slots_around(after, second.due_at)
    assert list(slots) == [first, second]
    assert following == rhythm.next_slot(second.due_at)


@given(st.frozensets(st.integers(0, 6), min_size=1))
def test_days_are_written_as_they_are_read(days: frozenset[int]) -> None:
    assert read_days(format_days(days)) == days


def test_any_weekend_can_be_written() -> None:
    assert read_days("sun-thu") == frozenset({6, 0, 1, 2, 3})
    assert read_days("sat,sun") == frozenset({5, 6})
    assert read_days("mon-wed, fri") == frozenset({0, 1, 2, 4})
    assert read_days("daily") == EVERY_DAY
    assert format_days(frozenset({6, 0, 1, 2, 3})) == "sun-thu"
