"""The delivery state machine: a test for each row of its table, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from adapters.local.platform import Fault, LocalChat
from bot.domain.cards import Card, NoticeCard, QuestionCard
from bot.domain.delivery import DeliveryState
from bot.domain.events import AccessRegained, Origin
from bot.domain.people import WorkspaceId
from bot.errors import NotSent, OutcomeUnknown, Rejected, RejectReason, StorageError
from bot.ports import Storage, UnitOfWork
from bot.services.holding import FAILURES_IN_A_ROW, Holding
from tests.services.conftest import DUE, START, Engine

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def questions(engine: Engine) -> list[QuestionCard]:
    return [one.card for one in engine.posted if isinstance(one.card, QuestionCard)]


def notices(engine: Engine) -> list[NoticeCard]:
    return [one.card for one in engine.posted if isinstance(one.card, NoticeCard)]


async def test_due_becomes_one_confirmed_post(engine: Engine) -> None:
    await engine.add_schedule()
    await engine.advance(2 * MINUTE)
    [delivery] = await engine.deliveries()
    assert delivery.state is DeliveryState.CONFIRMED
    assert (delivery.posted_at, delivery.tries, delivery.message_id) == (DUE, 1, "1")
    assert len(questions(engine)) == 1


async def test_an_expired_claim_is_claimed_again_and_sent_once(engine: Engine) -> None:
    """A process died between the claim and the mark: nothing was sent, so it is safe."""
    await engine.add_schedule()
    engine.clock.move_to(DUE)
    await engine.plan(DUE)
    async with engine.app.storage.writing() as work:
        [dead] = await work.leases.claim("dead", DUE, DUE + MINUTE, 10)
    await engine.advance(30 * timedelta(seconds=1))
    assert not questions(engine)
    await engine.advance(MINUTE)
    [delivery] = await engine.deliveries()
    assert (delivery.state, delivery.fence) == (DeliveryState.CONFIRMED, dead.fence + 1)
    assert len(questions(engine)) == 1


async def test_a_lost_reply_is_found_by_its_key(engine: Engine) -> None:
    engine.platform.faults.append(Fault.REPLY_LOST)
    await engine.add_schedule()
    await engine.advance(5 * MINUTE)
    [delivery] = await engine.deliveries()
    assert (delivery.state, delivery.tries) == (DeliveryState.CONFIRMED, 1)
    assert delivery.posted_at == DUE
    assert len(questions(engine)) == 1


async def test_a_lost_post_is_proven_absent_and_sent_again(engine: Engine) -> None:
    engine.platform.faults.append(Fault.POST_LOST)
    await engine.add_schedule()
    await engine.advance(5 * MINUTE)
    [delivery] = await engine.deliveries()
    assert (delivery.state, delivery.tries) == (DeliveryState.CONFIRMED, 2)
    assert len(questions(engine)) == 1


async def test_a_post_that_is_searchable_later_is_not_sent_again(engine: Engine) -> None:
    engine.platform.faults.append(Fault.HIDDEN)
    await engine.add_schedule()
    await engine.advance(timedelta(minutes=10))
    assert await engine.states() == [DeliveryState.CONFIRMED]
    assert len(questions(engine)) == 1


async def test_where_nothing_can_be_proven_it_is_stuck_and_the_admin_is_told(
    engine: Engine,
) -> None:
    engine.platform.faults.extend([Fault.POST_LOST, Fault.BLIND])
    await engine.add_schedule()
    await engine.advance(10 * MINUTE)
    [delivery] = await engine.deliveries()
    assert (delivery.state, bool(delivery.reason)) == (DeliveryState.STUCK, True)
    assert not questions(engine)
    assert len(notices(engine)) == 1


async def test_a_refusal_waits_as_long_as_the_platform_asks(engine: Engine) -> None:
    engine.platform.faults.append(Fault.REFUSED)
    engine.platform.refuse_for = timedelta(seconds=90)
    await engine.add_schedule()
    await engine.advance(5 * MINUTE)
    [delivery] = await engine.deliveries()
    assert (delivery.state, delivery.tries) == (DeliveryState.CONFIRMED, 2)
    assert delivery.posted_at == DUE + timedelta(seconds=90)


async def test_a_refusal_without_a_delay_is_not_asked_again_at_once(engine: Engine) -> None:
    engine.platform.faults.extend([Fault.REFUSED] * 4)
    engine.platform.refuse_for = timedelta(0)
    await engine.add_schedule()
    await engine.advance(MINUTE + timedelta(seconds=10))
    assert not questions(engine)
    await engine.advance(timedelta(seconds=10))
    [delivery] = await engine.deliveries()
    assert (delivery.state, delivery.tries) == (DeliveryState.CONFIRMED, 5)
    assert delivery.posted_at == DUE + timedelta(seconds=1 + 2 + 4 + 8)


async def test_complaint_12_a_rejection_pauses_the_schedule_and_tells_once(
    engine: Engine,
) -> None:
    engine.platform.faults.append(Fault.REJECTED)
    schedule = await engine.add_schedule()
    await engine.advance(timedelta(days=2))
    assert await engine.states() == [DeliveryState.FAILED]
    assert len(notices(engine)) == 1
    async with engine.app.storage.reading() as work:
        paused = await work.schedules.find(schedule.workspace_id, schedule.number)
    assert paused is not None
    assert (bool(paused.paused_because), paused.next_due_at) == (True, None)


async def test_what_is_past_its_grace_is_skipped_with_the_reason(engine: Engine) -> None:
    engine.platform.outage_until = DUE + 7 * HOUR
    await engine.add_schedule()
    await engine.advance(8 * HOUR)
    [delivery] = await engine.deliveries()
    assert (delivery.state, bool(delivery.reason)) == (DeliveryState.SKIPPED, True)
    assert not questions(engine)


async def test_complaint_3_after_downtime_only_the_newest_is_posted_and_marked_late(
    engine: Engine,
) -> None:
    await engine.add_schedule()
    engine.clock.move_to(DUE + timedelta(days=3, hours=2))
    await engine.app.run_due()
    deliveries = await engine.deliveries()
    assert [one.state for one in deliveries] == [DeliveryState.SKIPPED] * 3 + [
        DeliveryState.CONFIRMED
    ]
    assert all(one.reason for one in deliveries[:3])
    [card] = questions(engine)
    assert card.late


async def test_a_miss_of_more_than_the_grace_posts_nothing(engine: Engine) -> None:
    await engine.add_schedule()
    engine.clock.move_to(DUE + 7 * HOUR)
    await engine.app.run_due()
    assert await engine.states() == [DeliveryState.SKIPPED]
    await engine.advance(timedelta(days=1))
    assert len(questions(engine)) == 1


async def test_clock_jumps_lose_and_repeat_nothing(engine: Engine) -> None:
    await engine.add_schedule()
    await engine.advance(2 * MINUTE)
    for jump in (timedelta(hours=-3), timedelta(hours=5), timedelta(hours=-1), timedelta(days=1)):
        engine.clock.move_to(engine.clock.now() + jump)
        await engine.app.run_due()
    assert len(questions(engine)) == 2
    assert [one.slot.day for one in await engine.deliveries()] == [23, 24]


async def test_a_member_s_press_proves_a_stuck_post(engine: Engine) -> None:
    from bot.domain.events import ButtonPressed

    engine.platform.faults.extend([Fault.POST_LOST, Fault.BLIND])
    await engine.add_schedule()
    await engine.advance(10 * MINUTE)
    [stuck] = await engine.deliveries()
    origin = Origin("local", "acme", "#general", "ben", member_name="ben")
    reply = await engine.app.handle(ButtonPressed(origin, "reveal", stuck.key, message_id="77"))
    assert reply is not None
    assert [card.kind for card in reply.cards] == ["reveal"]
    [proven] = await engine.deliveries()
    assert (proven.state, proven.message_id) == (DeliveryState.CONFIRMED, "77")


class SlowChat(LocalChat):
    """A platform that one team waits for until it is let go."""

    def __init__(self, chat: LocalChat, slow_team: str) -> None:
        super().__init__(chat.platform)
        self.slow_team = slow_team
        self.let_go = asyncio.Event()
        self.at_once = 0

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        if workspace == self.slow_team:
            self.at_once += 1
            await self.let_go.wait()
        return await super().post(workspace, channel, card, key)


async def test_a_slow_workspace_delays_no_other(engine: Engine) -> None:
    chat = SlowChat(LocalChat(engine.platform), "slow")
    dispatching = engine.app.dispatching
    dispatching.delivering = replace(dispatching.delivering, chats={"local": chat}, concurrency=8)
    for number in range(6):
        await engine.add_schedule("slow", f"#c{number}")
    for number in range(20):
        await engine.add_schedule("quick", f"#c{number}")
    engine.clock.move_to(DUE)
    for _ in range(30):
        await engine.app.dispatching.begin_due()
        await asyncio.sleep(0)
        engine.clock.move_to(engine.clock.now() + timedelta(milliseconds=300))
        if await engine.states("quick") == [DeliveryState.CONFIRMED] * 20:
            break
        await asyncio.sleep(0.02)
    else:
        pytest.fail("the quick workspace waits for the slow one")
    assert chat.at_once == 2
    chat.let_go.set()
    await engine.advance(MINUTE)
    assert await engine.states("slow") == [DeliveryState.CONFIRMED] * 6


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


class LimitedChat(LocalChat):
    """A platform that refuses every call of one team but for a first one."""

    calls = 0

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        if workspace == "limited" and self.platform.clock.now() < DUE + MINUTE:
            self.calls += 1
            raise NotSent("ratelimited", DUE + MINUTE - self.platform.clock.now())
        return await super().post(workspace, channel, card, key)


async def test_a_rate_limited_workspace_waits_alone(engine: Engine) -> None:
    chat = LimitedChat(engine.platform)
    delivering = engine.app.dispatching.delivering
    delivering.chats = {"local": chat}
    delivering.concurrency = 4
    for number in range(6):
        await engine.add_schedule("limited", f"#c{number}")
        await engine.add_schedule("free", f"#c{number}")
    await engine.advance(MINUTE + timedelta(seconds=30))
    assert await engine.states("free") == [DeliveryState.CONFIRMED] * 6
    assert DeliveryState.CONFIRMED not in await engine.states("limited")
    assert chat.calls <= 2
    await engine.advance(MINUTE)
    assert await engine.states("limited") == [DeliveryState.CONFIRMED] * 6


class DeadChat(LocalChat):
    """A platform on which one team's calls never get an answer."""

    calls = 0

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        self.calls += 1
        raise OutcomeUnknown("no answer")


