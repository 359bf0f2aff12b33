"""Servers that remove the bot while it is not connected."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.events import AccessLost
from tests.adapters.discord.conftest import Stage, schedule_question
from tests.fakes.discord.world import Guild


def find_left(stage: Stage) -> list[str]:
    """Return which servers the core was told to have removed the bot."""
    return [event.origin.workspace for event in stage.handled if isinstance(event, AccessLost)]


async def remembered(stage: Stage) -> set[int]:
    """Return the servers that the bot believes to be in."""
    assert stage.platform is not None
    assert stage.platform._client is not None
    return await stage.platform._client._roster._recall(0)


def remove_unseen(stage: Stage, guild: Guild) -> None:
    """Remove the bot, of which Discord tells only who is connected."""
    stage.server.left[guild.id] = stage.server.world.guilds.pop(guild.id)


async def test_a_server_that_removed_the_bot_while_it_was_off_is_left(stage: Stage) -> None:
    server = stage.server
    assert stage.app is not None
    other = await server.invite("Globex")
    await schedule_question(stage)
    await stage.stop()
    for guild in (server.guild, other):
        remove_unseen(stage, guild)
    await stage.start()
    await server.until(lambda: len(find_left(stage)) == 2)
    assert set(find_left(stage)) == {str(server.guild.id), str(other.id)}
    async with asyncio.timeout(10):
        while await remembered(stage):
            await asyncio.sleep(0.01)
    await stage.restart()
    assert len(find_left(stage)) == 2, "and left once"


async def test_a_server_that_removed_the_bot_between_two_sessions_is_left(stage: Stage) -> None:
    server = stage.server
    remove_unseen(stage, server.guild)
    await server.gateway.invalidate()
    await server.until(lambda: find_left(stage) == [str(server.guild.id)])


async def test_a_removal_that_came_while_the_program_stopped_is_noted_at_the_next_start(
    stage: Stage,
) -> None:
    server = stage.server
    assert stage.platform is not None
    await stage.platform._desk.close(0)
    await server.remove(server.guild)
    async with asyncio.timeout(10):
        while stage.platform._servers.name_of(server.guild.id):
            await asyncio.sleep(0.01)
    await stage.restart()
    await server.until(lambda: find_left(stage) == [str(server.guild.id)])


@pytest.mark.parametrize("status", [200, 403, 503])
async def test_a_server_that_was_not_listed_by_mistake_stays(stage: Stage, status: int) -> None:
    server = stage.server
    assert stage.platform is not None
    assert stage.platform._client is not None
    if status != 200:
        remove_unseen(stage, server.guild)
        server.fail("GET .*/guilds/[0-9]+$", "page", status=status)
    roster = stage.platform._client._roster
    assert await roster.find_left(0, []) == []
    assert await roster.find_left(0, []) == ([] if status == 200 else [server.guild.id])
