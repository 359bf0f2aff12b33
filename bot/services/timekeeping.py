"""One time for all processes that share a database, and when it can't be relied on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.health import CLOCKS_AGREE_WITHIN, Fact
from bot.ports import Clock

log = structlog.get_logger(__name__)
_MOMENT = CLOCKS_AGREE_WITHIN.total_seconds()


@dataclass
class SharedClock:
    """The machine's clock, put right by that of the database's server.

    Processes leave one another's posts alone for as long as a lease says. One whose own clock is
    ahead by a lease would take over posts that are on their way, and make them twice. `seconds`
    is a clock that nobody sets.
    """

    machine: Clock
    seconds: Callable[[], float]
    ahead: timedelta = timedelta(0)
    """How far the machine's clock is ahead, where that is more than a moment."""
    _differs: bool = False
    _offset: float | None = None
    """What the machine's clock said beyond `seconds` when a server told its time, if one did."""

    def now(self) -> datetime:
        """Return the time that all processes go by, in UTC.

        A machine's clock that is set back, by the one that nobody sets, takes it nowhere: leases
        would be written too short until the server is asked again. Forward it goes along, as a
        machine that slept does.
        """
        if self._offset is None:
            return self.machine.now()
        seconds = self.seconds()  # read first: one that is stopped in between was not set back
        now = self.machine.now()
        behind = self._offset + seconds - now.timestamp()
        if behind > _MOMENT:
            log.warning("clock_set_back", seconds=round(behind))
            self._offset -= behind
            self.ahead -= timedelta(seconds=behind)
        return self.from_machine(now)

    def from_machine(self, at: datetime) -> datetime:
        """Return what time it is for all when the machine's clock says that."""
        return at - self.ahead

    def to_machine(self, at: datetime) -> datetime:
        """Return what the machine's clock says when it is that time for all."""
        return at + self.ahead

    def agree_with(self, server_time: datetime, asked_at: datetime) -> None:
        """Go by what the server has just said, when it was asked at that time by this clock; tell
        once where the machine says otherwise."""
        answered_at = self.machine.now()
        self._offset = answered_at.timestamp() - self.seconds()
        ahead = prove_ahead(self.to_machine(asked_at), server_time, answered_at)
        fact = judge_clock(ahead)
        if not fact.ok and not self._differs:
            log.warning("clock_differs", problem=str(fact))
        self._differs = not fact.ok
        self.ahead = timedelta(0) if fact.ok else ahead


def prove_ahead(asked_at: datetime, server_time: datetime, answered_at: datetime) -> timedelta:
    """Return how far the clock is ahead that was read before and after the server told its time.

    It is that far at the least (Cristian, Probabilistic clock synchronization, 1989): an answer
    that takes long, from a busy server or to a busy process, proves nothing.
    """
    if asked_at > server_time:
        return asked_at - server_time
    return min(answered_at - server_time, timedelta(0))


def judge_clock(ahead: timedelta) -> Fact:
    """Say whether a machine's clock, which is so far ahead, agrees with the database server's."""
    if abs(ahead) <= CLOCKS_AGREE_WITHIN:
        return Fact("clock", True, "agrees with the database server's")
    seconds = ahead.total_seconds()
    differs = f"{abs(seconds):.0f} seconds {'ahead of' if seconds > 0 else 'behind'}"
    return Fact(
        "clock",
        False,
        f"This machine's clock is {differs} the database server's, by which the service goes.",
        "Set both by NTP: where the server's is the wrong one, questions come at the wrong time.",
    )


@dataclass
class ClockWatch:
    """Notices that a clock was set forward: a lease may then seem over that has just begun.

    `seconds` is a clock that nobody sets. For a `lease` by that one, what the other says of
    leases is not relied on. What is less than a fourth of one, a clock may be set as it likes.
    """

    clock: Clock
    seconds: Callable[[], float]
    lease: timedelta

    def __post_init__(self) -> None:
        self._ahead = self._read_ahead()
        self._relied_on_from = self.seconds()

    def look(self) -> None:
        """Notice what became of the clock since the last look; once a minute is often enough."""
        ahead, lease = self._read_ahead(), self.lease.total_seconds()
        set_forward = ahead - self._ahead
        if set_forward > lease / 4:
            log.warning("clock_set_forward", seconds=round(set_forward))
            self._relied_on_from = self.seconds() + lease
        if set_forward > lease / 4 or set_forward < 0:
            self._ahead = ahead

    def is_relied_on(self) -> bool:
        """Tell whether the clock has gone on by itself for a lease."""
        self.look()
        return self.seconds() >= self._relied_on_from

    def _read_ahead(self) -> float:
        return self.clock.now().timestamp() - self.seconds()