async def test_repeated_failures_open_a_circuit_that_says_so(engine: Engine) -> None:
    chat = DeadChat(engine.platform)
    engine.app.dispatching.delivering.chats = {"local": chat}
    for number in range(20):
        await engine.add_schedule("acme", f"#c{number}")
    engine.app.dispatching.delivering.concurrency = 4
    engine.clock.move_to(DUE)
    for _ in range(40):
        await engine.app.run_due()
        engine.clock.move_to(engine.clock.now() + timedelta(milliseconds=300))
    assert chat.calls <= FAILURES_IN_A_ROW + 1
    waiting = [one for one in await engine.deliveries() if one.tries == 0]
    assert waiting
    assert any("in a row" in str(one.reason) for one in waiting)


def test_a_circuit_opens_longer_each_time_and_closes_at_a_success() -> None:
    holding, team = Holding(), WorkspaceId(1)
    for _ in range(FAILURES_IN_A_ROW):
        assert holding.held_until(team, START) is None
        holding.fail(team, START)
    held = holding.held_until(team, START)
    assert held is not None
    assert held[0] == START + MINUTE
    holding.fail(team, START + MINUTE)
    longer = holding.held_until(team, START + MINUTE)
    assert longer is not None
    assert longer[0] == START + 3 * MINUTE
    holding.succeed(team)
    assert holding.held_until(team, START + MINUTE) is None


