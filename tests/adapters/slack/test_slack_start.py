"""A start while Slack is out of reach: what waits for it, and what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.slack import app
from tests.fakes.slack_bot import Bot, run_bot
from tests.fakes.slack_server import NotAcknowledged

LATER = timedelta(minutes=1)


@pytest.fixture(params=["socket", "http"])
async def lost(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Bot]:
    """A process that was started while Slack was away, five minutes before a question is due."""
    monkeypatch.setattr(app, "FIRST_WAIT", 0.05)
    async with run_bot(tmp_path, request.param) as bot:
        await bot.type(bot.ana, "schedule add 10:05")
        await bot.stop()
        bot.server.state.is_out = lambda: True
        again = await bot.start_process()
        try:
            yield again
        finally:
            await again.stop()


async def reach_slack(bot: Bot) -> None:
    bot.server.state.is_out = lambda: False
    async with asyncio.timeout(10):
        while bot.platform.problem():
            await asyncio.sleep(0.01)


async def test_what_falls_due_meanwhile_is_posted_once_when_slack_is_back(lost: Bot) -> None:
    assert "Slack does not answer" in (lost.platform.problem() or "")
    assert "tried again by itself" in (lost.platform.problem() or "")
    lost.clock.move_to(lost.clock.now() + timedelta(minutes=5))
    await lost.app.run_due()
    with pytest.raises(NotAcknowledged):
        await lost.acts.type(lost.ana, lost.general.id, "status")

    await reach_slack(lost)
    lost.clock.move_to(lost.clock.now() + LATER)
    await lost.settle()
    assert len([one for one in lost.messages if one.kind == "question"]) == 1
    await lost.type(lost.ana, "schedule list")
    assert "paused" not in lost.last.text


async def test_a_token_that_is_refused_when_slack_is_back_is_told(lost: Bot) -> None:
    lost.team.tokens = {"xoxb-another"}
    lost.server.state.is_out = lambda: False
    async with asyncio.timeout(10):
        while "refuses slack.bot_token" not in (lost.platform.problem() or ""):
            await asyncio.sleep(0.01)
