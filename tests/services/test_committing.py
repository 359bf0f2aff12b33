"""What becomes of posts is committed, whenever they end and whatever the database says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from adapters.local.platform import Fault, LocalChat
from bot.domain.cards import Card
from bot.domain.delivery import DeliveryState
from bot.errors import StorageError
from bot.ports import Storage, UnitOfWork
from tests.services.conftest import DUE, Engine, questions

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass
class AnnouncingStorage:
    """Implements `bot.ports.Storage`; tells when the third transaction begins."""

    storage: Storage
    third_began: asyncio.Event = field(default_factory=asyncio.Event)
    begun: int = 0

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[UnitOfWork]:
        async with self.storage.writing() as work:
            self.begun += 1
            if self.begun == 3:
                self.third_began.set()
            yield work

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.storage.reading()


class LateChat(LocalChat):
    """A platform that answers for one channel only once something has happened."""

    until: asyncio.Event

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        if channel == "#late":
            await self.until.wait()
        return await super().post(workspace, channel, card, key)


async def test_a_post_that_ends_during_the_commit_of_others_is_committed_too(
    engine: Engine,
) -> None:
    """The claim and the mark are transactions, the third commits the first post alone."""
    storage, chat = AnnouncingStorage(engine.app.storage), LateChat(engine.platform)
    chat.until = storage.third_began
    for channel in ("#early", "#late"):
        await engine.add_schedule("acme", channel)
    engine.clock.move_to(DUE)
    await engine.plan(DUE)
    delivering = replace(engine.app.dispatching.delivering, storage=storage, chats={"local": chat})
    async with asyncio.timeout(30):
        await delivering.begin_due()
        await storage.third_began.wait()
        while await engine.states() != [DeliveryState.CONFIRMED] * 2:
            await asyncio.sleep(0.01)
    assert storage.begun == 4
    await delivering.finish()


@dataclass
class FullStorage:
    """Implements `bot.ports.Storage`; the disk is full whenever the end of posts is committed."""

    storage: Storage
    full: bool = True
    takes: int = 2
    """Transactions before it is full: the claim and the mark."""
    refused: int = 0
    _begun: int = 0

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[UnitOfWork]:
        self._begun += 1
        async with self.storage.writing() as work:
            yield work
            if self.full and self._begun > self.takes:
                self.refused += 1
                raise StorageError("The disk is full; nothing was written.")

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.storage.reading()


async def test_what_could_not_be_planned_is_not_logged_as_planned(engine: Engine) -> None:
    await engine.add_schedule()
    engine.clock.move_to(DUE + timedelta(days=3))
    dispatching = engine.app.dispatching
    full = replace(dispatching, storage=FullStorage(engine.app.storage, takes=0))
    with capture_logs() as logged:
        for _ in range(2):
            with pytest.raises(StorageError):
                await full.run_due()
        assert not await engine.deliveries()
        await dispatching.run_due()
    events = [line["event"] for line in logged if line["event"] in ("planned", "skipped")]
    assert events == ["skipped"] * 3 + ["planned"]


async def test_what_became_of_posts_is_kept_while_the_database_refuses_it(engine: Engine) -> None:
    storage = FullStorage(engine.app.storage)
    for channel in ("#one", "#two"):
        await engine.add_schedule("acme", channel)
    engine.clock.move_to(DUE)
    await engine.plan(DUE)
    delivering = replace(engine.app.dispatching.delivering, storage=storage)
    await delivering.begin_due()
    await delivering.finish()
    assert await engine.states() == [DeliveryState.SENDING] * 2
    delivering.settle_again()
    await delivering.finish()
    assert await engine.states() == [DeliveryState.SENDING] * 2
    storage.full, refused = False, storage.refused
    await delivering.finish()
    assert refused >= 2
    assert storage.refused == refused
    assert await engine.states() == [DeliveryState.CONFIRMED] * 2
    assert len(questions(engine)) == 2


async def test_work_that_the_database_breaks_off_stops_no_drain(engine: Engine) -> None:
    engine.platform.faults.append(Fault.REPLY_LOST)
    await engine.add_schedule()
    await engine.advance(MINUTE)
    dispatching = engine.app.dispatching
    engine.clock.move_to(DUE + MINUTE)
    dispatching.reconciling.storage = FullStorage(engine.app.storage, takes=1)
    with capture_logs() as logged:
        assert await dispatching.reconciling.begin_due() == 1
        await dispatching.drain()
    assert "work_broken_off" in [line["event"] for line in logged]
    engine.clock.move_to(DUE + 3 * MINUTE)
    dispatching.reconciling.storage = engine.app.storage
    await engine.app.run_due()
    assert await engine.states() == [DeliveryState.CONFIRMED]
