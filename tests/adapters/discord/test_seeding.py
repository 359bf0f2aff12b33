"""The bot's own reaction under a question."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.domain.events import ReactionAdded
from tests.adapters.discord.conftest import Stage, schedule_question
from tests.adapters.discord.questions import make_card
from tests.fakes.discord.world import REACT
from tests.fakes.discord_server import text_of


async def post(stage: Stage, key: str, **changes: Any) -> None:
    """Post a question through the port."""
    assert stage.platform is not None
    guild, channel = str(stage.server.guild.id), str(stage.server.general.id)
    await stage.platform.chat.post(guild, channel, make_card(key=key, **changes), key)


def seeds(stage: Stage) -> list[list[str]]:
    """Return the reactions under each of the channel's messages."""
    posts = stage.server.posts()
    return [[one["emoji"]["name"] for one in post.get("reactions", [])] for post in posts]


async def test_scheduled_question_gets_the_reaction_that_shows_its_answer(stage: Stage) -> None:
    server = stage.server
    await schedule_question(stage)
    await server.until(lambda: all(seeds(stage)))
    assert {tuple(found) for found in seeds(stage)} == {("💡",)}
    ben = server.member("ben")
    await server.react(ben, server.posts()[-1])
    await server.until(lambda: server.told(ben))
    reactions = [event for event in stage.events if isinstance(event, ReactionAdded)]
    assert [event.origin.member for event in reactions] == [str(ben.id)]


async def test_other_emoji_and_unscheduled_questions(stage: Stage) -> None:
    await post(stage, "a" * 20, emoji="👀")
    await post(stage, "b" * 20, emoji="our_own")
    await post(stage, "c" * 20, schedule_number=None)
    await post(stage, "d" * 20)
    await stage.server.until(lambda: seeds(stage)[-1])
    assert seeds(stage) == [["👀"], [], [], ["💡"]]


@pytest.mark.parametrize("status", [403, 404, 503])
async def test_reaction_that_is_refused_stops_nothing(stage: Stage, status: int) -> None:
    fault = stage.server.fail("PUT .*/reactions/", "status", status=status, times=1)
    await post(stage, "a" * 20)
    await stage.server.until(lambda: not fault.times)
    await post(stage, "b" * 20)
    await stage.server.until(lambda: seeds(stage)[-1])


async def test_posts_go_first(stage: Stage) -> None:
    assert stage.platform is not None
    chat = stage.platform.chat
    chat._posting += 1  # as if one was under way all the time
    await post(stage, "a" * 20)
    await asyncio.sleep(0)
    await post(stage, "b" * 20)
    assert seeds(stage) == [[], []]
    chat._posting -= 1
    await stage.server.until(lambda: all(seeds(stage)))


async def test_right_to_react_is_asked_for(stage: Stage) -> None:
    server = stage.server
    await server.deny(server.general, REACT)
    olga = server.member("olga", manages=True)
    refused = await server.answered(await server.call(olga, "schedule add", {"time": "09:00"}))
    assert "lacks the permission Add Reactions in #general" in text_of(refused.messages[0])
