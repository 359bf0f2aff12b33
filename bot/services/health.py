"""How this process is: what /readyz, /metrics and `check` tell."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.health import ROUND_WITHIN, Fact, Process, Tally
from bot.errors import QuizError
from bot.ports import Clock, Platform, Storage

DATABASE_SECONDS = 5.0
"""How long the database may take to answer before it counts as out of reach."""


@dataclass(frozen=True)
class Watched:
    """What a process tells of its own parts.

    `last_round` is when its dispatcher last ended a round, None before the first one;
    `delivers` is False where it has no dispatcher.
    """

    platforms: Sequence[Platform]
    delivers: bool
    last_round: Callable[[], datetime | None]


@dataclass
class Health:
    """Examines a running process. `check_schema` raises where the schema is not the newest."""

    storage: Storage
    clock: Clock
    check_schema: Callable[[], Awaitable[None]]
    watched: Watched

    async def examine(self) -> list[Fact]:
        """Return every fact; the process is ready when all are ok."""
        platforms = [_examine_platform(platform) for platform in self.watched.platforms]
        return [await self._examine_database(), *platforms, self._examine_dispatcher()]

    async def tally(self) -> Tally:
        """Count what waits in the database."""
        async with self.storage.reading() as work:
            return await work.operations.tally(self.clock.now())

    async def _examine_database(self) -> Fact:
        name = "database"
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                await self.check_schema()
        except QuizError as error:
            return Fact(name, False, str(error))
        except TimeoutError:
            return Fact(
                name,
                False,
                f"The database did not answer within {DATABASE_SECONDS:.0f} seconds.",
                "Look whether its server runs and has a connection to spare.",
            )
        return Fact(name, True, "reachable, with the newest schema")

    def _examine_dispatcher(self) -> Fact:
        name = "dispatcher"
        if not self.watched.delivers:
            return Fact(name, True, "this process delivers nothing (scheduler.enabled, --only)")
        return judge_dispatcher(self.watched.last_round(), self.clock.now())


def _examine_platform(platform: Platform) -> Fact:
    problem = platform.problem()
    return Fact(platform.name, problem is None, problem or "connected")


def judge_dispatcher(last_round: datetime | None, now: datetime) -> Fact:
    """Say whether the dispatcher looked lately at what is due."""
    name = "dispatcher"
    mend = (
        "Look for dispatch_failed in the log; if it says nothing more, restart the process: "
        "nothing is lost, and nothing is posted twice."
    )
    if last_round is None:
        return Fact(name, False, "The dispatcher has not looked yet.", mend)
    silent = (now - last_round).total_seconds()
    if silent > ROUND_WITHIN.total_seconds():
        return Fact(name, False, f"The dispatcher last looked {silent:.0f} seconds ago.", mend)
    return Fact(name, True, f"looked {max(0.0, silent):.0f} seconds ago")


def judge_processes(processes: Sequence[Process], now: datetime) -> list[Fact]:
    """Say of each process that shares the database whether it lives and delivers."""
    return [_judge_process(process, now) for process in processes]


def _judge_process(process: Process, now: datetime) -> Fact:
    name = f"process {process.owner}"
    if process.is_gone(now):
        return Fact(
            name,
            False,
            f"It was last seen at {process.seen_at:%Y-%m-%d %H:%M} UTC and did not say goodbye.",
            "Start it again with fastapi-quiz run. If it is gone for good, this line goes "
            "away by itself a day after that.",
        )
    where = ", ".join(process.platforms)
    if process.dispatched_at is None:
        return Fact(name, True, f"runs ({where}), delivers nothing")
    judged = judge_dispatcher(process.dispatched_at, process.seen_at)
    return Fact(name, judged.ok, f"runs ({where})" if judged.ok else judged.says, judged.mend)


def judge_tally(tally: Tally, processes: Sequence[Process], now: datetime) -> list[Fact]:
    """Say what is stuck, overdue or was missed, with what to do about it."""
    served = {
        name
        for process in processes
        if process.dispatched_at is not None and not process.is_gone(now)
        for name in process.platforms
    }
    overdue = [_judge_overdue(*pair, served) for pair in sorted(tally.overdue.items())]
    return [
        *(overdue or [Fact("overdue", True, "nothing waits for a process")]),
        _judge_stuck(tally.stuck),
        Fact("missed", True, _say_missed(tally.missed)),
    ]


def _judge_overdue(platform: str, count: int, served: set[str]) -> Fact:
    says = f"{count} of {platform} should have been taken up more than five minutes ago."
    mend = (
        f"A process serves {platform}: look for dispatch_failed in its log."
        if platform in served
        else f"No process delivers to {platform} now: enable it there and start fastapi-quiz run."
    )
    return Fact("overdue", False, says, mend)


def _judge_stuck(count: int) -> Fact:
    if not count:
        return Fact("stuck", True, "none")
    return Fact(
        "stuck",
        False,
        f"{count} may or may not have been posted, and their platform can't tell.",
        "List them with fastapi-quiz deliveries --state stuck, look in the channels, then type "
        "fastapi-quiz deliveries resolve KEY posted (or: again).",
    )


def _say_missed(count: int) -> str:
    if not count:
        return "nothing was missed within a day"
    return f"{count} within a day; fastapi-quiz deliveries shows which and why"
