"""When a channel gets its question: wall-clock time, weekdays and an IANA zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NewType
from zoneinfo import ZoneInfo

from bot.domain.people import MemberId, WorkspaceId
from bot.domain.question import QuestionFilter

ScheduleId = NewType("ScheduleId", int)

_ONE_DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))


class Deed(StrEnum):
    """What an admin does to a schedule by hand; kept as the reason, with their name before it."""

    PAUSED = "paused it."
    SKIPPED = "skipped it."
    REMOVED = "removed the schedule."

    def tell(self, name: str) -> str:
        """Say who did it."""
        return f"{name} {self}"


class RevealMode(StrEnum):
    """Who sees the answer when somebody reacts."""

    PRIVATE = "private"
    THREAD = "thread"


@dataclass(frozen=True, slots=True)
class Slot:
    """One post of a schedule: the local date it belongs to and the instant it is due (UTC)."""

    date: date
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A time of day on weekdays (Monday is 0) in a zone."""

    time: time
    zone: str
    days: frozenset[int] = EVERY_DAY

    def slots_after(self, after: datetime) -> Iterator[Slot]:
        """Yield the slots due later than `after`, soonest first, without end."""
        day = after.astimezone(_open_zone(self.zone)).date()
        if _plain_midnight(self.zone, day - _ONE_DAY) is None:
            day -= _ONE_DAY
        while True:
            if day.weekday() in self.days:
                due_at = self._due_on(day)
                if due_at is not None and due_at > after:
                    yield Slot(day, due_at)
            if day == date.max:
                return
            day += _ONE_DAY

    def _due_on(self, day: date) -> datetime | None:
        """Return when the day's slot is due; None on a date that the zone leaves out."""
        midnight = _plain_midnight(self.zone, day)
        if midnight is not None:
            return midnight + _since_midnight(self.time)
        return to_instant(day, self.time, self.zone) if _has_date(self.zone, day) else None

    def next_slot(self, after: datetime) -> Slot:
        """Return the first slot due later than `after`.

        Where no clock changes, the days are simply counted: a restart works out millions.
        """
        day = after.astimezone(_open_zone(self.zone)).date()
        midnight = _second_plain_midnight(self.zone, day)
        while midnight is not None:
            due_at = midnight + _since_midnight(self.time)
            if due_at > after and day.weekday() in self.days:
                return Slot(day, due_at)
            day += _ONE_DAY
            midnight = _plain_midnight(self.zone, day)
        return next(self.slots_after(after))

    def slots_around(self, after: datetime, until: datetime) -> tuple[Sequence[Slot], Slot]:
        """Return the slots due later than `after` up to `until`, and the one that follows."""
        return _find_slots(self, after, until)

    def to_local(self, instant: datetime) -> datetime:
        """Return the instant on the zone's clock."""
        return to_local(instant, self.zone)

    def __str__(self) -> str:
        return f"{self.time:%H:%M} {format_days(self.days)} {self.zone}"


def to_instant(day: date, wall: time, zone: str) -> datetime:
    """Return the UTC instant of a wall-clock time.

    A time that a change of the clocks leaves out moves forward by the gap; one that comes
    twice is the first of the two. `fold=0` means both (PEP 495).
    """
    return datetime.combine(day, wall, _open_zone(zone)).replace(fold=0).astimezone(UTC)


def to_local(instant: datetime, zone: str) -> datetime:
    """Return the instant on the zone's clock."""
    return instant.astimezone(_open_zone(zone))


def local_date(instant: datetime, zone: str) -> date:
    """Return the date that it is then on the zone's calendar."""
    return to_local(instant, zone).date()


@lru_cache(maxsize=256)
def _find_slots(rhythm: Rhythm, after: datetime, until: datetime) -> tuple[Sequence[Slot], Slot]:
    """Thousands of schedules with the few rhythms that people choose are due together."""
    slots: list[Slot] = []
    for slot in rhythm.slots_after(after):
        if slot.due_at > until:
            return tuple(slots), slot
        slots.append(slot)
    raise OverflowError("the calendar ends here")


