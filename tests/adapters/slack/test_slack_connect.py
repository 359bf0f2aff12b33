"""Channels that are shared between workspaces: members of another one take part, and the app may be
in both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.slack.installing import install
from tests.adapters.slack.test_slack_home import open_home, press_home
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


async def install_in_both(bot: Bot) -> Bot:
    """Install the app in this workspace and in another one, and return the bot there."""
    theirs = bot.server.add_team("theirs")
    there = replace(bot, team=theirs, acts=SlackActs(bot.server, theirs))
    for each in (bot, there):
        await install(each)
    return there


async def test_a_reaction_counts_where_the_question_is_from_if_both_workspaces_have_the_app(
    open_bot: Bot,
) -> None:
    """Slack tells of it once, and names either of them: docs.slack.dev/apis/events-api."""
    there = await install_in_both(open_bot)
    theirs = there.team
    eve = open_bot.server.add_user(open_bot.team, "eve", home=theirs.id)
    open_bot.general.members.add(eve.id)
    question = await post_question(open_bot)

    for author in (open_bot.team.bot_user, theirs.bot_user, open_bot.ben.id):
        await there.acts.react(eve, question, author=author, shared=True)
        await open_bot.settle()

    (reveal,) = [message for message in open_bot.messages if message.kind == "reveal"]
    assert reveal.only == eve.id
    assert not theirs.messages


async def test_a_home_tab_belongs_to_the_workspace_that_it_is_looked_at_in(open_bot: Bot) -> None:
    """In an organization Slack may name another one with the app (bolt-python #1229)."""
    there = await install_in_both(open_bot)
    await open_home(open_bot, open_bot.ben)

    other = there.team.id
    await press_home(open_bot, open_bot.ben, "Help", app_installed_team_id=other)

    assert (open_bot.last.kind, open_bot.last.channel) == ("help", f"D{open_bot.ben.id}")
    assert not there.team.messages
