"""Schedules, and when anything is due."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.domain.people import WorkspaceId
from bot.domain.schedule import Schedule, ScheduleId


class Move(NamedTuple):
    """When a schedule is due next, and the size of its deck when its admin was told of it."""

    schedule: Schedule
    next_due_at: datetime | None
    low_told_at_size: int | None


class Schedules(Protocol):
    """Schedules. Listings leave removed ones out."""

    async def add(self, schedule: Schedule) -> Schedule:
        """Store a schedule under the workspace's next number; its `id` is ignored."""
        ...

    async def move_on(self, moves: Sequence[Move]) -> None:
        """Store when they are due next, and what their admins were told of a low deck."""
        ...

    async def save(self, schedule: Schedule) -> None:
        """Store what changed; one that was removed meanwhile stays as it is."""
        ...

    async def pause(self, schedule: Schedule, because: str) -> None:
        """Let it post no more, and leave all else as it is."""
        ...

    async def remove(self, schedule: Schedule, at: datetime) -> None:
        """Take it out of all listings; its deliveries stay."""
        ...

    async def find(
        self, workspace_id: WorkspaceId, number: int, *, to_change: bool = False
    ) -> Schedule | None:
        """Return the schedule that people know by this number. One that is to be changed is
        locked until the transaction ends."""
        ...

    async def of_workspace(self, workspace_id: WorkspaceId) -> Sequence[Schedule]:
        """Return all, by number."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Schedule]:
        """Return schedules of any workspace whose `next_due_at` has come, earliest first."""
        ...

    async def digests_due(self, now: datetime, limit: int) -> Sequence[Schedule]:
        """Return schedules of any workspace whose digest is due, earliest first."""
        ...

    async def active(self, schedule_ids: Collection[ScheduleId]) -> Collection[ScheduleId]:
        """Return those of the schedules that are neither paused nor removed."""
        ...

    async def get(self, workspace_id: WorkspaceId, schedule_id: ScheduleId) -> Schedule | None:
        """Return a schedule, unless it was removed."""
        ...


@dataclass(frozen=True, slots=True)
class Wakes:
    """When each kind of thing wants attention next; None for never."""

    schedules: datetime | None
    deliveries: datetime | None
    notices: datetime | None
    reminders: datetime | None
    interviews: datetime | None
    erasures: datetime | None
    digests: datetime | None

    def earliest(self) -> datetime | None:
        """Return the first of them."""
        return min((time for time in astuple(self) if time is not None), default=None)


class Agenda(Protocol):
    """When anything is due at all."""

    async def next_wakes(self, platforms: Collection[str] | None = None) -> Wakes:
        """Return when what is due next.

        Of deliveries and notices only those of `platforms` count, None means all; anybody
        can plan a schedule.
        """
        ...
