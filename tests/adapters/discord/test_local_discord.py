"""The local Discord refuses what the real one does: else tests against it would prove little."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from adapters.local.simulation import VirtualClock
from tests.fakes.discord.gateway import EVENTS_A_MINUTE, HEARTBEAT, IDENTIFY, RESUME
from tests.fakes.discord.world import EMBED, HISTORY, SEND, THREADS, VIEW, Interaction
from tests.fakes.discord_server import TOKEN, DiscordServer, run_discord

GOOD = {"content": "hi", "allowed_mentions": {"parse": []}}


class Program:
    """Asks as any program could."""

    def __init__(self, server: DiscordServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.session = session

    async def ask(self, method: str, path: str, body: Any = None, token: str = TOKEN) -> Any:
        """Return the status and Discord's error code, 0 for none."""
        url, headers = f"{self.server.api_url}{path}", {"Authorization": f"Bot {token}"}
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            known = await answer.json() if answer.content_length else {}
            return answer.status, known.get("code", 0) if isinstance(known, dict) else 0

    async def answer(self, interaction: Interaction, kind: int, **data: Any) -> Any:
        """Give an interaction its first answer."""
        path = f"/interactions/{interaction.id}/{interaction.token}/callback"
        return await self.ask("POST", path, {"type": kind, "data": data})


@pytest.fixture
def clock() -> VirtualClock:
    """The server's clock."""
    return VirtualClock()


@pytest.fixture
async def program(clock: VirtualClock) -> AsyncIterator[Program]:
    """A program and a server, both new."""
    async with run_discord(clock.now) as server, aiohttp.ClientSession() as session:
        yield Program(server, session)


async def press(server: DiscordServer) -> Interaction:
    """Let a member press a button."""
    message = server.world.put_message(server.general, {"content": "q"}, server.world.bot)
    return await server.press(server.member("ben"), message, "x", custom_id="x")


async def test_interaction_is_answered_once_and_within_three_seconds(
    program: Program, clock: VirtualClock
) -> None:
    first = await press(program.server)
    assert await program.answer(first, 5, flags=64) == (200, 0)
    assert await program.answer(first, 5) == (400, 40060)
    late = await press(program.server)
    clock.move_to(clock.now() + timedelta(seconds=3.1))
    assert await program.answer(late, 5) == (404, 10062)


async def test_token_of_an_interaction_lives_fifteen_minutes(
    program: Program, clock: VirtualClock
) -> None:
    pressed = await press(program.server)
    path = f"/webhooks/{program.server.world.bot.id}/{pressed.token}"
    assert await program.ask("POST", path, GOOD) == (404, 10015)
    await program.answer(pressed, 5)
    assert await program.ask("POST", path, GOOD) == (200, 0)
    clock.move_to(clock.now() + timedelta(minutes=15.1))
    assert await program.ask("POST", path, GOOD) == (401, 50027)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": "x" * 2001},
        {"content": "x", "nonce": "n" * 26},
        {"embeds": [{"description": "x" * 4097}]},
        {"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]},
        {"embeds": [{"title": "x"}] * 11},
        {"content": "x", "components": [{"type": 1, "components": []}]},
        {"content": "x", "components": [{"type": 1, "components": [{"type": 2, "label": "x"}]}]},
    ],
)
async def test_sizes_and_shapes(program: Program, body: dict[str, Any]) -> None:
    path = f"/channels/{program.server.general.id}/messages"
    assert await program.ask("POST", path, body) == (400, 50035)
    assert program.server.posts() == []
    assert program.server.problems != []


async def test_mentions_that_are_let_through_are_a_problem(program: Program) -> None:
    path = f"/channels/{program.server.general.id}/messages"
    assert await program.ask("POST", path, {"content": "@everyone"}) == (200, 0)
    assert program.server.problems == ["allowed_mentions: mentions are let through"]


async def test_a_nonce_is_taken_once(program: Program) -> None:
    path = f"/channels/{program.server.general.id}/messages"
    for _ in range(2):
        await program.ask("POST", path, {**GOOD, "nonce": "n", "enforce_nonce": True})
    assert len(program.server.posts()) == 1


async def test_permissions_and_tokens(program: Program) -> None:
    channel = program.server.general
    path = f"/channels/{channel.id}/messages"
    message = program.server.world.put_message(channel, {"content": "q"}, program.server.world.bot)
    embed = {"embeds": [{"title": "x"}], "allowed_mentions": {"parse": []}}
    for denied, method, where, body, code in [
        (VIEW, "POST", path, GOOD, 50001),
        (SEND, "POST", path, GOOD, 50013),
        (EMBED, "POST", path, embed, 50013),
        (HISTORY, "GET", path, None, 50013),
        (THREADS, "POST", f"{path}/{message['id']}/threads", {"name": "x"}, 50013),
    ]:
        channel.denied = denied
        assert await program.ask(method, where, body) == (403, code)
    assert await program.ask("GET", "/users/@me", token="another") == (401, 0)
    assert await program.ask("GET", "/channels/1") == (404, 10003)


async def test_more_requests_than_allowed(program: Program) -> None:
    program.server.rest.limit = 50
    answers = [await program.ask("GET", "/users/@me") for _ in range(51)]
    assert [status for status, _ in answers] == [200] * 50 + [429]


async def connect(program: Program) -> aiohttp.ClientWebSocketResponse:
    """Open the gateway and read its hello."""
    socket = await program.session.ws_connect(program.server.gateway_url)
    assert (await socket.receive_json())["op"] == 10
    return socket


def identify(**more: Any) -> dict[str, Any]:
    """Return an IDENTIFY."""
    return {"op": IDENTIFY, "d": {"token": TOKEN, "intents": 9217, "shard": [0, 1], **more}}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"token": "another"}, 4004),
        ({"intents": 1 << 15}, 4014),
        ({"intents": 1 << 1}, 4014),
        ({"shard": [2, 2]}, 4010),
    ],
)
async def test_gateway_refuses(program: Program, data: dict[str, Any], code: int) -> None:
    socket = await connect(program)
    await socket.send_json(identify(**data))
    await socket.receive()
    assert socket.close_code == code


async def test_gateway_takes_120_events_a_minute(program: Program) -> None:
    socket = await connect(program)
    for _ in range(EVENTS_A_MINUTE):
        await socket.send_json({"op": HEARTBEAT, "d": None})
        assert (await socket.receive_json())["op"] == 11
    await socket.send_json({"op": HEARTBEAT, "d": None})
    await socket.receive()
    assert socket.close_code == 4008


async def test_gateway_replays_what_a_session_missed(program: Program) -> None:
    server = program.server
    socket = await connect(program)
    await socket.send_json(identify())
    ready, created = [await socket.receive_json() for _ in range(2)]
    assert (ready["t"], created["t"]) == ("READY", "GUILD_CREATE")
    await socket.close()
    await server.until(lambda: not server.gateway.lines)
    for number in range(3):
        await server.gateway.dispatch("X", {"number": number}, server.guild.id)
    again = await connect(program)
    resume = {"token": TOKEN, "session_id": ready["d"]["session_id"], "seq": created["s"] + 1}
    await again.send_json({"op": RESUME, "d": resume})
    told = [await again.receive_json() for _ in range(3)]
    assert [one["t"] for one in told] == ["X", "X", "RESUMED"]
    assert [one["d"].get("number") for one in told] == [1, 2, None]
    await again.send_json({"op": RESUME, "d": {**resume, "session_id": "none"}})
    async with asyncio.timeout(5):
        assert (await again.receive_json())["op"] == 9
