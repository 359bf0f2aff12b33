"""Channels that are shared between workspaces: members of another one take part."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.slack_acts import SlackActs
from tests.fakes.slack_bot import Bot, post_question
from tests.fakes.slack_state import User

THEIRS = "T0THEIRS"


@pytest.fixture
def eve(bot: Bot) -> User:
    """Somebody of another workspace in the shared channel."""
    eve = bot.server.add_user(bot.team, "eve", home=THEIRS)
    bot.general.members.add(eve.id)
    return eve


async def test_a_reaction_from_another_workspace_reveals(bot: Bot, eve: User) -> None:
    question = await post_question(bot)
    await bot.acts.react(eve, question)
    await bot.settle()
    assert (bot.last.kind, bot.last.only) == ("reveal", eve.id)


async def test_an_answer_from_another_workspace_is_graded_in_this_one(
    bot: Bot, eve: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form belongs to the workspace of whoever fills it in, and names the app's in the view."""
    question = await post_question(bot)
    await bot.acts.press(eve, question, "Answer")
    await bot.settle()
    payload_of = SlackActs.submit_payload

    def from_elsewhere(acts: SlackActs, *given: Any) -> dict[str, Any]:
        payload = payload_of(acts, *given)
        view = {**payload["view"], "team_id": THEIRS, "app_installed_team_id": bot.team.id}
        return {**payload, "team": {"id": THEIRS, "domain": "theirs"}, "view": view}

    monkeypatch.setattr(SlackActs, "submit_payload", from_elsewhere)
    await bot.acts.submit(eve, {"text": "It depends."})
    await bot.settle()

    assert (bot.last.kind, bot.last.only) == ("grade", eve.id)
