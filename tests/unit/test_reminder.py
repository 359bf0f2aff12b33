"""When a reminder may go out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.people import AwayPeriod, MemberId, WorkspaceId
from bot.domain.reading import read_reminders
from bot.domain.reminder import LATEST, USUAL_TIME, Reminder, is_away
from bot.domain.schedule import local_date
from bot.errors import CommandError

NOW = datetime(2026, 3, 27, 17, tzinfo=UTC)
zones = st.sampled_from(("UTC", "Europe/Berlin", "Asia/Kolkata", "America/Sao_Paulo"))


def make_reminder(zone: str, at: time = time(18), told_on: date | None = None) -> Reminder:
    return Reminder(WorkspaceId(1), MemberId(1), at, zone, "#general", NOW, told_on)


@given(zones, st.times(), st.timedeltas(timedelta(days=-400), timedelta(days=700)))
def test_the_next_look_is_within_a_day_and_at_the_local_time(
    zone: str, at: time, since: timedelta
) -> None:
    minute = at.replace(second=0, microsecond=0, fold=0)
    aware = NOW + since
    look = make_reminder(zone, minute).next_look(aware)
    assert aware < look <= aware + timedelta(hours=25)
    local = look.astimezone(ZoneInfo(zone))
    clocks_changed = local.utcoffset() != (local - timedelta(days=1)).utcoffset()
    assert local.time().replace(fold=0) == minute or clocks_changed


def test_once_a_local_date_and_only_in_time() -> None:
    berlin = make_reminder("Europe/Berlin")
    assert berlin.may_tell(NOW, ())
    assert berlin.may_tell(NOW + LATEST, ())
    assert not berlin.may_tell(NOW - timedelta(seconds=1), ())
    assert not berlin.may_tell(NOW + LATEST + timedelta(seconds=1), ())
    assert not make_reminder("Europe/Berlin", told_on=date(2026, 3, 27)).may_tell(NOW, ())
    assert make_reminder("Europe/Berlin", told_on=date(2026, 3, 26)).may_tell(NOW, ())


def test_never_while_away_by_the_member_s_own_date() -> None:
    late = datetime(2026, 3, 27, 20, tzinfo=UTC)
    until = AwayPeriod(NOW - timedelta(days=3), date(2026, 3, 27))
    assert is_away([until], local_date(late, "Europe/Berlin"), late)
    assert not is_away([until], local_date(late, "Asia/Kolkata"), late)
    back = AwayPeriod(until.since, date(2026, 4, 30), ended_at=NOW)
    assert not is_away([back], date(2026, 3, 27), late)
    assert not make_reminder("Europe/Berlin").may_tell(NOW, [until])


def test_what_people_type() -> None:
    assert read_reminders("yes") == USUAL_TIME
    assert read_reminders("7:30 pm") == time(19, 30)
    assert read_reminders("No") is None
    with pytest.raises(CommandError, match=r"yes, no or 18:00"):
        read_reminders("sometimes")
