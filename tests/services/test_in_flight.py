"""What happens elsewhere while a post is on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from adapters.local.platform import NAME, Fault
from adapters.local.simulation import VirtualClock
from bot.domain.delivery import Delivery, DeliveryState, Purpose
from bot.domain.events import ButtonPressed, Origin, ReactionAdded, TextCommand
from bot.domain.people import Workspace
from bot.domain.schedule import RevealMode
from bot.services.pacing import Pacing
from tests.fakes.gated_chat import GatedChat
from tests.services.conftest import DUE, Engine, notices, questions
from tests.services.test_committing import FullStorage

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
BEN = Origin(NAME, "acme", "#general", "ben", member_name="ben")


async def post_while(
    engine: Engine, meanwhile: Callable[[], Awaitable[object]], **options: object
) -> None:
    """Begin the post that is due at DUE, do something, and only then let it arrive.

    `options` are those of its schedule.
    """
    chat = GatedChat(engine.platform)
    engine.app.dispatching.delivering.chats = {NAME: chat}
    schedule = await engine.add_schedule()
    async with engine.app.storage.writing() as work:
        await work.schedules.save(replace(schedule, **options))
    engine.clock.move_to(DUE)
    async with asyncio.timeout(20):
        await engine.app.dispatching.begin_due()
        await chat.began.wait()
        await meanwhile()
        await engine.app.dispatching.begin_due()
        chat.open()
        await engine.app.run_due()


async def test_a_reaction_to_another_message_repeats_nothing(engine: Engine) -> None:
    """It makes the bot look for what is in doubt; what is on its way is not there yet."""

    async def react() -> None:
        await engine.app.handle(ReactionAdded(BEN, "777", "bulb"))

    await post_while(engine, react)
    assert await engine.states() == [DeliveryState.CONFIRMED]
    assert len(questions(engine)) == 1


async def test_reactions_to_other_messages_tell_an_admin_nothing_again(engine: Engine) -> None:
    engine.platform.faults.extend([Fault.POST_LOST, Fault.BLIND])
    await engine.add_schedule()
    await engine.advance(10 * MINUTE)
    assert await engine.states() == [DeliveryState.STUCK]
    for number in range(3):
        await engine.app.handle(ReactionAdded(BEN, f"77{number}", "bulb"))
    await engine.advance(10 * MINUTE)
    assert len(notices(engine)) == 1


async def test_a_clock_that_jumps_past_the_lease_repeats_nothing(engine: Engine) -> None:
    """Set by NTP, or stopped with the machine: the post is on its way all the same."""

    async def jump() -> None:
        engine.clock.move_to(DUE + HOUR)

    await post_while(engine, jump)
    assert await engine.states() == [DeliveryState.CONFIRMED]
    assert len(questions(engine)) == 1


async def test_what_became_of_a_post_is_known_though_its_lease_ran_out(engine: Engine) -> None:
    """The database was away for longer than that, and the platform can't be searched."""
    app, storage = engine.app, FullStorage(engine.app.storage)
    await engine.add_schedule()
    engine.clock.move_to(DUE)
    await engine.plan(DUE)
    app.dispatching.delivering.storage = storage
    await app.dispatching.delivering.begin_due()
    await app.dispatching.delivering.finish()
    engine.platform.faults.append(Fault.BLIND)
    engine.clock.move_to(DUE + 2 * MINUTE)
    await app.dispatching.reconciling.begin_due(app.dispatching.delivering.held)
    await app.dispatching.reconciling.background.finish()
    storage.full = False
    await app.run_due()
    assert await engine.states() == [DeliveryState.CONFIRMED]
    assert not app.dispatching.delivering.held


async def test_who_proves_a_post_by_a_press_gets_its_answer_for_all_as_well(
    engine: Engine,
) -> None:
    schedule = await engine.add_schedule()
    async with engine.app.storage.writing() as work:
        await work.schedules.save(replace(schedule, reveal_after=8 * HOUR))
    engine.platform.faults.append(Fault.REPLY_LOST)
    await engine.advance(MINUTE)
    [delivery] = await engine.deliveries()
    assert delivery.state is DeliveryState.SENDING
    await engine.app.handle(ButtonPressed(BEN, "reveal", delivery.key, message_id="1"))
    await engine.advance(9 * HOUR)
    question, answer = await engine.deliveries()
    assert (question.state, answer.state) == (DeliveryState.CONFIRMED, DeliveryState.CONFIRMED)
    assert answer.purpose is Purpose.REVEAL


async def pause(engine: Engine) -> None:
    """Have the admin pause the schedule."""
    engine.platform.workspaces["acme"].admins.add("ana")
    ana = Origin(NAME, "acme", "#general", "ana", member_name="ana")
    await engine.app.handle(TextCommand(ana, "schedule pause 1"))


async def test_a_pause_while_a_question_is_sent_takes_its_answer_for_all_back(
    engine: Engine,
) -> None:
    await post_while(engine, partial(pause, engine), reveal_after=8 * HOUR)
    await engine.advance(16 * HOUR)
    assert await engine.states() == [DeliveryState.CONFIRMED]
    assert len(engine.posted) == 1


async def test_who_reacts_to_a_question_whose_schedule_rests_gets_its_answer_posted(
    engine: Engine,
) -> None:
    await post_while(engine, partial(pause, engine), reveal=RevealMode.THREAD)
    [question] = engine.posted
    await engine.app.handle(ReactionAdded(BEN, question.id, "bulb"))
    engine.clock.move_to(engine.clock.now() + timedelta(seconds=1))
    await engine.app.run_due()
    assert [one.card.kind for one in engine.posted] == ["question", "reveal"]


class Stopped(Pacing):
    """A process that is stopped for an hour when it is about to post."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self.clock = clock

    def take_turn(self, delivery: Delivery, workspace: Workspace, now: datetime) -> datetime | None:
        if now == DUE:
            self.clock.move_to(DUE + HOUR)
        return super().take_turn(delivery, workspace, now)


async def test_who_is_stopped_right_before_a_post_does_not_make_it(engine: Engine) -> None:
    """Its lease is over: another process may have posted meanwhile."""
    delivering = engine.app.dispatching.delivering
    delivering.pacing = Stopped(engine.clock)
    await engine.add_schedule()
    engine.clock.move_to(DUE)
    await engine.app.dispatching.begin_due()
    await delivering.finish()
    assert not engine.posted
    await engine.app.run_due()
    [delivery] = await engine.deliveries()
    assert (delivery.state, delivery.tries) == (DeliveryState.CONFIRMED, 1)
