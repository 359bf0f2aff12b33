"""Slack's one message a second a channel, against a Slack that refuses whoever is faster."""

from __future__ import annotations

import random
from datetime import UTC, datetime, time
from itertools import pairwise
from pathlib import Path

from bot.app import build
from bot.domain.schedule import Rhythm, Schedule, ScheduleId
from tests.e2e.test_slack_program import World, world
from tests.fakes.program import run_program
from tests.fakes.slack_state import Fault
from tests.stage import PACKS

__all__ = ["world"]


async def add_due(folder: Path, team: str, channels: list[str]) -> None:
    """Store schedules that are due before the program starts."""
    app = build(f"sqlite+aiosqlite:///{folder}/fastapi-quiz.db", {}, dice=random.Random(1))
    await app.start(PACKS)
    now = datetime.now(UTC)
    async with app.storage.writing() as work:
        workspace = await work.workspaces.ensure("slack", team, team)
        for channel in channels:
            await work.schedules.add(
                Schedule(
                    id=ScheduleId(0),
                    workspace_id=workspace.id,
                    number=0,
                    channel=channel,
                    rhythm=Rhythm(time(now.hour, now.minute), "UTC"),
                    next_due_at=now.replace(second=0, microsecond=0),
                )
            )
    await app.close()


async def test_schedules_of_one_channel_at_one_instant_are_never_refused(
    world: World, tmp_path: Path
) -> None:
    world.server.state.limit_rate = True
    busy, quiet = world.general.id, world.server.add_channel(world.team, "quiet").id
    await add_due(tmp_path, world.team.id, [busy, busy, busy, quiet])
    async with run_program(tmp_path, world.settings) as program:
        await program.until("started")
        await world.wait_for("question", 4)
        assert await program.terminate() == 0
    posts = [name for name, _ in world.server.state.calls if name == "chat.postMessage"]
    assert len(posts) == 4, "none was refused, so none was tried again"
    times = [float(m.ts) for m in world.team.messages if m.channel == busy]
    assert all(later - first >= 1.0 for first, later in pairwise(times))
    [alone] = [float(m.ts) for m in world.team.messages if m.channel == quiet]
    assert alone < times[1], "a busy channel holds up no other"
    assert "post_refused" not in program.log


async def test_questions_that_an_admin_asks_for_at_once_keep_to_the_second_too(
    world: World, tmp_path: Path
) -> None:
    world.server.state.limit_rate = True
    async with run_program(tmp_path, world.settings) as program:
        await world.connected()
        await world.acts.type(world.ana, world.general.id, "schedule add 09:00")
        await world.wait_for("schedule")
        for count in (1, 2, 3):
            await world.acts.type(world.ana, world.general.id, "schedule run 1")
            await world.wait_for("schedule", count + 1)
        await world.wait_for("question", 3)
        assert await program.terminate() == 0
    posts = [name for name, _ in world.server.state.calls if name == "chat.postMessage"]
    assert len(posts) == 3


async def test_what_slack_asks_to_wait_for_a_second_comes_after_a_second(
    world: World, tmp_path: Path
) -> None:
    """The dispatcher sleeps for a minute by then, and has to be told."""
    world.server.inject("chat.postMessage", Fault(status=429, retry_after=1))
    await add_due(tmp_path, world.team.id, [world.general.id])
    async with run_program(tmp_path, world.settings) as program:
        await program.until("post_refused")
        await world.wait_for("question")
        assert await program.terminate() == 0
    posts = [name for name, _ in world.server.state.calls if name == "chat.postMessage"]
    assert len(posts) == 2
