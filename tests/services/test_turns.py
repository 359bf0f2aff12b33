"""Slack's limits, kept by the engine on a clock that the test moves."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.delivery import DeliveryState
from bot.domain.pacing import Pace, Turns
from bot.services.pacing import Pacing
from tests.services.conftest import DUE, Engine

SECOND = timedelta(seconds=1)


def pace_posts(engine: Engine, a_second: int = 1000, burst: int = 1000) -> None:
    pace = Pace(Turns(SECOND), Turns(SECOND / a_second, burst))
    engine.app.dispatching.delivering.pacing = Pacing({"local": pace})


async def posted_at(engine: Engine, team: str = "acme") -> list[float]:
    done = await engine.deliveries(team)
    assert {one.state for one in done} == {DeliveryState.CONFIRMED}
    return sorted((one.posted_at - DUE).total_seconds() for one in done if one.posted_at)


async def test_schedules_of_one_channel_post_a_second_apart_and_delay_no_other(
    engine: Engine,
) -> None:
    pace_posts(engine)
    for _ in range(3):
        await engine.add_schedule("acme", "#busy")
    await engine.add_schedule("acme", "#quiet")
    await engine.add_schedule("other", "#busy")
    await engine.advance(timedelta(minutes=2))
    assert await posted_at(engine) == [0, 0, 1, 2]
    assert await posted_at(engine, "other") == [0]
    assert {one.tries for one in await engine.deliveries()} == {1}


async def test_who_waits_for_a_turn_holds_neither_a_lease_nor_a_place(engine: Engine) -> None:
    pace_posts(engine)
    engine.app.dispatching.delivering.concurrency = 8
    for _ in range(2):
        await engine.add_schedule("acme", "#busy")
    engine.clock.move_to(DUE)
    await engine.app.run_due()
    waiting = [one for one in await engine.deliveries() if one.posted_at is None]
    assert [(one.state, one.tries) for one in waiting] == [(DeliveryState.SCHEDULED, 0)]
    assert await engine.app.next_wake_at() == DUE + SECOND


async def test_a_workspace_keeps_to_its_messages_a_minute_in_order(engine: Engine) -> None:
    pace_posts(engine, a_second=5, burst=2)
    for number in range(6):
        await engine.add_schedule("acme", f"#c{number}")
    await engine.advance(timedelta(minutes=2))
    assert await posted_at(engine) == [0, 0, 0.2, 0.4, 0.6, 0.8]
    fences = [one.fence for one in await engine.deliveries()]
    assert max(fences) <= 2, "a promised turn is kept: nobody is claimed again and again"
