"""Exactly one post for each key, whatever is killed and whatever reply is lost.

`QUIZ_CRASH_SEED` reproduces a run; `make soak` runs the long form.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func
from sqlmodel import col, select

from bot.app import store_packs
from bot.domain.delivery import DeliveryState
from bot.domain.schedule import Rhythm, Schedule, ScheduleId
from storage.tables import DeliveryRow
from storage.unit_of_work import SqlStorage
from tests.crash.server import ChatServer
from tests.stage import PACKS

SEED = int(os.environ.get("QUIZ_CRASH_SEED", "20260323"))
DELIVERIES = int(os.environ.get("QUIZ_CRASH_DELIVERIES", "300"))
KILLS = int(os.environ.get("QUIZ_CRASH_KILLS", "50"))
CHANNELS_A_TEAM = 10
PATIENCE = timedelta(minutes=5 + DELIVERIES / 200)


class Herd:
    """Delivering processes, of which one after another is killed."""

    def __init__(self, nursery: asyncio.subprocess.Process) -> None:
        self.nursery = nursery
        self.children: list[int] = []

    async def spawn(self) -> None:
        """Start one more."""
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(b"\n")
        await self.nursery.stdin.drain()
        self.children.append(int(await self.nursery.stdout.readline()))

    def kill(self, dice: random.Random, number: int = signal.SIGKILL) -> None:
        """End one of them, as it stands."""
        child = self.children.pop(dice.randrange(len(self.children)))
        with suppress(ProcessLookupError):
            os.kill(child, number)

    def kill_all(self) -> None:
        """End what is left."""
        for child in self.children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


@asynccontextmanager
async def deliver_by(storage: SqlStorage, server: ChatServer, children: int) -> AsyncIterator[Herd]:
    """Run so many delivering processes."""
    url = storage.engine.url.render_as_string(hide_password=False)
    nursery = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.crash.worker", url, str(server.port), "6"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    herd = Herd(nursery)
    try:
        for _ in range(children):
            await herd.spawn()
        yield herd
    finally:
        herd.kill_all()
        nursery.kill()
        await nursery.wait()
        nursery._transport.close()  # type: ignore[attr-defined]


async def add_schedules(storage: SqlStorage) -> None:
    """Make every schedule due now."""
    now = datetime.now(UTC)
    await store_packs(storage, PACKS)
    async with storage.writing() as work:
        for number in range(DELIVERIES):
            team = f"team{number // CHANNELS_A_TEAM}"
            workspace = await work.workspaces.ensure("local", team, team)
            await work.schedules.add(
                Schedule(
                    id=ScheduleId(0),
                    workspace_id=workspace.id,
                    number=0,
                    channel=f"#c{number % CHANNELS_A_TEAM}",
                    rhythm=Rhythm(time(now.hour, now.minute), "UTC"),
                    next_due_at=now.replace(second=0, microsecond=0),
                )
            )


async def read_states(storage: SqlStorage) -> Counter[str]:
    """Count deliveries by state, beside whoever writes: they are what is tested."""
    counted = select(col(DeliveryRow.state), func.count()).group_by(col(DeliveryRow.state))
    async with storage.engine.connect() as connection:
        return Counter({str(state): count for state, count in await connection.execute(counted)})


async def test_every_key_is_posted_once_under_kill_9(storage: SqlStorage) -> None:
    dice = random.Random(SEED)
    sqlite = storage.engine.dialect.name == "sqlite"
    await add_schedules(storage)
    server = ChatServer(random.Random(SEED), slowest=0.15)
    async with server.listen(), deliver_by(storage, server, 1 if sqlite else 4) as herd:
        killed = 0
        deadline = datetime.now(UTC) + PATIENCE
        states: Counter[str] = Counter()
        while states["confirmed"] < DELIVERIES or killed < KILLS:
            assert datetime.now(UTC) < deadline, f"seed {SEED}: {states}, {killed} kills"
            await asyncio.sleep(dice.uniform(0.05, 0.4 if sqlite else 0.2))
            if killed < KILLS:
                herd.kill(dice, signal.SIGTERM if dice.random() < 0.1 else signal.SIGKILL)
                await herd.spawn()
                killed += 1
            if killed == KILLS or killed % 10 == 0:
                states = await read_states(storage)
    states = await read_states(storage)
    assert states == {DeliveryState.CONFIRMED.value: DELIVERIES}, f"seed {SEED}"
    assert len(server.posts) == DELIVERIES, f"seed {SEED}"
    assert set(server.posts.values()) == {1}, f"seed {SEED}"


async def test_sigterm_drains_and_loses_nothing(storage: SqlStorage) -> None:
    """A rolling restart: what was begun is settled, nothing waits for a lease."""
    dice = random.Random(SEED)
    await add_schedules(storage)
    server = ChatServer(random.Random(SEED), slowest=0.05, breaks=0.0)
    async with server.listen(), deliver_by(storage, server, 1) as herd:
        while sum(server.posts.values()) < DELIVERIES // 3:
            await asyncio.sleep(0.01)
        child = herd.children[0]
        herd.kill(dice, signal.SIGTERM)
        while _is_alive(child):
            await asyncio.sleep(0.01)
        states = await read_states(storage)
    assert states["sending"] == 0
    assert states["confirmed"] == sum(server.posts.values())
    assert set(server.posts.values()) == {1}


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
