"""Processes whose machines don't agree what time it is."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.local.platform import NAME, LocalChat, LocalPlatform, Message
from adapters.local.simulation import VirtualClock
from bot.app import Application, SystemClock, build
from bot.app.service import Service
from bot.config import load_settings
from bot.domain.schedule import EVERY_DAY, Rhythm, Schedule, ScheduleId
from bot.services.health import Watched
from bot.services.pulse import Pulse
from bot.services.timekeeping import ClockWatch, SharedClock
from tests.fakes.gated_chat import GatedChat
from tests.stage import PACKS

MINUTE = timedelta(minutes=1)


class FastClock:
    """The clock of a machine that nobody keeps."""

    ahead = 2 * MINUTE

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


async def add_due(app: Application) -> None:
    """Add a schedule that is due this minute."""
    now = SystemClock().now().replace(second=0, microsecond=0)
    async with app.storage.writing() as work:
        workspace = await work.workspaces.ensure(NAME, "acme", "acme")
        rhythm = Rhythm(now.time(), "UTC", EVERY_DAY)
        await work.schedules.add(
            Schedule(ScheduleId(0), workspace.id, 0, "#general", rhythm, next_due_at=now)
        )


def make_pulse(app: Application, clock: SharedClock) -> Pulse:
    watched = Watched([], True, lambda: None)
    return Pulse(app.storage, clock, "b/2", watched, time.monotonic, agree=clock.agree_with)


@pytest.mark.parametrize("bare_url", ["postgresql"], indirect=True)
async def test_a_process_with_a_fast_clock_takes_over_no_post_on_its_way(
    database_url: str,
) -> None:
    """By its own clock the other's lease is over as soon as the post has begun."""
    posted: list[Message] = []
    platform = LocalPlatform(SystemClock(), posted.append)
    slow, clock = GatedChat(platform), SharedClock(FastClock(), time.monotonic)
    one = build(database_url, {NAME: slow}, owner="a/1")
    other = build(database_url, {NAME: LocalChat(platform)}, owner="b/2", clock=clock)
    await one.start(PACKS)
    await add_due(one)
    async with asyncio.timeout(20):
        await one.dispatching.begin_due()
        await slow.began.wait()
        await make_pulse(other, clock).beat()
        await other.run_due()
        assert not posted
        slow.open()
        await one.dispatching.delivering.finish()
    assert len(posted) == 1
    await one.close()
    await other.close()


@pytest.mark.parametrize("bare_url", ["postgresql"], indirect=True)
async def test_a_clock_that_is_set_back_makes_no_lease_short(database_url: str) -> None:
    """Until the server was asked again, all that it took would be free for others at once."""
    posted: list[Message] = []
    platform, machine = LocalPlatform(SystemClock(), posted.append), FastClock()
    slow, clock = GatedChat(platform), SharedClock(machine, time.monotonic)
    one = build(database_url, {NAME: slow}, owner="a/1", clock=clock)
    other = build(database_url, {NAME: LocalChat(platform)}, owner="b/2")
    await one.start(PACKS)
    await add_due(one)
    await make_pulse(one, clock).beat()
    machine.ahead -= 2 * MINUTE
    async with asyncio.timeout(20):
        await one.dispatching.begin_due()
        await slow.began.wait()
        await other.run_due()
        assert not posted
        slow.open()
        await one.dispatching.delivering.finish()
    assert len(posted) == 1
    await one.close()
    await other.close()


def test_a_machine_that_slept_takes_the_shared_time_along() -> None:
    machine = VirtualClock()
    clock = SharedClock(machine, lambda: 0.0)
    server_time = clock.now() - MINUTE
    clock.agree_with(server_time, clock.now())
    machine.move_to(machine.now() + MINUTE)
    assert clock.now() == server_time + MINUTE


@pytest.mark.parametrize("bare_url", ["postgresql"], indirect=True)
async def test_all_go_by_the_servers_clock_and_a_difference_is_told_once(
    database_url: str,
) -> None:
    machine = FastClock()
    clock = SharedClock(machine, time.monotonic)
    app = build(database_url, {}, clock=clock)
    pulse = make_pulse(app, clock)
    with capture_logs() as logged:
        for minutes in (2, 2, 0, -2):
            machine.ahead = minutes * MINUTE
            await pulse.beat()
            assert abs(clock.now() - SystemClock().now()) < timedelta(seconds=2)
    told = [line["problem"] for line in logged if line["event"] == "clock_differs"]
    assert [problem.partition(" the ")[0] for problem in told] == [
        "This machine's clock is 120 seconds ahead of",
        "This machine's clock is 120 seconds behind",
    ]
    await app.close()


def test_an_answer_that_takes_long_moves_no_clock() -> None:
    """Leases would be written too short by as much, and others would take them over."""
    machine = FastClock()
    clock, asked_at = SharedClock(machine, time.monotonic), machine.now()
    machine.ahead += timedelta(seconds=40)
    for second in (0, 20, 39):
        clock.agree_with(asked_at + timedelta(seconds=second), asked_at)
        assert clock.ahead == timedelta(0)


@pytest.mark.parametrize("bare_url", ["sqlite"], indirect=True)
async def test_where_there_is_no_server_the_machines_clock_counts(database_url: str) -> None:
    clock = SharedClock(FastClock(), time.monotonic)
    app = build(database_url, {}, clock=clock)
    await make_pulse(app, clock).beat()
    assert clock.ahead == timedelta(0)
    await app.close()


async def test_who_wakes_the_dispatcher_is_told_the_machines_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """APScheduler goes by that."""
    monkeypatch.setenv("FASTAPI_QUIZ_DATABASE__URL", f"sqlite+aiosqlite:///{tmp_path}/quiz.db")
    monkeypatch.setenv("FASTAPI_QUIZ_LOCAL__ENABLED", "true")
    service = Service(load_settings(), ["local", "scheduler"])
    await service._app.start(PACKS)
    await add_due(service._app)
    due = await service._app.next_wake_at()
    assert due is not None
    service._clock.ahead = 2 * MINUTE
    assert await service._next_wake_at() == due + 2 * MINUTE
    await service._app.close()


def test_a_clock_is_not_relied_on_for_a_lease_after_it_was_set_forward() -> None:
    seconds, machine = 0.0, VirtualClock()
    began = machine.now()

    def is_relied_on_at(second: float, ahead: float) -> bool:
        nonlocal seconds
        seconds = second
        machine.move_to(began + timedelta(seconds=second + ahead))
        return watch.is_relied_on()

    watch = ClockWatch(machine, lambda: seconds, MINUTE)
    assert is_relied_on_at(100, ahead=14)
    assert not is_relied_on_at(110, ahead=16)
    assert not is_relied_on_at(169, ahead=16)
    assert is_relied_on_at(170, ahead=16)
    assert is_relied_on_at(180, ahead=-600)
    assert not is_relied_on_at(190, ahead=-500)
    assert not is_relied_on_at(249, ahead=-500)
    assert is_relied_on_at(250, ahead=-500)
