"""Two processes on one PostgreSQL: one speaks with Slack alone, the other with Discord."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from bot.app import store_packs
from bot.domain.delivery import Delivery, DeliveryState
from bot.domain.schedule import Rhythm, Schedule, ScheduleId
from storage.engine import open_engine
from storage.unit_of_work import SqlStorage
from tests.fakes.discord_server import TOKEN, DiscordServer, run_discord
from tests.fakes.program import run_program
from tests.fakes.slack_server import APP_TOKEN, SlackServer, run_slack
from tests.stage import PACKS

CHANNELS = 5


@pytest.fixture
def bare_url(postgres_url: str) -> str:
    """PostgreSQL alone: an SQLite file belongs to one process."""
    return postgres_url


@asynccontextmanager
async def worlds() -> AsyncIterator[tuple[SlackServer, DiscordServer]]:
    async with run_slack() as slack, run_discord() as discord:
        yield slack, discord


async def add_due(storage: SqlStorage, platform: str, team: str, channels: list[str]) -> None:
    now = datetime.now(UTC)
    async with storage.writing() as work:
        workspace = await work.workspaces.ensure(platform, team, team)
        for channel in channels:
            await work.schedules.add(
                Schedule(
                    id=ScheduleId(0),
                    workspace_id=workspace.id,
                    number=0,
                    channel=channel,
                    rhythm=Rhythm(time(now.hour, now.minute), "UTC"),
                    next_due_at=now.replace(second=0, microsecond=0),
                )
            )


async def deliveries_of(storage: SqlStorage, platform: str, team: str) -> list[Delivery]:
    async with storage.writing() as work:
        workspace = await work.workspaces.ensure(platform, team, team)
        return list(await work.posts.newest(workspace.id, 100))


async def test_complaint_2_a_process_leaves_alone_what_it_can_t_post(
    database_url: str, tmp_path: Path
) -> None:
    engine = open_engine(database_url)
    storage = SqlStorage(engine, random.Random(1))
    async with worlds() as (slack, discord):
        team, guild = slack.add_team(), discord.guild
        rooms = [slack.add_channel(team, f"c{number}").id for number in range(CHANNELS)]
        halls = [str(discord.world.add_channel(guild, f"c{n}").id) for n in range(CHANNELS)]
        await store_packs(storage, PACKS)
        await add_due(storage, "discord", str(guild.id), halls)
        await add_due(storage, "slack", team.id, rooms)
        slack_only = {
            "database.url": database_url,
            "slack.enabled": "true",
            "slack.bot_token": min(team.tokens),
            "slack.app_token": APP_TOKEN,
            "slack.base_url": slack.base_url,
        }
        discord_only = {
            "database.url": database_url,
            "discord.enabled": "true",
            "discord.token": TOKEN,
            "discord.api_url": discord.api_url,
            "discord.gateway_url": discord.gateway_url,
        }
        async with run_program(tmp_path, slack_only) as first:
            await slack.until(lambda: len(team.messages) == CHANNELS, 60)
            waiting = await deliveries_of(storage, "discord", str(guild.id))
            assert [one.fence for one in waiting] == [0] * CHANNELS
            async with run_program(tmp_path, discord_only) as second:
                await discord.until(lambda: len(all_posts(discord)) == CHANNELS, 60)
                assert await second.terminate() == 0
            assert await first.terminate() == 0
        for platform, name in (("slack", team.id), ("discord", str(guild.id))):
            done = await deliveries_of(storage, platform, name)
            assert {(one.state, one.fence, one.tries) for one in done} == {
                (DeliveryState.CONFIRMED, 1, 1)
            }
            assert len(done) == CHANNELS
        assert len(team.messages) == len(all_posts(discord)) == CHANNELS
    await engine.dispose()


def all_posts(discord: DiscordServer) -> list[object]:
    """Return what was posted in any channel of the server."""
    return [post for channel in discord.guild.channels.values() for post in discord.posts(channel)]
