"""The engine against a model, with a process that may die between any two steps."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import Coroutine, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from adapters.local.platform import NAME, Fault, LocalChat, LocalPlatform, Message
from adapters.local.simulation import VirtualClock
from bot.app import build
from bot.domain.delivery import LOOKED_FOR, Delivery, DeliveryState, Draft
from bot.domain.schedule import Rhythm, Schedule, ScheduleId
from bot.services.jobs import Job
from tests.databases import make_sqlite
from tests.stage import PACKS

START = datetime(2026, 3, 23, 8, 59, tzinfo=UTC)
GRACE = timedelta(hours=6)
LEASE = timedelta(seconds=60)
T = TypeVar("T")

LEGAL = {
    None: {"scheduled", "sending", "skipped"},
    "scheduled": {"scheduled", "claimed", "skipped"},
    "claimed": {"claimed", "sending", "scheduled", "skipped"},
    "sending": {"sending", "confirmed", "scheduled", "failed", "stuck"},
    "stuck": {"stuck", "confirmed"},
    "confirmed": {"confirmed"},
    "failed": {"failed"},
    "skipped": {"skipped"},
}
"""The rows of the state machine's table; what several of them lead to is added below."""


def reachable(state: str | None) -> set[str]:
    """Every state that a legal walk of any length leads to."""
    seen: set[str] = set()
    todo = set(LEGAL[state])
    while todo:
        step = todo.pop()
        seen.add(step)
        todo |= LEGAL[step] - seen
    return seen


class DeliveryMachine(RuleBasedStateMachine):
    """One schedule a day; the model is the log of the platform and of the states seen."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = VirtualClock(START)
        self.posted: Counter[str] = Counter()
        self.platform = LocalPlatform(self.clock, self._see)
        self.states: dict[date, str] = {}
        self.schedules = 0
        self.faulty = False
        self.start()
        self.run(self.app.start(PACKS))

    def _see(self, message: Message) -> None:
        if message.key:
            self.posted[message.key] += 1

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def start(self) -> None:
        url = make_sqlite(Path(self.folder.name) / "model.db")
        chats = {NAME: LocalChat(self.platform)}
        self.app = build(
            url, chats, clock=self.clock, dice=random.Random(1), grace=GRACE, lease=LEASE
        )

    async def _advance(self, by: timedelta) -> None:
        target = self.clock.now() + by
        while (wake_at := await self.app.next_wake_at()) is not None and wake_at <= target:
            self.clock.move_to(max(wake_at, self.clock.now()))
            await self.app.run_due()
        self.clock.move_to(target)

    @precondition(lambda self: self.schedules < 3)
    @rule()
    def add_schedule(self) -> None:
        async def add() -> None:
            async with self.app.storage.writing() as work:
                workspace = await work.workspaces.ensure(NAME, f"t{self.schedules}", "")
                rhythm = Rhythm(time(9), "UTC")
                await work.schedules.add(
                    Schedule(
                        id=ScheduleId(0),
                        workspace_id=workspace.id,
                        number=0,
                        channel="#general",
                        rhythm=rhythm,
                        next_due_at=rhythm.next_slot(self.clock.now()).due_at,
                    )
                )

        self.run(add())
        self.schedules += 1

    @rule(by=st.sampled_from([1, 5, 60, 600, 3600, 4 * 3600, 24 * 3600]))
    def let_time_pass(self, by: int) -> None:
        self.run(self._advance(timedelta(seconds=by)))

    @rule(by=st.sampled_from([3600, 9 * 3600, 30 * 3600]))
    def sleep_through(self, by: int) -> None:
        """Nothing runs meanwhile."""
        self.clock.move_to(self.clock.now() + timedelta(seconds=by))

    @rule(fault=st.sampled_from([one for one in Fault if one is not Fault.BLIND]))
    def inject(self, fault: Fault) -> None:
        self.platform.faults.append(fault)
        self.faulty = self.faulty or fault is Fault.REJECTED

    @rule(hours=st.integers(1, 9))
    def go_out(self, hours: int) -> None:
        self.platform.outage_until = self.clock.now() + timedelta(hours=hours)

    @rule(step=st.sampled_from(["stored", "claimed", "sending", "taken", "posted"]))
    def die_after(self, step: str) -> None:
        """The process gets as far as that step with what is due, and dies. What is new is stored
        and claimed, or taken as it is planned."""

        async def work() -> None:
            now = self.clock.now()
            planning, delivering = self.app.dispatching.planning, self.app.dispatching.delivering
            async with self.app.storage.writing() as work:
                plans = await planning.plan(work, now, 100)
                jobs: Sequence[Job] = ()
                left: Sequence[Draft] = [draft for plan in plans for draft in plan.drafts]
                if step in ("taken", "posted"):
                    jobs, left = await delivering.take(work, plans, now)
                await work.deliveries.insert(left)
            if step in ("stored", "taken"):
                return
            claimed, _ = await delivering._claim((), 100)
            if step == "claimed":
                return
            ours = await delivering._mark_sending(claimed, now + LEASE)
            if step == "posted":
                for job in [*jobs, *(job for job in claimed if job.delivery.id in ours)]:
                    await delivering._post(job, now + LEASE)

        self.run(work())
        self.run(self.app.close())
        self.start()

    @invariant()
    def no_key_is_posted_twice(self) -> None:
        assert max(self.posted.values(), default=0) <= 1

    @invariant()
    def states_only_move_along_the_table(self) -> None:
        for slot, state in self.run(self._read_states()).items():
            assert state in reachable(self.states.get(slot))
            self.states[slot] = state

    async def _read_states(self) -> dict[Any, str]:
        states = {}
        async with self.app.storage.writing() as work:
            for number in range(self.schedules):
                workspace = await work.workspaces.ensure(NAME, f"t{number}", "")
                for one in await work.posts.newest(workspace.id, 500):
                    states[(number, one.slot)] = one.state.value
                    self._check(one)
        return states

    def _check(self, one: Delivery) -> None:
        """What the database says of a delivery agrees with what the platform holds."""
        if one.state is DeliveryState.CONFIRMED:
            assert self.posted[one.key] == 1
        elif one.state in (DeliveryState.SKIPPED, DeliveryState.FAILED):
            assert self.posted[one.key] == 0
            assert one.reason
        elif one.state is DeliveryState.STUCK:
            assert self.clock.now() > one.due_at + LOOKED_FOR

    def teardown(self) -> None:
        """Once everything works again, nothing stays in between, unless an outage lasted a day."""
        self.platform.faults.clear()
        self.platform.outage_until = None
        self.run(self._advance(timedelta(hours=12)))
        left = set(self.run(self._read_states()).values())
        assert left <= {"confirmed", "skipped", "failed", "stuck"}
        assert self.faulty or "failed" not in left
        self.run(self.app.close())
        self.loop.close()
        self.folder.cleanup()


TestDeliveries = DeliveryMachine.TestCase
TestDeliveries.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
