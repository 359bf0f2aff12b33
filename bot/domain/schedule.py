"""When a channel gets its question: wall-clock time, weekdays and an IANA zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NewType
from zoneinfo import ZoneInfo

from bot.domain.people import MemberId, WorkspaceId
from bot.domain.question import QuestionFilter

ScheduleId = NewType("ScheduleId", int)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))


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
        day = after.astimezone(ZoneInfo(self.zone)).date() - timedelta(days=1)
        while True:
            if day.weekday() in self.days and _has_date(self.zone, day):
                due_at = to_instant(day, self.time, self.zone)
                if due_at > after:
                    yield Slot(day, due_at)
            if day == date.max:
                return
            day += timedelta(days=1)

    def next_slot(self, after: datetime) -> Slot:
        """Return the first slot due later than `after`."""
        return next(self.slots_after(after))

    def slots_around(self, after: datetime, until: datetime) -> tuple[list[Slot], Slot]:
        """Return the slots due later than `after` up to `until`, and the one that follows."""
        slots: list[Slot] = []
        for slot in self.slots_after(after):
            if slot.due_at > until:
                return slots, slot
            slots.append(slot)
        raise OverflowError("the calendar ends here")

    def to_local(self, instant: datetime) -> datetime:
        """Return the instant on the zone's clock."""
        return instant.astimezone(ZoneInfo(self.zone))

    def __str__(self) -> str:
        return f"{self.time:%H:%M} {format_days(self.days)} {self.zone}"


def to_instant(day: date, wall: time, zone: str) -> datetime:
    """Return the UTC instant of a wall-clock time.

    A time that a change of the clocks leaves out moves forward by the gap; one that comes
    twice is the first of the two. `fold=0` means both (PEP 495).
    """
    return datetime.combine(day, wall, ZoneInfo(zone)).replace(fold=0).astimezone(UTC)


@lru_cache(maxsize=4096)
def _has_date(zone: str, day: date) -> bool:
    """Tell whether the zone has that date at all: Samoa had no 30 December 2011."""
    noon = to_instant(day, time(12), zone)
    return noon.astimezone(ZoneInfo(zone)).date() == day


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
    answer for all that long after the question.
    """

    id: ScheduleId
    workspace_id: WorkspaceId
    number: int
    channel: str
    rhythm: Rhythm
    wanted: QuestionFilter = field(default_factory=QuestionFilter)
    reveal: RevealMode = RevealMode.PRIVATE
    reveal_after: timedelta | None = None
    next_due_at: datetime | None = None
    paused_because: str | None = None
    created_by: MemberId | None = None
    low_told_at_size: int | None = None
    """Size of the deck when the admin was told that it runs low; None: not yet."""
