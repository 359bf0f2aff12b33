"""Reminders of due reviews: at a local time of a member's own, if they asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.domain.people import AwayPeriod, MemberId, WorkspaceId
from bot.domain.schedule import Rhythm, local_date, to_instant

USUAL_TIME = time(18)
"""For `reminders:yes`: after work, before the evening."""
LATEST = timedelta(hours=3)
"""A reminder that could not go out by then, or on its date, is left out: nobody wants it in
the night."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A member's wish to be reminded. `wake_at` is when to look next whether reviews are due.

    `channel` is where it was asked for; `told_on` the local date of the last reminder.
    """

    workspace_id: WorkspaceId
    member_id: MemberId
    at: time
    zone: str
    channel: str
    wake_at: datetime
    told_on: date | None = None

    def next_look(self, now: datetime) -> datetime:
        """Return the first time later than now at which to look."""
        return Rhythm(self.at, self.zone).next_slot(now).due_at

    def may_tell(self, now: datetime, away: Sequence[AwayPeriod]) -> bool:
        """Tell whether a reminder may go out now: once a local date, in time, not while away."""
        today = local_date(now, self.zone)
        due_at = to_instant(today, self.at, self.zone)
        in_time = due_at <= now <= due_at + LATEST
        return in_time and self.told_on != today and not is_away(away, today, now)


def is_away(away: Sequence[AwayPeriod], today: date, now: datetime) -> bool:
    """Tell whether an announced absence that was not ended covers today."""
    return any(
        period.since <= now and today <= period.until
        for period in away
        if period.ended_at is None or period.ended_at > now
    )
