"""The delivery engine on a real database, with the local platform as the other side."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

import pytest

from adapters.local.platform import NAME, LocalChat, LocalPlatform, Message
from adapters.local.simulation import VirtualClock
from bot.app import Application, build
from bot.domain.cards import NoticeCard, QuestionCard
from bot.domain.delivery import Delivery, DeliveryState
from bot.domain.schedule import Rhythm, Schedule, ScheduleId
from tests.stage import PACKS

START = datetime(2026, 3, 23, 8, 59, tzinfo=UTC)
DUE = START + timedelta(minutes=1)


@dataclass
class Engine:
    """A core whose clock the test moves, and everything that was posted."""

    app: Application
    platform: LocalPlatform
    clock: VirtualClock
    posted: list[Message] = field(default_factory=list)

    async def add_schedule(self, team: str = "acme", channel: str = "#general") -> Schedule:
        """Add a schedule that is due at DUE."""
        async with self.app.storage.writing() as work:
            workspace = await work.workspaces.ensure(NAME, team, team)
            admin = await work.members.ensure(workspace.id, "ana", "ana")
            return await work.schedules.add(
                Schedule(
                    id=ScheduleId(0),
                    workspace_id=workspace.id,
                    number=0,
                    channel=channel,
                    rhythm=Rhythm(time(9), "UTC"),
                    next_due_at=DUE,
                    created_by=admin.id,
                )
            )

    async def plan(self, now: datetime) -> None:
        """Plan what is due and store it, for somebody else to claim."""
        async with self.app.storage.writing() as work:
            plans = await self.app.dispatching.planning.plan(work, now, 100)
            await work.deliveries.insert([draft for plan in plans for draft in plan.drafts])

    async def advance(self, by: timedelta) -> None:
        """Let time pass; what falls due is done in order."""
        target = self.clock.now() + by
        while (wake_at := await self.app.next_wake_at()) is not None and wake_at <= target:
            self.clock.move_to(max(wake_at, self.clock.now()))
            await self.app.run_due()
        self.clock.move_to(target)

    async def deliveries(self, team: str = "acme") -> list[Delivery]:
        """Return the deliveries of a team, oldest first."""
        async with self.app.storage.writing() as work:
            workspace = await work.workspaces.ensure(NAME, team, team)
            return list(await work.posts.newest(workspace.id, 1000))[::-1]

    async def states(self, team: str = "acme") -> list[DeliveryState]:
        """Return their states."""
        return [delivery.state for delivery in await self.deliveries(team)]


def questions(engine: Engine) -> list[QuestionCard]:
    """Return the questions that were posted."""
    return [one.card for one in engine.posted if isinstance(one.card, QuestionCard)]


def notices(engine: Engine) -> list[NoticeCard]:
    """Return what admins were told."""
    return [one.card for one in engine.posted if isinstance(one.card, NoticeCard)]


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[Engine]:
    """An engine on an empty database of each kind."""
    clock = VirtualClock(START)
    posted: list[Message] = []
    platform = LocalPlatform(clock, posted.append)
    app = build(database_url, {NAME: LocalChat(platform)}, clock=clock, dice=random.Random(1))
    await app.start(PACKS)
    yield Engine(app, platform, clock, posted)
    await app.close()
