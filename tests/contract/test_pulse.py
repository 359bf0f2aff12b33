"""Processes that see one another in the database, on both kinds of it."""

from __future__ import annotations

from datetime import timedelta

from adapters.local.service import LocalService
from adapters.local.simulation import VirtualClock
from bot.domain.health import GONE_AFTER
from bot.services.health import Watched
from bot.services.pulse import Pulse
from storage.unit_of_work import SqlStorage


class Divided(LocalService):
    """A platform that remembers among how many its limits were divided."""

    among = 0

    def share_limits(self, processes: int) -> None:
        """Remember."""
        self.among = processes


def make_pulse(storage: SqlStorage, clock: VirtualClock, owner: str) -> tuple[Pulse, Divided]:
    platform = Divided(clock)
    return Pulse(storage, clock, owner, Watched([platform], False, lambda: None), float), platform


async def test_a_platforms_limits_are_divided_among_the_living(storage: SqlStorage) -> None:
    clock = VirtualClock()
    (one, first), (two, second) = (make_pulse(storage, clock, name) for name in ("a/1", "b/2"))
    elsewhere = Pulse(storage, clock, "c/3", Watched([], True, lambda: None), float)
    await elsewhere.beat()
    await one.beat()
    assert first.among == 1
    await two.beat()
    await one.beat()
    assert (first.among, second.among) == (2, 2)
    clock.move_to(clock.now() + GONE_AFTER + timedelta(seconds=1))
    await one.beat()
    assert first.among == 1, "the other one was killed"
    await two.beat()
    two.start()
    await two.stop()
    await one.beat()
    assert first.among == 1, "the other one said goodbye"
