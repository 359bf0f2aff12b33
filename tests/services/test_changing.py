"""A schedule is changed while one of its posts waits, or nobody knows what became of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.local.platform import NAME, Fault
from bot.domain.delivery import DeliveryState, postpone
from bot.domain.events import ButtonPressed, Origin, TextCommand
from bot.domain.schedule import Schedule
from bot.errors import Rejected, RejectReason
from tests.fakes.gated_chat import Fate, GatedChat
from tests.services.conftest import DUE, Engine, notices, questions

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


async def say(engine: Engine, text: str) -> None:
    """Have the admin type a command."""
    engine.platform.workspaces["acme"].admins.add("ana")
    origin = Origin(NAME, "acme", "#general", "ana", member_name="ana")
    await engine.app.handle(TextCommand(origin, text))


async def add_revealing(engine: Engine) -> None:
    """Add a schedule whose answer for all comes eight hours after its question."""
    schedule = await engine.add_schedule()
    async with engine.app.storage.writing() as work:
        await work.schedules.save(replace(schedule, reveal_after=8 * HOUR))


async def read_schedule(engine: Engine) -> Schedule:
    """Return the one schedule as it is now."""
    async with engine.app.storage.reading() as work:
        workspace = await work.workspaces.find(NAME, "acme")
        assert workspace is not None
        schedule = await work.schedules.find(workspace.id, 1)
    assert schedule is not None
    return schedule


@pytest.mark.parametrize("verb", ["pause", "remove"])
@pytest.mark.parametrize("fault", [Fault.POST_LOST, Fault.REFUSED])
async def test_what_is_in_doubt_is_not_sent_again_once_its_schedule_rests(
    engine: Engine, verb: str, fault: Fault
) -> None:
    engine.platform.faults.append(fault)
    await engine.add_schedule()
    await engine.advance(MINUTE)
    await say(engine, f"schedule {verb} 1")
    await engine.advance(8 * HOUR)
    [delivery] = await engine.deliveries()
    assert (delivery.state, bool(delivery.reason)) == (DeliveryState.SKIPPED, True)
    assert not questions(engine)


async def test_what_is_found_after_its_schedule_was_paused_is_posted_and_nothing_follows(
    engine: Engine,
) -> None:
    engine.platform.faults.append(Fault.REPLY_LOST)
    await add_revealing(engine)
    await engine.advance(MINUTE)
    await say(engine, "schedule pause 1")
    await engine.advance(16 * HOUR)
    assert await engine.states() == [DeliveryState.CONFIRMED]
    assert len(engine.posted) == 1


async def test_a_channel_that_a_schedule_has_left_does_not_pause_it(engine: Engine) -> None:
    """The answer for all belongs to its question, whose channel is gone since."""
    await add_revealing(engine)
    await engine.advance(HOUR)
    await say(engine, "schedule edit 1 channel:#new")
    engine.platform.workspaces["acme"].revoked.add("#general")
    await engine.advance(24 * HOUR)
    assert (await read_schedule(engine)).paused_because is None
    assert [one.channel for one in engine.posted if one.key] == ["#general", "#new"]
    [notice] = notices(engine)
    assert "is paused" not in notice.text


async def test_what_waits_follows_its_schedule_to_another_channel(engine: Engine) -> None:
    engine.platform.faults.append(Fault.REFUSED)
    await add_revealing(engine)
    await engine.advance(MINUTE)
    await say(engine, "schedule edit 1 channel:#new")
    engine.platform.workspaces["acme"].revoked.add("#general")
    await engine.advance(HOUR)
    await say(engine, "schedule edit 1 channel:#newer")
    await engine.advance(10 * HOUR)
    assert [one.channel for one in engine.posted if one.key] == ["#new", "#new"]
    assert not notices(engine)


@pytest.mark.parametrize("fault", [Fault.POST_LOST, Fault.REPLY_LOST])
async def test_what_is_in_doubt_follows_its_schedule_once_it_is_proven_absent(
    engine: Engine, fault: Fault
) -> None:
    """It is looked for where it was sent."""
    engine.platform.faults.append(fault)
    await add_revealing(engine)
    engine.clock.move_to(DUE)
    await engine.app.run_due()
    await say(engine, "schedule edit 1 channel:#new")
    await engine.advance(10 * HOUR)
    where = "#new" if fault is Fault.POST_LOST else "#general"
    assert [one.channel for one in engine.posted if one.key] == [where, where]


async def test_what_is_refused_on_its_way_follows_its_schedule(engine: Engine) -> None:
    chat, dispatching = GatedChat(engine.platform), engine.app.dispatching
    dispatching.delivering.chats = {NAME: chat}
    await engine.add_schedule()
    engine.clock.move_to(DUE)
    async with asyncio.timeout(20):
        await engine.app.dispatching.begin_due()
        await chat.began.wait()
        await say(engine, "schedule edit 1 channel:#new")
        [flight] = chat.flights
        flight.meet(Fate.REFUSED)
        await dispatching.delivering.finish()
    chat.is_open = True
    await engine.advance(HOUR)
    assert [one.channel for one in engine.posted] == ["#new"]


@pytest.mark.parametrize("fate", [Fate.UNHEARD, Fate.REFUSED])
async def test_of_a_removed_schedule_s_post_an_admin_is_told_nothing(
    engine: Engine, fate: Fate
) -> None:
    """Neither may it be resumed, nor run."""
    chat, dispatching = GatedChat(engine.platform), engine.app.dispatching
    dispatching.delivering.chats = {NAME: chat}
    await engine.add_schedule()
    engine.clock.move_to(DUE)
    async with asyncio.timeout(20):
        await dispatching.begin_due()
        await chat.began.wait()
        await say(engine, "schedule remove 1")
        [flight] = chat.flights
        if fate is Fate.REFUSED:
            flight.fail(Rejected(RejectReason.CHANNEL_GONE, "No channel.", "Choose another."))
        flight.meet(fate)
        await dispatching.delivering.finish()
    engine.platform.faults.append(Fault.BLIND)
    await engine.advance(HOUR)
    ends = {Fate.UNHEARD: DeliveryState.STUCK, Fate.REFUSED: DeliveryState.FAILED}
    assert await engine.states() == [ends[fate]]
    assert not notices(engine)


async def test_what_an_admin_sends_again_follows_its_schedule(engine: Engine) -> None:
    engine.platform.faults.extend([Fault.POST_LOST, Fault.BLIND])
    await engine.add_schedule()
    await engine.advance(10 * MINUTE)
    engine.platform.faults.clear()
    await say(engine, "schedule edit 1 channel:#new")
    [stuck] = await engine.deliveries()
    assert (stuck.state, stuck.channel) == (DeliveryState.STUCK, "#general")
    ana = Origin(NAME, "acme", "#general", "ana", member_name="ana")
    reply = await engine.app.handle(ButtonPressed(ana, "resolve", stuck.key, value="again"))
    assert reply is not None
    assert "#new" in reply.cards[0].text
    await engine.advance(MINUTE)
    assert [(one.channel, one.key) for one in engine.posted if one.key] == [("#new", stuck.key)]


async def test_what_is_put_back_while_its_schedule_moves_follows_it(engine: Engine) -> None:
    """Neither of the two has seen yet what the other one does."""
    engine.platform.faults.append(Fault.POST_LOST)
    schedule = await engine.add_schedule()
    engine.clock.move_to(DUE)
    await engine.app.run_due()
    [delivery] = await engine.deliveries()
    moves_on = asyncio.Event()

    async def move() -> None:
        async with engine.app.storage.writing() as work:
            moved = replace(schedule, channel="#new", next_due_at=None)
            await work.schedules.save(moved)
            moves_on.set()
            await work.deliveries.redirect_waiting(moved)

    async with asyncio.timeout(20):
        async with engine.app.storage.writing() as work:
            absent = postpone(DUE, timedelta(0), "It is not there.")
            await work.leases.settle([(delivery, absent)])
            moving = asyncio.create_task(move())
            if engine.app.engine.dialect.name == "postgresql":
                await moves_on.wait()
                await asyncio.sleep(0.05)
        await moving
    [delivery] = await engine.deliveries()
    assert (delivery.state, delivery.channel) == (DeliveryState.SCHEDULED, "#new")


async def test_an_edit_loses_nothing_that_is_due_and_not_planned_yet(engine: Engine) -> None:
    """Thousands were due together, or the process that plans was away."""
    await engine.add_schedule()
    engine.clock.move_to(DUE + MINUTE)
    await say(engine, "schedule edit 1 level:any")
    await engine.app.run_due()
    assert await engine.states() == [DeliveryState.CONFIRMED]
    assert (await read_schedule(engine)).next_due_at == DUE + timedelta(days=1)


async def test_skip_leaves_out_what_is_due_and_not_planned_yet(engine: Engine) -> None:
    await engine.add_schedule()
    engine.clock.move_to(DUE + MINUTE)
    await say(engine, "schedule skip 1")
    await engine.app.run_due()
    [skipped] = await engine.deliveries()
    assert (skipped.state, skipped.slot) == (DeliveryState.SKIPPED, DUE.date())
    assert (await read_schedule(engine)).next_due_at == DUE + timedelta(days=1)
