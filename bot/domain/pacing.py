"""Keeping to a platform's limits before it has to say so. Pure: times come in as arguments."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_MOST_KEPT = 10_000
_SET_BACK = timedelta(seconds=1)


@dataclass
class Turns:
    """A token bucket for each key: one turn `every` so often, `burst` of them at once.

    Kept as the time at which a key's bucket will be full again (GCRA), so that a key that
    rests costs nothing. A clock that is set back forgets all: nobody waits for hours because
    of it.
    """

    every: timedelta
    burst: int = 1
    _parts: int = 1
    _full_at: dict[Hashable, datetime] = field(default_factory=dict)
    _held_until: dict[Hashable, datetime] = field(default_factory=dict)
    _latest: datetime | None = None

    def share(self, parts: int) -> None:
        """Keep one of so many parts of the limit: others take turns from it, too."""
        self._parts = parts

    @property
    def _every(self) -> timedelta:
        return self.every * self._parts

    @property
    def _burst(self) -> int:
        return max(1, self.burst // self._parts)

    def next_turn(self, key: Hashable, now: datetime) -> datetime:
        """Return when the key's next turn is; never before now."""
        self._mind_clock(now)
        full_at = self._full_at.get(key)
        if full_at is None:
            return now
        return max(now, full_at - self._every * (self._burst - 1))

    def take(self, key: Hashable, now: datetime, at: datetime | None = None) -> datetime:
        """Take the next turn, but none before `at`, and return when it is."""
        turn = max(self.next_turn(key, now), at or now)
        self._full_at[key] = max(self._full_at.get(key, turn), turn) + self._every
        if len(self._full_at) > _MOST_KEPT:
            self._forget_rested(now)
        return turn

    def hold_from(self, key: Hashable, now: datetime) -> None:
        """A turn was really used only now: the next one must not come earlier than it may."""
        self._mind_clock(now)
        self._held_until[key] = now + self.every
        if len(self._held_until) > _MOST_KEPT:
            self._forget_rested(now)

    def free_at(self, key: Hashable, now: datetime) -> datetime:
        """Return when a turn that was taken may be used: later, where others were late."""
        self._mind_clock(now)
        return max(now, self._held_until.get(key, now))

    def _mind_clock(self, now: datetime) -> None:
        if self._latest is not None and now < self._latest - _SET_BACK:
            self._full_at.clear()
            self._held_until.clear()
            self._latest = now
        elif self._latest is None or now > self._latest:
            self._latest = now

    def _forget_rested(self, now: datetime) -> None:
        self._full_at = {key: at for key, at in self._full_at.items() if at > now}
        self._held_until = {key: at for key, at in self._held_until.items() if at > now}


@dataclass
class Pace:
    """A platform's limits on posts: so many a channel, and so many a workspace.

    Workspaces and channels are named by the platform's own ids.
    """

    channels: Turns
    workspaces: Turns

    def share(self, parts: int) -> None:
        """Keep one of so many parts of what a workspace bears; a channel's second can't be cut."""
        self.workspaces.share(parts)

    def take(self, workspace: str, channel: str, now: datetime) -> datetime:
        """Take a turn that both allow, and return when it is.

        The workspace's is taken first and by itself: who waits for a busy channel must not
        make the workspace's other channels wait, too.
        """
        turn = self.workspaces.take(workspace, now)
        return self.channels.take((workspace, channel), now, turn)

    def take_channel(self, workspace: str, channel: str, now: datetime) -> datetime:
        """Take a turn of the channel alone: who answers somebody doesn't queue behind posts."""
        return self.channels.take((workspace, channel), now)

    def free_at(self, workspace: str, channel: str, now: datetime) -> datetime:
        """Return when a post whose turn has come may go: not within a second of another."""
        return self.channels.free_at((workspace, channel), now)

    def note_post(self, workspace: str, channel: str, now: datetime) -> None:
        """A post begins or ends: the channel's second counts from here."""
        self.channels.hold_from((workspace, channel), now)
