"""What wakes the dispatcher, with a clock that the test sets."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from structlog.testing import capture_logs

from bot.errors import StorageError
from bot.scheduler import Ticker


class SetBackClock:
    """Runs three hours ahead until it is corrected."""

    ahead = timedelta(hours=3)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


async def test_a_clock_that_is_set_back_does_not_make_it_oversleep() -> None:
    """The one job waits for a time that is hours away all of a sudden."""
    clock, rounds, second = SetBackClock(), 0, asyncio.Event()

    async def begin_due() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 2:
            second.set()

    async def next_wake_at() -> datetime | None:
        return clock.now() + timedelta(minutes=1)

    ticker = Ticker(clock, begin_due, next_wake_at, longest_sleep=timedelta(milliseconds=20))
    ticker.start()
    ticker.wake()
    clock.ahead = timedelta(0)
    async with asyncio.timeout(5):
        await second.wait()
    assert ticker.last_round_at is not None
    await ticker.stop()


async def test_a_database_that_refuses_is_told_in_a_sentence() -> None:
    """Every few seconds, for as long as a disk is full: a traceback each time says no more."""
    clock, told = SetBackClock(), asyncio.Event()
    clock.ahead = timedelta(0)

    async def begin_due() -> None:
        told.set()
        raise StorageError("The disk is full.")

    async def next_wake_at() -> datetime | None:
        return None

    with capture_logs() as logged:
        ticker = Ticker(clock, begin_due, next_wake_at)
        ticker.start()
        ticker.wake()
        async with asyncio.timeout(5):
            await told.wait()
        await ticker.stop()
    [line] = logged
    assert (line["event"], line["problem"]) == ("dispatch_failed", "The disk is full.")
    assert "exc_info" not in line
