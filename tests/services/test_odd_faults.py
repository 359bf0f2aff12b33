"""A platform's client fails in a way that nobody foresaw: for one workspace, not for the others."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from adapters.local.platform import LocalChat
from bot.domain.cards import Card, QuestionCard
from bot.domain.delivery import Delivery, DeliveryState
from bot.errors import OutcomeUnknown
from bot.ports import Found
from tests.services.conftest import DUE, Engine, notices


async def test_a_notice_that_can_not_be_sent_keeps_no_other_back(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    async def tell(_: LocalChat, workspace: str, member: str, channel: str, card: Card) -> None:
        if workspace == "acme":
            raise ValueError("Expecting value: line 1 column 1")
        told.append(workspace)

    monkeypatch.setattr(LocalChat, "tell", tell)
    for team in ("acme", "globex"):
        schedule = await engine.add_schedule(team)
        assert schedule.created_by
        async with engine.app.storage.writing() as work:
            await work.notices.add(
                schedule.workspace_id, schedule.created_by, "#general", "News", engine.clock.now()
            )
    await engine.app.dispatching.notifying.begin_due()
    await engine.app.dispatching.notifying.background.finish()
    assert told == ["globex"]


@pytest.mark.parametrize("fault", [ValueError("Expecting value"), asyncio.CancelledError()])
async def test_a_post_that_can_not_be_looked_for_keeps_no_other_in_doubt(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    """A client may even cancel its own call: nobody asked for it."""

    async def post(_: LocalChat, *what: object) -> str:
        raise OutcomeUnknown("The reply was lost.")

    async def find(
        _: LocalChat, workspace: str, channel: str, key: str, since: datetime, *more: object
    ) -> Found | None:
        if channel == "#odd":
            raise fault
        return Found("m1", since)

    monkeypatch.setattr(LocalChat, "post", post)
    monkeypatch.setattr(LocalChat, "find", find)
    for team, channel in (("acme", "#odd"), ("acme", "#even"), ("globex", "#even")):
        await engine.add_schedule(team, channel)
    engine.clock.move_to(engine.clock.now() + timedelta(minutes=2))
    async with asyncio.timeout(20):
        await engine.app.dispatching.begin_due()
        await engine.app.dispatching.delivering.finish()
        engine.clock.move_to(engine.clock.now() + timedelta(minutes=2))
        await engine.app.dispatching.reconciling.begin_due()
        await engine.app.dispatching.reconciling.background.finish()
    assert await engine.states("globex") == [DeliveryState.CONFIRMED]
    states = {one.channel: one.state for one in await engine.deliveries("acme")}
    assert states == {"#odd": DeliveryState.SENDING, "#even": DeliveryState.CONFIRMED}


async def test_a_client_that_cancels_its_own_call_leaves_the_post_in_doubt(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody asked for it, and who posts next must not be lost with it."""
    honest, cancelled = LocalChat.post, list[str]()

    async def post(chat: LocalChat, workspace: str, channel: str, card: Card, key: str) -> str:
        if channel not in cancelled:
            cancelled.append(channel)
            raise asyncio.CancelledError
        return await honest(chat, workspace, channel, card, key)

    monkeypatch.setattr(LocalChat, "post", post)
    engine.app.dispatching.delivering.concurrency = 1
    for channel in ("#one", "#two"):
        await engine.add_schedule("acme", channel)
    async with asyncio.timeout(60):
        await engine.advance(timedelta(minutes=5))
    assert await engine.states() == [DeliveryState.CONFIRMED] * 2
    assert [one.channel for one in engine.posted if one.key] == ["#one", "#two"]


async def test_a_question_that_can_not_be_read_keeps_no_other_back(engine: Engine) -> None:
    """Its admin is told; the schedule goes on with the next one, and picks that one no more."""
    for number, channel in enumerate(("#odd", "#even")):
        await engine.add_schedule(f"team{number}", channel)
    await engine.plan(DUE)
    [odd], [even] = [await engine.deliveries(f"team{number}") for number in range(2)]
    assert odd.question_id != even.question_id
    async with engine.app.engine.begin() as connection:
        damage = text("UPDATE questions SET body = '{}' WHERE id = :key")
        await connection.execute(damage, {"key": odd.question_key})
    async with asyncio.timeout(60):
        await engine.advance(timedelta(days=1, minutes=2))
    assert await engine.states("team1") == [DeliveryState.CONFIRMED] * 2
    failed, later = await engine.deliveries("team0")
    assert (failed.state, later.state) == (DeliveryState.FAILED, DeliveryState.CONFIRMED)
    assert later.question_id != failed.question_id
    [told] = notices(engine)
    assert f"It is {failed.question_id}. Schedule 1 goes on" in told.text


async def test_a_card_that_can_not_be_made_keeps_no_other_back(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = QuestionCard.of

    def of(delivery: Delivery, *more: object) -> QuestionCard:
        if delivery.channel == "#odd":
            raise ValueError("This question can't be shown.")
        return honest(delivery, *more)

    monkeypatch.setattr(QuestionCard, "of", of)
    for number, channel in enumerate(("#odd", "#even")):
        await engine.add_schedule(f"team{number}", channel)
    async with asyncio.timeout(60):
        await engine.advance(timedelta(minutes=5))
    assert [one.channel for one in engine.posted if one.key] == ["#even"]
