"""Standings at a million attempts, beside adding them up each time, on both databases.

    python -m bench.standings [--attempts 1000000] [--calls 300]

A workspace of 10,000 members, and one of 100 beside it for comparison. The totals are made by
the migration. Prints medians, 95th percentiles and this process's CPU time a call; the peer is
the GROUP BY that does without them, in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.attempt import Attempt, AttemptKind
from bot.domain.delivery import Delivery
from bot.domain.people import Member, WorkspaceId
from bot.domain.standing import ALL
from bot.services.standings import read_board
from bot.services.streaks import count_streak, log_and_count
from storage.engine import open_engine
from storage.schema import migrate
from storage.unit_of_work import SqlStorage

RESULTS = Path(__file__).parent / "results"
DAYS = 100
SMALL = 100
GOAL_MS = 2.0
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BATCH = 20_000
MIGRATION = "storage.migrations.versions.0008_standings_and_digests"

NAIVE_TOP = """
SELECT m.name, SUM(a.points) AS total FROM attempts AS a
JOIN members AS m ON m.id = a.member_id
WHERE a.workspace_id = :workspace AND m.on_leaderboard
GROUP BY m.id, m.name ORDER BY total DESC, m.name LIMIT 10
"""
NAIVE_RANK = """
SELECT COUNT(*) + 1 FROM (
  SELECT SUM(a.points) AS total FROM attempts AS a JOIN members AS m ON m.id = a.member_id
  WHERE a.workspace_id = :workspace AND m.on_leaderboard GROUP BY a.member_id
) AS t WHERE t.total > (
  SELECT SUM(points) FROM attempts WHERE workspace_id = :workspace AND member_id = :member)
"""


@dataclass(frozen=True)
class Timing:
    """Milliseconds of calls: median, 95th percentile, and CPU of this process a call."""

    name: str
    median: float
    p95: float
    cpu: float

    def __str__(self) -> str:
        return f"  {self.name:<44} {self.median:9.2f} ms  p95 {self.p95:9.2f}  CPU {self.cpu:9.2f}"


async def measure(name: str, calls: Sequence[Callable[[], Awaitable[Any]]]) -> Timing:
    """Time calls one after another."""
    took = []
    cpu = time.process_time()
    for call in calls:
        began = time.perf_counter()
        await call()
        took.append((time.perf_counter() - began) * 1000)
    cpu = (time.process_time() - cpu) * 1000 / len(calls)
    took.sort()
    return Timing(name, statistics.median(took), took[int(len(took) * 0.95) - 1], cpu)


def make_attempts(workspace: int, members: range, days: int) -> Iterator[dict[str, Any]]:
    """Everybody answers every day, with the luck of the dice."""
    dice = random.Random(workspace)
    for day in range(days):
        slot = (NOW - timedelta(days=days - day)).date()
        at = datetime(slot.year, slot.month, slot.day, 10, tzinfo=UTC)
        for member in members:
            yield {
                "workspace_id": workspace,
                "member_id": member,
                "delivery_id": workspace * 100_000 + day,
                "slot": slot,
                "kind": "answer",
                "once": "answer",
                "at": at,
                "late": False,
                "points": dice.randrange(21),
                "score": 0.5,
                "answer": "",
            }


def make_deliveries(workspace: int, days: int) -> Iterator[dict[str, Any]]:
    """A question a day, and today's."""
    for day in range(days + 1):
        posted_at = NOW - timedelta(days=days - day)
        yield {
            "id": workspace * 100_000 + day,
            "workspace_id": workspace,
            "channel": "#general",
            "slot": posted_at.date(),
            "run": day,
            "purpose": "question",
            "key": f"k{workspace}-{day}",
            "round": 1,
            "state": "confirmed",
            "due_at": posted_at,
            "expires_at": posted_at,
            "fence": 0,
            "tries": 0,
            "posted_at": posted_at,
        }


async def insert(connection: AsyncConnection, table: str, rows: Iterator[dict[str, Any]]) -> None:
    """Insert many rows."""
    from sqlmodel import SQLModel

    target = SQLModel.metadata.tables[table]
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            await connection.execute(target.insert(), batch)
            batch = []
    if batch:
        await connection.execute(target.insert(), batch)


async def fill(engine: AsyncEngine, attempts: int) -> None:
    """Make both workspaces, and let the migration add up their attempts."""
    members = attempts // DAYS
    async with engine.begin() as connection:
        for workspace, first, count in ((1, 1, members), (2, members + 1, SMALL)):
            teams = {"id": workspace, "platform": "local", "external_id": f"w{workspace}"}
            more = {"name": "w", "seed": 1, "emoji": "bulb"}
            await insert(connection, "workspaces", iter([teams | more]))
            ids = range(first, first + count)
            await insert(connection, "members", (_member(workspace, one) for one in ids))
            await insert(connection, "deliveries", make_deliveries(workspace, DAYS))
            await insert(connection, "attempts", make_attempts(workspace, ids, DAYS))
        migration = importlib.import_module(MIGRATION)
        for period in migration.PERIODS[engine.dialect.name]:
            await connection.execute(text(migration.FILL_TOTALS.format(period=period)))
        for size in (1, 128):
            await connection.execute(text(migration.FILL_STEPS.format(size=size)))
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("ANALYZE"))


