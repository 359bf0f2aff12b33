"""A platform's client fails in a way that nobody foresaw: for one workspace, not for the others."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from adapters.local.platform import LocalChat
from bot.domain.cards import Card
from bot.domain.delivery import DeliveryState
from bot.errors import OutcomeUnknown
from bot.ports import Found
from tests.services.conftest import Engine


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


async def test_a_post_that_can_not_be_looked_for_keeps_no_other_in_doubt(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def post(_: LocalChat, *what: object) -> str:
        raise OutcomeUnknown("The reply was lost.")

    async def find(
        _: LocalChat, workspace: str, channel: str, key: str, since: datetime, *more: object
    ) -> Found | None:
        if workspace == "acme":
            raise ValueError("Expecting value: line 1 column 1")
        return Found("m1", since)

    monkeypatch.setattr(LocalChat, "post", post)
    monkeypatch.setattr(LocalChat, "find", find)
    for team in ("acme", "globex"):
        await engine.add_schedule(team)
    engine.clock.move_to(engine.clock.now() + timedelta(minutes=2))
    async with asyncio.timeout(20):
        await engine.app.dispatching.begin_due()
        await engine.app.dispatching.delivering.finish()
        engine.clock.move_to(engine.clock.now() + timedelta(minutes=2))
        await engine.app.dispatching.reconciling.begin_due()
        await engine.app.dispatching.reconciling.background.finish()
    assert await engine.states("globex") == [DeliveryState.CONFIRMED]
    assert await engine.states("acme") == [DeliveryState.SENDING]
