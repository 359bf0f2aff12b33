"""What waiting costs: a wake-up among many schedules, a thousand due, adding and restarting.

    python -m bench.delivery.idle --schedules N

Prints its figures as JSON; milliseconds are the median of five.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from adapters.local.simulation import VirtualClock
from bench.delivery.peak import read_peak
from bench.delivery.stock import BEFORE, DUE, stock
from bot.app import Application, build
from bot.cli.run import GC_THRESHOLDS
from bot.domain.schedule import Rhythm
from bot.logs import configure_logs

ROUNDS = 5


def open_app(path: Path, clock: VirtualClock) -> Application:
    """Open the core on a file, without any platform."""
    return build(f"sqlite+aiosqlite:///{path}", {}, clock=clock)


async def fill(path: Path, schedules: int) -> dict[str, float]:
    """Make a database full of schedules."""
    app = open_app(path, VirtualClock(BEFORE))
    await app.start()
    started = time.perf_counter()
    await stock(app.engine, schedules, max(1, schedules // 10), DUE + timedelta(days=1))
    took = time.perf_counter() - started
    await app.close()
    return {"adding_100000_s": took * 100_000 / schedules}


async def measure(path: Path) -> dict[str, float]:
    """Open a full database, then look and plan."""
    figures: dict[str, float] = {}
    clock = VirtualClock(BEFORE)
    started = time.perf_counter()
    app = open_app(path, clock)
    await app.start()
    await app.next_wake_at()
    figures["restart_s"] = time.perf_counter() - started
    gc.set_threshold(*GC_THRESHOLDS)
    gc.collect()
    gc.freeze()
    await app.run_due()
    figures["nothing_due_ms"] = await _median(app, clock)
    figures["waiting_memory_mb"] = read_peak()
    figures["planning_1000_ms"] = await _plan_thousand(app)
    await app.close()
    figures["memory_mb"] = read_peak()
    figures["next_runs_1000000_s"] = _time_next_runs()
    return figures


def fill_apart(path: Path, schedules: int) -> dict[str, float]:
    """Fill a database in a process of its own, whose memory is not that of one who waits."""
    words = ["--schedules", str(schedules), "--fill", str(path)]
    done = subprocess.run(
        [sys.executable, "-m", "bench.delivery.idle", *words], stdout=subprocess.PIPE, check=True
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


async def _median(app: Application, clock: VirtualClock) -> float:
    times = []
    for _ in range(ROUNDS * 20):
        started = time.perf_counter()
        await app.dispatching.begin_due()
        times.append(time.perf_counter() - started)
        clock.move_to(clock.now() + timedelta(seconds=1))
    return statistics.median(times) * 1000


async def _plan_thousand(app: Application) -> float:
    """Make a thousand of them due, and plan them; those that were planned are not due again."""
    from sqlalchemy import update

    from storage.tables import ScheduleRow

    times = []
    for number in range(ROUNDS):
        due = DUE - timedelta(hours=1)
        first = number * 1000
        async with app.engine.begin() as connection:
            await connection.execute(
                update(ScheduleRow)
                .where(ScheduleRow.id > first, ScheduleRow.id <= first + 1000)  # type: ignore[operator,arg-type]
                .values(next_due_at=due, at="08:00")
            )
        started = time.perf_counter()
        await app.dispatching.begin_due()
        times.append(time.perf_counter() - started)
        assert await _count_deliveries(app) == first + 1000
    return statistics.median(times) * 1000


async def _count_deliveries(app: Application) -> int:
    from sqlalchemy import func, select

    from storage.tables import DeliveryRow

    async with app.engine.connect() as connection:
        found = await connection.execute(select(func.count()).select_from(DeliveryRow))
        return int(found.scalar_one())


def _time_next_runs() -> float:
    """Seconds of a million next runs, in a hundred zones and at all minutes of a day."""
    from datetime import time as wall_time
    from zoneinfo import available_timezones

    zones = sorted(available_timezones())[:100]
    rhythms = [
        Rhythm(wall_time(minute // 60, minute % 60), zones[minute % len(zones)])
        for minute in range(1440)
    ]
    count = 100_000
    started = time.perf_counter()
    for number in range(count):
        rhythms[number % 1440].next_slot(BEFORE)
    return (time.perf_counter() - started) * 1_000_000 / count


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=1_000_000)
    parser.add_argument("--fill", type=Path, help="only make this database")
    options = parser.parse_args()
    configure_logs("warning")
    if options.fill:
        print(json.dumps(asyncio.run(fill(options.fill, options.schedules))))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "quiz.db"
        figures = fill_apart(path, options.schedules)
        print(json.dumps(figures | asyncio.run(measure(path))))


if __name__ == "__main__":
    main()
