"""What is planned while there is room is posted without being claimed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from adapters.local.platform import LocalChat
from bot.domain.cards import Card, QuestionCard
from bot.domain.delivery import DeliveryState
from bot.services.delivering import BATCH
from tests.services.conftest import DUE, Engine

MINUTE = timedelta(minutes=1)
TEAMS = 15


async def take(engine: Engine) -> int:
    """Plan and take what is due as a process does that dies before it posts anything."""
    dispatching, now = engine.app.dispatching, engine.clock.now()
    async with engine.app.storage.writing() as work:
        plans = await dispatching.planning.plan(work, now, BATCH)
        jobs, left = await dispatching.delivering.take(work, plans, now)
        await work.deliveries.insert(left)
    return len(jobs)


async def test_complaint_1_what_was_taken_by_a_process_that_died_is_posted_once(
    engine: Engine,
) -> None:
    await engine.add_schedule()
    engine.clock.move_to(DUE)
    assert await take(engine) == 1
    assert await engine.states() == [DeliveryState.SENDING]
    await engine.advance(30 * timedelta(seconds=1))
    assert not engine.posted
    await engine.advance(5 * MINUTE)
    [delivery] = await engine.deliveries()
    assert (delivery.state, delivery.tries) == (DeliveryState.CONFIRMED, 2)
    assert len(engine.posted) == 1


class CountingChat(LocalChat):
    """Notes how many posts are under way or wait for their turn."""

    engine: Engine
    most = 0

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        flying = self.engine.app.dispatching.delivering.count_flying()
        self.most = max(self.most, flying)
        return await super().post(workspace, channel, card, key)


async def test_planning_goes_on_when_posts_have_made_room(engine: Engine) -> None:
    """One look is enough for any number, of which few are in doubt at a time."""
    chat = CountingChat(engine.platform)
    chat.engine = engine
    delivering = engine.app.dispatching.delivering
    delivering.chats, delivering.concurrency = {"local": chat}, BATCH
    for number in range(3 * BATCH):
        await engine.add_schedule(f"team {number % TEAMS}", f"#c{number}")
    engine.clock.move_to(DUE)
    await engine.app.dispatching.begin_due()
    await delivering.finish()
    states = Counter[DeliveryState]()
    for team in range(TEAMS):
        states.update(await engine.states(f"team {team}"))
    assert states == {DeliveryState.CONFIRMED: 3 * BATCH}
    assert len({one.key for one in engine.posted}) == len(engine.posted) == 3 * BATCH
    assert chat.most <= BATCH + BATCH // 2 + BATCH


async def test_a_workspace_takes_no_more_than_its_share(engine: Engine) -> None:
    engine.app.dispatching.delivering.concurrency = 8
    for number in range(5):
        await engine.add_schedule("acme", f"#c{number}")
    await engine.add_schedule("globex")
    engine.clock.move_to(DUE)
    assert await take(engine) == 2 + 1
    states = Counter(await engine.states())
    assert states == {DeliveryState.SENDING: 2, DeliveryState.SCHEDULED: 3}
    await engine.advance(5 * MINUTE)
    assert await engine.states() == [DeliveryState.CONFIRMED] * 5
    assert len(engine.posted) == 6


async def test_nothing_is_taken_for_who_has_to_wait_or_is_not_here(engine: Engine) -> None:
    schedule = await engine.add_schedule("held")
    delivering = engine.app.dispatching.delivering
    engine.clock.move_to(DUE)
    delivering.holding.wait(schedule.workspace_id, DUE + MINUTE, "The platform asks to wait.")
    assert await take(engine) == 0
    await engine.add_schedule("elsewhere")
    engine.app.dispatching.delivering = replace(delivering, chats={})
    assert await take(engine) == 0
    assert await engine.states("held") == await engine.states("elsewhere")
    assert await engine.states("held") == [DeliveryState.SCHEDULED]


async def test_what_waits_already_goes_first(engine: Engine) -> None:
    await engine.add_schedule("acme", "#old")
    engine.clock.move_to(DUE)
    await engine.plan(DUE)
    await engine.add_schedule("acme", "#new")
    await engine.app.run_due()
    cards = [one for one in engine.posted if isinstance(one.card, QuestionCard)]
    assert [one.channel for one in cards] == ["#old", "#new"]