@pytest.mark.parametrize("faults", [2, 5])
async def test_two_processes_share_the_work_without_a_double(engine: Engine, faults: int) -> None:
    """Two engines on one database, with replies lost on the way."""
    from bot.app import build

    other = build(
        str(engine.app.engine.url.render_as_string(hide_password=False)),
        {"local": LocalChat(engine.platform)},
        clock=engine.clock,
        owner="two",
    )
    engine.platform.faults.extend([Fault.REPLY_LOST, Fault.POST_LOST] * faults)
    for number in range(30):
        await engine.add_schedule(f"team{number % 10}", f"#c{number}")
    for _ in range(60):
        await asyncio.gather(engine.app.run_due(), other.run_due())
        engine.clock.move_to(engine.clock.now() + timedelta(seconds=10))
    keys = [one.key for one in engine.posted if isinstance(one.card, QuestionCard)]
    assert len(keys) == len(set(keys)) == 30
    await other.close()


async def test_spread_gives_each_channel_its_own_fixed_time(engine: Engine) -> None:
    window = timedelta(minutes=10)
    engine.app.dispatching.planning.spread = window
    for number in range(20):
        await engine.add_schedule("acme", f"#c{number}")
    await engine.advance(timedelta(days=1, hours=1))
    by_day: dict[int, dict[str, timedelta]] = {}
    for one in await engine.deliveries():
        assert one.posted_at is not None
        delay = one.posted_at - DUE - timedelta(days=one.slot.day - DUE.day)
        by_day.setdefault(one.slot.day, {})[one.channel] = delay
    assert by_day[23] == by_day[24]
    delays = set(by_day[23].values())
    assert len(delays) == 20
    assert all(timedelta(0) <= delay < window for delay in delays)
    assert max(delays) - min(delays) > window / 2


class RevokedChat(LocalChat):
    """A platform on which one team has thrown the bot out."""

    calls = 0

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        if workspace == "gone":
            self.calls += 1
            raise Rejected(RejectReason.REVOKED, "The app was removed.", "Install it again.")
        return await super().post(workspace, channel, card, key)


async def test_a_revoked_workspace_rests_until_the_bot_is_back(engine: Engine) -> None:
    """One refusal is enough: no other channel is tried, and nothing is erased or told."""
    chat = RevokedChat(engine.platform)
    delivering = engine.app.dispatching.delivering
    delivering.chats = {"local": chat}
    for number in range(6):
        await engine.add_schedule("gone", f"#c{number}")
    await engine.add_schedule("here")
    await engine.advance(timedelta(days=3))
    assert chat.calls == 1
    assert await engine.states("here") == [DeliveryState.CONFIRMED] * 3
    assert not [message for message in engine.posted if message.workspace == "gone"]
    delivering.chats = {"local": LocalChat(engine.platform)}
    await engine.app.handle(AccessRegained(Origin("local", "gone", "", "")))
    await engine.advance(timedelta(days=1))
    assert (await engine.states("gone")).count(DeliveryState.CONFIRMED) == 6
    told = [card.text for card in notices(engine) if "The bot is back" in card.text]
    assert len(told) == 6