@lru_cache(maxsize=1024)
def _open_zone(zone: str) -> ZoneInfo:
    """Keep the zone: ZoneInfo itself keeps eight and reads the others from their files again."""
    return ZoneInfo(zone)


@lru_cache(maxsize=16_384)
def _plain_midnight(zone: str, day: date) -> datetime | None:
    """Return when the day begins (UTC); None if clocks change in it, or at either end.

    Between its midnights nothing but adding is left to do, which is ten times as fast.
    """
    if day in (date.min, date.max):
        return None
    clock = _open_zone(zone)
    ends = [datetime.combine(one, time(), clock) for one in (day, day + _ONE_DAY)]
    offsets = {end.replace(fold=fold).utcoffset() for end in ends for fold in (0, 1)}
    return ends[0].astimezone(UTC) if len(offsets) == 1 else None


@lru_cache(maxsize=16_384)
def _second_plain_midnight(zone: str, day: date) -> datetime | None:
    """Return when the day begins (UTC); None if clocks change in it or in the day before, whose
    slot may have moved into this one."""
    before = day > date.min and _plain_midnight(zone, day - _ONE_DAY)
    return _plain_midnight(zone, day) if before else None


@lru_cache(maxsize=1440)
def _since_midnight(wall: time) -> timedelta:
    return timedelta(hours=wall.hour, minutes=wall.minute, seconds=wall.second)


@lru_cache(maxsize=4096)
def _has_date(zone: str, day: date) -> bool:
    """Tell whether the zone has that date at all: Samoa had no 30 December 2011."""
    return local_date(to_instant(day, time(12), zone), zone) == day


def format_days(days: frozenset[int]) -> str:
    """Write weekdays as people type them: `mon-fri`, `sat,sun`, `sun-thu`."""
    if days == EVERY_DAY:
        return "mon-sun"
    starts = [day for day in sorted(days) if (day - 1) % 7 not in days]
    runs = []
    for start in starts:
        length = next(n for n in range(1, 8) if (start + n) % 7 not in days)
        end = WEEKDAYS[(start + length - 1) % 7]
        runs.append(
            WEEKDAYS[start]
            if length == 1
            else f"{WEEKDAYS[start]},{end}"
            if length == 2
            else f"{WEEKDAYS[start]}-{end}"
        )
    return ",".join(runs)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A daily question in a channel.

    `number` is what people type: small, counted per workspace. `next_due_at` is None while
    the schedule is paused, with the reason in `paused_because`. `reveal_after` posts the
    answer for all that long after the question; `discussion` opens a thread under each.
    `digest` is the weekday (Monday is 0) on which the week is told, at the schedule's time;
    `digest_due_at` when next.
    """

    id: ScheduleId
    workspace_id: WorkspaceId
    number: int
    channel: str
    rhythm: Rhythm
    wanted: QuestionFilter = field(default_factory=QuestionFilter)
    reveal: RevealMode = RevealMode.PRIVATE
    reveal_after: timedelta | None = None
    discussion: bool = False
    next_due_at: datetime | None = None
    paused_because: str | None = None
    created_by: MemberId | None = None
    digest: int | None = None
    digest_due_at: datetime | None = None
    low_told_at_size: int | None = None
    """Size of the deck when the admin was told that it runs low; None: not yet."""

    def next_digest(self, after: datetime) -> datetime | None:
        """Return when the digest is due next, or None where nobody wants it or it is paused."""
        if self.digest is None or self.next_due_at is None:
            return None
        return self.digest_rhythm().next_slot(after).due_at

    def digest_rhythm(self) -> Rhythm:
        """Return the digest's own rhythm: the schedule's time, on one weekday."""
        assert self.digest is not None
        return Rhythm(self.rhythm.time, self.rhythm.zone, frozenset({self.digest}))
