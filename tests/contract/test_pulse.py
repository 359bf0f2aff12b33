"""Processes that see one another in the database, on both kinds of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from structlog.testing import capture_logs

from adapters.local.service import LocalService
from adapters.local.simulation import VirtualClock
from bot.domain.health import GONE_AFTER
from bot.services.health import Health, Watched
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


class FastClock:
    """The machine's clock, a while ahead of the server's."""

    ahead = timedelta(minutes=2)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


async def test_a_clock_that_differs_from_the_servers_is_told_of_once(
    storage: SqlStorage,
) -> None:
    """On SQLite there is one clock, and nothing to compare."""
    clock, on_server = FastClock(), storage.engine.dialect.name == "postgresql"
    watched = Watched([], False, lambda: None)
    pulse = Pulse(storage, clock, "a/1", watched, float)

    async def check_schema() -> None:
        pass

    health = Health(storage, clock, check_schema, watched)
    with capture_logs() as logged:
        for ahead in (2, 2, 0, 2):
            clock.ahead = timedelta(minutes=ahead)
            await pulse.beat()
    told = [line["problem"] for line in logged if line["event"] == "clock_differs"]
    assert len(told) == (2 if on_server else 0)
    facts = {fact.name: fact for fact in await health.examine()}
    assert ("clock" in facts) is on_server
    if on_server:
        assert not facts["clock"].ok
        assert str(facts["clock"]).startswith(
            "This machine's clock is 120 seconds ahead of the database server's. Set both by NTP"
        )
        clock.ahead = timedelta(0)
        assert all(fact.ok for fact in await health.examine())
