"""Workspaces and their members."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

WorkspaceId = NewType("WorkspaceId", int)
MemberId = NewType("MemberId", int)


class Level(StrEnum):
    """Years of experience that a question is meant for."""

    FRESHER = "fresher"
    TWO_YEAR = "2-year"
    FIVE_YEAR = "5-year"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A Slack team, a Discord guild or a local one. `seed` shuffles its decks.

    `left_at` (UTC) is when the bot was thrown out, None while it is there.
    """

    id: WorkspaceId
    platform: str
    external_id: str
    name: str
    seed: int
    emoji: str
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a workspace, with what they chose in `settings`."""

    id: MemberId
    workspace_id: WorkspaceId
    external_id: str
    name: str
    level: Level | None = None
    zone: str | None = None
    on_leaderboard: bool = True

    def pick_zone(self, platform_zone: str = "") -> str:
        """Return the zone that their times are read in: their own, the platform's, or UTC."""
        return self.zone or platform_zone or "UTC"


@dataclass(frozen=True, slots=True)
class Role:
    """A role that the platform gives to members: Discord's are meant."""

    external_id: str
    name: str


@dataclass(frozen=True, slots=True)
class AwayPeriod:
    """An announced absence: `since` is when it was said, `until` its last local date.

    `ended_at` is set when the member comes back early.
    """

    since: datetime
    until: date
    ended_at: datetime | None = None

    def covers(self, day: date, began_at: datetime, closed_at: datetime | None) -> bool:
        """Tell whether a question day falls into the absence.

        A day that was still open when the absence was announced is covered too: the
        member could not know better.
        """
        announced_before_close = closed_at is None or closed_at > self.since
        back_before_it_began = self.ended_at is not None and self.ended_at <= began_at
        return day <= self.until and announced_before_close and not back_before_it_began


def find_return(periods: Iterable[AwayPeriod], today: date) -> date | None:
    """Return until when a member is away by what stands announced; None for who is not."""
    until = (period.until for period in periods if period.ended_at is None)
    return max((day for day in until if day >= today), default=None)
