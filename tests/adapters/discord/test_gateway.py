"""Connections that break, and payloads that make no sense."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from adapters.local.simulation import VirtualClock
from bot.domain.events import ReactionAdded
from bot.errors import ConfigError
from tests.adapters.discord.conftest import Stage
from tests.fakes.discord_server import DiscordServer, text_of

EVENTS = [
    "GUILD_CREATE",
    "GUILD_UPDATE",
    "GUILD_DELETE",
    "GUILD_ROLE_CREATE",
    "GUILD_MEMBER_ADD",
    "GUILD_MEMBER_UPDATE",
    "CHANNEL_CREATE",
    "CHANNEL_UPDATE",
    "CHANNEL_DELETE",
    "THREAD_CREATE",
    "THREAD_LIST_SYNC",
    "MESSAGE_CREATE",
    "MESSAGE_UPDATE",
    "MESSAGE_DELETE",
    "MESSAGE_REACTION_ADD",
    "MESSAGE_REACTION_REMOVE",
    "INTERACTION_CREATE",
    "VOICE_STATE_UPDATE",
    "PRESENCE_UPDATE",
    "USER_UPDATE",
    "TYPING_START",
    "INVITE_CREATE",
    "WEBHOOKS_UPDATE",
    "NOTHING_KNOWN",
]
WORDS = [
    "id",
    "guild_id",
    "channel_id",
    "user_id",
    "message_id",
    "emoji",
    "name",
    "type",
    "data",
    "custom_id",
    "component_type",
    "components",
    "token",
    "member",
    "user",
    "roles",
    "channels",
    "threads",
    "unavailable",
    "options",
    "value",
]


def make_json(dice: random.Random, depth: int = 3) -> Any:
    """Return any JSON value, with the names that Discord uses."""
    kind = dice.randrange(6 if depth else 4)
    if kind == 0:
        return dice.choice([None, True, False, -1, 0, 3, 1 << 62, 0.5])
    if kind in (1, 2):
        return dice.choice(["", "1", "💡", "x" * 200, "1457659890892800000", "\x00"])
    if kind == 3:
        return dice.randrange(1 << 40)
    if kind == 4:
        return [make_json(dice, depth - 1) for _ in range(dice.randrange(3))]
    return {dice.choice(WORDS): make_json(dice, depth - 1) for _ in range(dice.randrange(6))}


async def is_alive(stage: Stage) -> bool:
    """Tell whether a slash command is answered."""
    server = stage.server
    asked = await server.call(server.member("zoe"), "help")
    return "FastAPI Quiz" in text_of((await server.answered(asked)).messages[0])


async def test_ten_dropped_connections_lose_no_reaction(stage: Stage) -> None:
    server = stage.server
    post = server.world.put_message(server.general, {"content": "q"}, server.world.bot)
    for number in range(10):
        await server.gateway.drop()
        await server.react(server.member(f"m{number}"), post)
        await server.until(lambda wanted=number + 1: server.gateway.resumed == wanted)
    reactions = await server.until(
        lambda: (
            (found := [e for e in stage.events if isinstance(e, ReactionAdded)])
            and len(found) >= 10
            and found
        )
    )
    assert len({event.origin.member for event in reactions}) == len(reactions) == 10
    assert server.gateway.identified == 1


async def test_reconnect_and_lost_session(stage: Stage) -> None:
    server = stage.server
    await server.gateway.ask_to_reconnect()
    await server.until(lambda: server.gateway.resumed == 1)
    await server.gateway.invalidate()
    await server.until(lambda: server.gateway.identified == 2)
    assert await is_alive(stage)


async def test_silent_connection_is_left(tmp_path: Path, server: DiscordServer) -> None:
    server.gateway.heartbeat_ms = 100
    url = f"sqlite+aiosqlite:///{tmp_path}/quiz.db"
    options = {"heartbeat_timeout": 0.4}
    async with Stage(server, url, VirtualClock(), options=options).running() as stage:
        server.gateway.deaf = True
        await server.until(lambda: server.gateway.resumed)
        server.gateway.deaf = False
        assert await is_alive(stage)


async def test_ten_thousand_random_payloads(stage: Stage) -> None:
    server = stage.server
    dice = random.Random(5)
    for _ in range(10_000):
        payload = {"op": 0, "t": dice.choice(EVENTS), "d": make_json(dice), "s": None}
        await server.gateway.send_raw(json.dumps(payload))
    assert await is_alive(stage)
    assert (server.gateway.identified, server.gateway.resumed) == (1, 0)


@pytest.mark.parametrize("text", ["[]", "{not json", '{"op": 0, "t": "READY", "d": {}, "s": 1}'])
async def test_unreadable_frame_costs_a_session_not_the_service(stage: Stage, text: str) -> None:
    server = stage.server
    await server.gateway.send_raw(text)
    await server.until(lambda: server.gateway.identified == 2)
    assert await is_alive(stage)


async def test_discord_out_of_reach_at_the_start(tmp_path: Path, server: DiscordServer) -> None:
    fault = server.fail("GET .*/users/@me", "dropped", times=1)
    url = f"sqlite+aiosqlite:///{tmp_path}/quiz.db"
    async with Stage(server, url, VirtualClock()).running() as stage:
        await server.until(lambda: server.gateway.identified == 1)
        assert fault.times == 0
        assert await is_alive(stage)


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4013, 4014])
async def test_refused_for_good_says_what_to_change(
    tmp_path: Path, server: DiscordServer, code: int
) -> None:
    server.gateway.refuse_code = code
    stage = Stage(server, f"sqlite+aiosqlite:///{tmp_path}/quiz.db", VirtualClock())
    with pytest.raises(ConfigError, match=r"Put|Look|Leave|Install"):
        await stage.start()
    await stage.stop()


async def test_two_shards_share_the_servers(tmp_path: Path, server: DiscordServer) -> None:
    other = server.world.add_guild("Globex")
    url = f"sqlite+aiosqlite:///{tmp_path}/quiz.db"
    first, second = (
        Stage(server, url, VirtualClock(), {"shard_count": 2, "shard_ids": [shard]})
        for shard in (0, 1)
    )
    async with first.running(), second.running():
        for guild in (server.guild, other):
            channel = next(iter(guild.channels.values()))
            ben = server.member("ben", guild)
            await server.answered(await server.call(ben, "help", channel=channel))
        heard = [{event.origin.workspace for event in stage.events} for stage in (first, second)]
    assert sorted(map(len, heard)) == [1, 1]
    assert heard[0] != heard[1]
