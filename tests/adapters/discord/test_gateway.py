"""Connections that break, and payloads that make no sense."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.discord.client import QuizClient
from adapters.local.simulation import VirtualClock
from bot.domain.events import ReactionAdded
from bot.errors import ConfigError
from tests.adapters.discord.conftest import Stage, find_tracebacks, schedule_question
from tests.databases import make_sqlite
from tests.fakes.discord_server import DiscordServer, text_of

PAYLOADS = int(os.environ.get("QUIZ_DISCORD_PAYLOADS", "10000"))
"""How many random ones; more in `make soak`."""
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


def spoil(value: Any, dice: random.Random) -> Any:
    """Return a copy in which one thing is missing, or is another, at any depth."""
    if isinstance(value, dict) and value and dice.random() < 0.9:
        name = dice.choice(list(value))
        if dice.random() < 0.2:
            return {key: kept for key, kept in value.items() if key != name}
        return {**value, name: spoil(value[name], dice)}
    if isinstance(value, list) and value and dice.random() < 0.9:
        place = dice.randrange(len(value))
        return [*value[:place], spoil(value[place], dice), *value[place + 1 :]]
    return make_json(dice, 1)


def find_loud(records: Sequence[logging.LogRecord]) -> list[logging.LogRecord]:
    """Return what others logged with a traceback; discord.py's own goes into our log."""
    return [one for one in records if one.exc_info and not one.name.startswith("discord")]


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
    url = make_sqlite(tmp_path / "quiz.db")
    options = {"heartbeat_timeout": 0.4}
    async with Stage(server, url, VirtualClock(), options=options).running() as stage:
        server.gateway.deaf = True
        await server.until(lambda: server.gateway.resumed)
        server.gateway.deaf = False
        assert await is_alive(stage)


async def test_ten_thousand_random_payloads(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    server = stage.server
    dice = random.Random(5)
    with capture_logs() as logs:
        for _ in range(PAYLOADS):
            payload = {"op": 0, "t": dice.choice(EVENTS), "d": make_json(dice), "s": None}
            await server.gateway.send_raw(json.dumps(payload))
        assert await is_alive(stage)
    gc.collect()  # a task that failed unseen is told of when it goes
    assert find_tracebacks(logs) == []
    assert find_loud(caplog.records) == []
    assert (server.gateway.identified, server.gateway.resumed) == (1, 0)


async def test_payloads_with_a_fault_in_each(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """Nearly right ones get further than random ones do."""
    server = stage.server
    post = await schedule_question(stage)
    ben = server.member("ben")
    opened = await server.answered(await server.press(ben, post, "Answer"))
    await server.answered(await server.submit(ben, opened, {"text": "Once a request."}))
    await server.answered(await server.call(ben, "streak", {"why": True}))
    await server.answered(await server.call(ben, "ask", {"topic": "val"}, focused="topic"))
    await server.react(ben, post)
    (session,) = server.gateway.sessions.values()
    seen = [sent for sent in session.sent if sent["t"] not in ("READY", "RESUMED")]
    dice = random.Random(6)
    with capture_logs() as logs:
        for number in range(PAYLOADS // 10):
            sent = dice.choice(seen)
            spoilt = spoil(sent["d"], dice)
            await server.gateway.send_raw(json.dumps({**sent, "d": spoilt, "s": None}))
            if number % 20 == 0:
                assert await is_alive(stage)
        assert await is_alive(stage)
    gc.collect()  # a task that failed unseen is told of when it goes
    assert find_tracebacks(logs) == []
    assert find_loud(caplog.records) == []
    assert (server.gateway.identified, server.gateway.resumed) == (1, 0)


@pytest.mark.parametrize("text", ["[]", "{not json", '{"op": 0, "t": "READY", "d": {}, "s": 1}'])
async def test_unreadable_frame_costs_a_session_not_the_service(stage: Stage, text: str) -> None:
    server = stage.server
    await server.gateway.send_raw(text)
    await server.until(lambda: server.gateway.identified == 2)
    assert await is_alive(stage)


async def test_discord_out_of_reach_at_the_start(tmp_path: Path, server: DiscordServer) -> None:
    fault = server.fail("GET .*/users/@me", "dropped", times=1)
    url = make_sqlite(tmp_path / "quiz.db")
    async with Stage(server, url, VirtualClock()).running() as stage:
        await server.until(lambda: server.gateway.identified == 1)
        assert fault.times == 0
        assert await is_alive(stage)


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4013, 4014])
async def test_refused_for_good_says_what_to_change(
    tmp_path: Path, server: DiscordServer, code: int
) -> None:
    server.gateway.refuse_code = code
    stage = Stage(server, make_sqlite(tmp_path / "quiz.db"), VirtualClock())
    with pytest.raises(ConfigError, match=r"Put|Look|Leave|Install"):
        await stage.start()
    await stage.stop()


async def test_no_session_is_begun_beyond_the_days_last(
    tmp_path: Path, server: DiscordServer
) -> None:
    server.rest.starts_left = 1
    url = make_sqlite(tmp_path / "quiz.db")
    with capture_logs() as logs:
        settings = {"shard_count": 3, "shard_ids": [1, 2]}
        async with Stage(server, url, VirtualClock(), settings).running() as stage:
            assert server.gateway.identified == 0
            assert stage.platform is not None
            assert stage.platform.problem() is not None
    (refused,) = [entry for entry in logs if entry["event"] == "not_connected"]
    assert "All 1000 starts" in refused["problem"]
    assert "2.0 hours" in refused["problem"]


async def test_processes_that_identify_at_once_take_turns(
    tmp_path: Path, server: DiscordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord begins one session in five seconds, and calls others invalid."""

    async def wait(_client: QuizClient, _shard: int, *, initial: bool = False) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(QuizClient, "before_identify_hook", wait)
    url = make_sqlite(tmp_path / "quiz.db")
    first, second = (
        Stage(server, url, VirtualClock(), {"shard_count": 2, "shard_ids": [shard]})
        for shard in (0, 1)
    )
    async with first.running():
        server.gateway.hasty = 1
        await second.start()
        await server.until(lambda: server.gateway.identified == 2)
        assert server.gateway.hasty == 0
        await second.stop()


async def test_two_shards_share_the_servers(tmp_path: Path, server: DiscordServer) -> None:
    other = server.world.add_guild("Globex")
    url = make_sqlite(tmp_path / "quiz.db")
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
