"""The delivery state machine: a test for each row of its table, on both databases."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from adapters.local.platform import NAME, Fault, LocalChat
from bot.domain.cards import QuestionCard
from bot.domain.delivery import DeliveryState
from bot.domain.events import Origin
from bot.ports.metering import NoMeter
from bot.services.delivering import BATCH
from tests.contract.makers import make_draft
from tests.services.conftest import DUE, Engine, notices, questions

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


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


class Counting(NoMeter):
    """Counts what becomes of deliveries."""

    def __init__(self) -> None:
        self.states: Counter[str] = Counter()

    def note_delivery(self, state: str, late_by: timedelta | None = None) -> None:
        self.states[state] += 1


async def test_each_that_is_skipped_past_its_grace_is_logged_and_counted(engine: Engine) -> None:
    """However many there are: the log leads to each by its key."""
    await engine.add_schedule()
    await engine.plan(DUE)
    delivering = engine.app.dispatching.delivering
    meter = delivering.meter = Counting()
    async with engine.app.storage.writing() as work:
        workspace = await work.workspaces.ensure(NAME, "acme", "acme")
        [schedule] = await work.schedules.of_workspace(workspace.id)
        runs = [make_draft(workspace, schedule, run=run) for run in range(1, BATCH + 1)]
        drafts = [replace(one, due_at=DUE, expires_at=DUE + timedelta(hours=6)) for one in runs]
        await work.deliveries.insert(drafts)
    engine.clock.move_to(DUE + timedelta(hours=6, seconds=1))
    with capture_logs() as logged:
        await delivering.skip_expired()
    deliveries = await engine.deliveries()
    assert len(deliveries) == BATCH + 1
    told = [(line["delivery"], line["why"]) for line in logged if line["event"] == "expired"]
    assert sorted(told) == sorted((one.key, one.reason) for one in deliveries)
    assert meter.states == {"skipped": BATCH + 1}


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


async def test_no_answer_silences_a_workspace_for_days(engine: Engine) -> None:
    engine.platform.faults.append(Fault.REFUSED)
    engine.platform.refuse_for = timedelta(days=9_999)
    await engine.add_schedule()
    await engine.advance(2 * HOUR)
    [delivery] = await engine.deliveries()
    assert (delivery.state, delivery.posted_at) == (DeliveryState.CONFIRMED, DUE + HOUR)


async def test_a_spread_post_is_within_its_grace_from_when_it_is_due(engine: Engine) -> None:
    """Nothing ran for longer than the grace, and the channel's own time is yet to come."""
    planning = engine.app.dispatching.planning
    planning.spread, planning.grace = 10 * HOUR, 5 * MINUTE
    await engine.add_schedule()
    engine.clock.move_to(DUE + 6 * MINUTE)
    await engine.app.run_due()
    await engine.advance(11 * HOUR)
    [delivery] = await engine.deliveries()
    assert delivery.state is DeliveryState.CONFIRMED
    assert delivery.due_at > DUE + 6 * MINUTE
    assert delivery.posted_at == delivery.due_at