def _member(workspace: int, number: int) -> dict[str, Any]:
    return {
        "id": number,
        "workspace_id": workspace,
        "external_id": f"u{number}",
        "name": f"member {number}",
        "reminders": False,
        "on_leaderboard": True,
        "admin": False,
    }


class Bench:
    """What is measured on one database."""

    def __init__(self, engine: AsyncEngine, calls: int, attempts: int) -> None:
        self.engine = engine
        self.storage = SqlStorage(engine, random.Random(1))
        self.calls = calls
        self.members = attempts // DAYS

    async def run(self) -> AsyncIterator[Timing]:
        """Measure reading, writing and the peer."""
        for workspace, first, size in ((1, 1, self.members), (2, self.members + 1, SMALL)):
            count = min(self.calls, size)
            chosen = random.Random(3).sample(range(first, first + size), count)
            async with self.storage.reading() as work:
                found = [await work.members.get(WorkspaceId(workspace), one) for one in chosen]  # type: ignore[arg-type]
            members = [one for one in found if one]
            name = f"{size * DAYS:,} attempts"
            yield await measure(f"top ten and rank, {name}", [self._board(m) for m in members])
            async with self.storage.writing() as work:
                for one in members:
                    await count_streak(work, one, NOW)
                delivery = await work.deliveries.by_key(
                    WorkspaceId(workspace), f"k{workspace}-{DAYS}"
                )
            assert delivery is not None
            answers = [self._answer(m, delivery) for m in members]
            yield await measure(f"answer with its streak, {name}", answers)
        await self._compare_ranks()
        yield await measure("peer: top ten and rank by GROUP BY", [self._naive] * 5)

    def _board(self, member: Member) -> Callable[[], Awaitable[Any]]:
        async def call() -> None:
            async with self.storage.reading() as work:
                board = await read_board(work, member, ALL)
            assert len(board.top) == 10
            assert board.own

        return call

    def _answer(self, member: Member, delivery: Delivery) -> Callable[[], Awaitable[Any]]:
        attempt = Attempt(
            workspace_id=member.workspace_id,
            member_id=member.id,
            delivery_id=delivery.id,
            slot=delivery.slot,
            kind=AttemptKind.ANSWER,
            at=NOW,
            late=False,
            first=True,
            points=7,
        )

        async def call() -> None:
            async with self.storage.writing() as work:
                first, streak = await log_and_count(work, attempt, NOW)
            assert first
            assert streak.current == DAYS + 1

        return call

    async def _naive(self, member: int = 1) -> tuple[list[Any], int]:
        async with self.engine.connect() as connection:
            top = await connection.execute(text(NAIVE_TOP), {"workspace": 1})
            rows = [tuple(row) for row in top]
            rank = await connection.execute(text(NAIVE_RANK), {"workspace": 1, "member": member})
            return rows, int(rank.scalar_one())

    async def _compare_ranks(self) -> None:
        """What is kept says what adding up says."""
        rows, rank = await self._naive()
        async with self.storage.reading() as work:
            member = await work.members.get(WorkspaceId(1), 1)  # type: ignore[arg-type]
            assert member
            board = await read_board(work, member, ALL)
        assert [points for _, points in board.top] == [int(total) for _, total in rows]
        assert board.own
        assert board.own[1] == rank


async def measure_database(url: str, attempts: int, calls: int) -> list[Timing]:
    """Fill a database and measure it."""
    engine = open_engine(url)
    try:
        await migrate(engine)
        await fill(engine, attempts)
        return [timing async for timing in Bench(engine, calls, attempts).run()]
    finally:
        await engine.dispose()


@contextmanager
def open_urls() -> Iterator[dict[str, str]]:
    """An SQLite file and a PostgreSQL server."""
    from tests.postgres import run_server

    with tempfile.TemporaryDirectory() as folder, run_server() as postgres:
        yield {"SQLite": f"sqlite+aiosqlite:///{folder}/bench.db", "PostgreSQL": postgres}


def measure_standings(attempts: int = 1_000_000, calls: int = 300) -> dict[str, list[Timing]]:
    """Measure both databases."""
    with open_urls() as urls:
        return {
            name: asyncio.run(measure_database(url, attempts, calls)) for name, url in urls.items()
        }


def main() -> None:
    """Measure, print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=300)
    arguments = parser.parse_args()
    measured = measure_standings(arguments.attempts, arguments.calls)
    for database, timings in measured.items():
        print(database)
        for timing in timings:
            mine = not timing.name.startswith("peer")
            met = "" if not mine else "met" if timing.median < GOAL_MS else "MISSED"
            print(f"{timing}  {f'goal {GOAL_MS} ms: {met}' if mine else ''}")
    RESULTS.mkdir(exist_ok=True)
    kept = {name: [vars(timing) for timing in timings] for name, timings in measured.items()}
    (RESULTS / "standings.json").write_text(json.dumps(kept, indent=2))


if __name__ == "__main__":
    main()
