"""Who somebody is: asked once, however many want to know."""

from __future__ import annotations

import asyncio

import pytest

from adapters.slack.people import read_profile
from bot.errors import ChatError
from tests.fakes.slack_bot import Bot
from tests.fakes.slack_state import Fault


async def test_a_burst_of_commands_asks_slack_once_who_typed_them(bot: Bot) -> None:
    bot.server.inject("users.info", Fault(delay=0.05))

    typed = (bot.acts.type(bot.ben, bot.general.id, "help") for _ in range(5))
    await asyncio.gather(*typed)
    await bot.settle()

    assert [message.kind for message in bot.messages] == ["help"] * 5
    assert [name for name, _ in bot.server.state.calls].count("users.info") == 1


async def test_those_who_waited_are_answered_where_slack_does_not_say(bot: Bot) -> None:
    bot.server.inject("users.info", Fault(delay=0.05, status=500))

    typed = (bot.acts.type(bot.ben, bot.general.id, "help") for _ in range(2))
    await asyncio.gather(*typed)
    await bot.settle()

    assert [message.kind for message in bot.messages] == ["help"] * 2


async def test_a_public_channel_is_named_and_a_private_one_is_not(bot: Bot) -> None:
    chat, team = bot.platform.chat, bot.team
    secret = bot.server.add_channel(team, "layoffs", kind="group")
    assert await chat.channel_name(team.id, bot.general.id) == "#general"
    assert await chat.channel_name(team.id, secret.id) is None
    assert await chat.channel_name(team.id, "D123") == "direct message"
    with pytest.raises(ChatError):
        await chat.channel_name(team.id, "C404")


async def test_who_was_deactivated_may_configure_no_more(bot: Bot) -> None:
    """Though an admin let them: a visit to the console would go on for hours."""
    await bot.type(bot.ben, "help")
    await bot.type(bot.ana, f"admins add <@{bot.ben.id}|ben>")
    await bot.type(bot.ben, "admins list")
    assert bot.last.kind == "notice"

    bot.ben.is_deleted = True
    await bot.type(bot.ben, "admins list")
    assert (bot.last.kind, bot.last.only) == ("error", bot.ben.id)


async def test_an_admin_of_another_workspace_is_none_of_this_one(bot: Bot) -> None:
    """Channels can be shared between workspaces, and the bot's buttons are there for all."""
    bot.ana.home = "T0ELSEWHERE"
    await bot.type(bot.ana, "admins list")
    assert (bot.last.kind, "Only admins" in bot.last.text) == ("error", True)


async def test_an_admin_of_an_organization_is_one_in_its_workspaces() -> None:
    user = {"id": "U1", "team_id": "T1", "is_owner": True}
    everywhere = {**user, "enterprise_user": {"teams": ["T1", "T2"]}}
    assert read_profile(user, "T1").is_admin
    assert not read_profile(user, "T2").is_admin
    assert read_profile(everywhere, "T2").is_admin


async def test_an_admin_reads_which_scope_keeps_them_from_being_known(bot: Bot) -> None:
    bot.team.scopes -= {"users:read"}
    await bot.type(bot.ana, "schedule list")
    assert "Add the scope users:read on the app's page" in bot.last.text
