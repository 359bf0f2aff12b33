"""Streaks: a fold over question days, with a ledger that explains every number."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from bot.domain.people import AwayPeriod

DAYS_PER_FREEZE = 7
MOST_FREEZES = 2
SETTLED_AFTER = timedelta(days=7)
"""A day that closed that long ago is settled: nothing that happens in order changes it."""
KEPT_FOR = SETTLED_AFTER + timedelta(days=7)
"""How old the newest day that a kept streak takes in may be, before it is kept anew."""


@dataclass(frozen=True, slots=True)
class PostedSlot:
    """A local date on which questions were posted, with the first and last posting time."""

    date: date
    first_posted_at: datetime
    last_posted_at: datetime


@dataclass(frozen=True, slots=True)
class QuestionDay:
    """A question day of a workspace. It is open until `closed_at`, where the next one begins."""

    date: date
    began_at: datetime
    closed_at: datetime | None


class Outcome(StrEnum):
    """What a question day was for a member."""

    TOOK_PART = "took_part"
    FREEZE = "freeze"
    AWAY = "away"
    OPEN = "open"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """One question day of one member, with the count after it."""

    date: date
    took_part: bool
    freeze: bool
    away: bool
    open: bool
    streak: int
    freezes: int

    @property
    def outcome(self) -> Outcome:
        """The one word for the day."""
        if self.took_part:
            return Outcome.TOOK_PART
        if self.freeze:
            return Outcome.FREEZE
        if self.away:
            return Outcome.AWAY
        return Outcome.OPEN if self.open else Outcome.MISSED


@dataclass(frozen=True, slots=True)
class Streak:
    """What the ledger adds up to."""

    current: int = 0
    longest: int = 0
    freezes: int = 0


def question_days(slots: Sequence[PostedSlot]) -> tuple[QuestionDay, ...]:
    """Turn posted slots, sorted by date, into question days.

    A day closes when a question of a later date is posted after all of its own. In a
    workspace with schedules in far-apart zones a later date may begin before the earlier
    one's last question: nobody is cut off by that, so two days may be open at once.
    """
    return tuple(
        QuestionDay(slot.date, slot.first_posted_at, _closing_time(slot, slots[index + 1 :]))
        for index, slot in enumerate(slots)
    )


def _closing_time(slot: PostedSlot, later_slots: Iterable[PostedSlot]) -> datetime | None:
    candidates: list[datetime] = []
    for later in later_slots:
        if later.first_posted_at > slot.last_posted_at:
            return min([*candidates, later.first_posted_at])
        if later.last_posted_at > slot.last_posted_at:
            candidates.append(later.last_posted_at)
    return min(candidates, default=None)


def build_ledger(
    days: Iterable[QuestionDay],
    took_part_on: Collection[date],
    away: Collection[AwayPeriod] = (),
    start: Streak = Streak(),
) -> tuple[LedgerDay, ...]:
    """Explain every question day, oldest first; `start` is the streak before them.

    A day with part taken counts one, and each seventh of a streak earns a freeze (two are
    kept at most). A missed day spends a freeze, or ends the streak. A day of absence and
    the open day change nothing.
    """
    ledger: list[LedgerDay] = []
    streak, freezes = start.current, start.freezes
    for day in days:
        took_part = day.date in took_part_on
        is_open = day.closed_at is None
        is_away = any(period.covers(day.date, day.began_at, day.closed_at) for period in away)
        missed = not (took_part or is_open or is_away)
        freeze = missed and freezes > 0 and streak > 0
        if took_part:
            streak += 1
            earned = streak % DAYS_PER_FREEZE == 0
            freezes = min(MOST_FREEZES, freezes + earned)
        elif freeze:
            freezes -= 1
        elif missed:
            streak = 0
        ledger.append(LedgerDay(day.date, took_part, freeze, is_away, is_open, streak, freezes))
    return tuple(ledger)


def sum_up(ledger: Sequence[LedgerDay], start: Streak = Streak()) -> Streak:
    """Read current, longest and freezes off the ledger; `start` is the streak before it."""
    if not ledger:
        return start
    longest = max(start.longest, *(day.streak for day in ledger))
    return Streak(ledger[-1].streak, longest, ledger[-1].freezes)


def count_before(ledger: Iterable[LedgerDay]) -> int:
    """Count the days before somebody took part for the first time: nobody missed those."""
    return sum(1 for _ in takewhile(lambda day: day.outcome is Outcome.MISSED, ledger))


@dataclass(frozen=True, slots=True)
class KeptStreak:
    """The streak through the question day `through`, as the ledger has it.

    Every day up to there closed by `as_of`, a week before it was kept. Only a post that turns
    out to have been made before that can change it, and then it is forgotten.
    """

    through: date
    as_of: datetime
    streak: Streak = Streak()

    def is_stale(self, now: datetime) -> bool:
        """Tell whether it should be kept anew."""
        return now - self.as_of > KEPT_FOR


def unsettles(slot: date, posted_at: datetime, now: datetime) -> bool:
    """Tell whether a post that is confirmed now may change days that are settled.

    Only one that was made, or is for a date, nearly as long ago; a day's leeway is for zones.
    """
    recent = now - SETTLED_AFTER + timedelta(days=1)
    return posted_at < recent or slot <= recent.date() + timedelta(days=1)


def keep_streak(
    days: Sequence[QuestionDay],
    took_part_on: Collection[date],
    away: Collection[AwayPeriod],
    now: datetime,
) -> KeptStreak:
    """Return the streak through the last day that is settled, over all question days."""
    as_of = now - SETTLED_AFTER
    settled: list[QuestionDay] = []
    for day in days:
        if day.closed_at is None or day.closed_at > as_of:
            break
        settled.append(day)
    through = settled[-1].date if settled else date.min
    return KeptStreak(through, as_of, sum_up(build_ledger(settled, took_part_on, away)))
