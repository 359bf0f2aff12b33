"""`fastapi-quiz run` as its own process against a local Slack."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.fakes.program import Program, run_program
from tests.fakes.slack_acts import SlackActs
from tests.fakes.slack_bot import KEY
from tests.fakes.slack_requests import SIGNING_SECRET
from tests.fakes.slack_server import APP_TOKEN, SlackServer, run_slack
from tests.fakes.slack_state import Channel, Fault, Message, Team, User


@dataclass
class World:
    """A workspace with an admin and a channel, and the settings for a bot in it."""

    server: SlackServer
    team: Team
    acts: SlackActs
    ana: User
    general: Channel

    @property
    def settings(self) -> dict[str, str]:
        return {
            "slack.enabled": "true",
            "slack.bot_token": min(self.team.tokens),
            "slack.app_token": APP_TOKEN,
            "slack.base_url": self.server.base_url,
        }

    async def wait_for(self, kind: str, count: int = 1) -> Message:
        """Wait until so many messages of a kind are there and return the newest."""

        def found() -> list[Message]:
            messages = [message for message in self.team.messages if message.kind == kind]
            return messages if len(messages) >= count else []

        newest: Message = (await self.server.until(found))[-1]
        return newest

    async def connected(self) -> None:
        await self.server.until(lambda: self.server.sockets, 180)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with run_slack() as server:
        team = server.add_team()
        ana = server.add_user(team, "ana", is_admin=True, tz="Europe/Berlin")
        yield World(server, team, SlackActs(server, team), ana, server.add_channel(team, "general"))


async def post_question(world: World) -> Message:
    await world.acts.type(world.ana, world.general.id, "schedule add 09:00")
    await world.wait_for("schedule")
    await world.acts.type(world.ana, world.general.id, "schedule run 1")
    return await world.wait_for("question")


async def test_it_posts_reveals_and_ends_with_0(world: World, tmp_path: Path) -> None:
    async with run_program(tmp_path, world.settings) as program:
        await world.connected()
        question = await post_question(world)
        await world.acts.react(world.ana, question)
        reveal = await world.wait_for("reveal")

        assert (reveal.only, reveal.thread) == (world.ana.id, question.ts)
        assert await program.terminate() == 0
    assert "Traceback" not in program.log
    assert min(world.team.tokens) not in program.log


async def test_a_reaction_to_a_message_from_before_a_crash_is_answered(
    world: World, tmp_path: Path
) -> None:
    async with run_program(tmp_path, world.settings) as program:
        await world.connected()
        question = await post_question(world)
        await program.kill()
        await world.server.until(lambda: not world.server.sockets)

    async with run_program(tmp_path, world.settings):
        await world.connected()
        await world.acts.react(world.ana, question)
        reveal = await world.wait_for("reveal")

    assert reveal.only == world.ana.id


async def test_an_interview_goes_on_from_its_buttons_after_a_kill(
    world: World, tmp_path: Path
) -> None:
    async with run_program(tmp_path, world.settings) as program:
        await world.connected()
        await world.acts.type(world.ana, world.general.id, "mock questions:3")
        first = await world.wait_for("mock")
        await world.acts.press(world.ana, first, "Skip")
        second = await world.wait_for("mock", 2)
        await program.kill()
        await world.server.until(lambda: not world.server.sockets)

    async with run_program(tmp_path, world.settings):
        await world.connected()
        await world.acts.press(world.ana, second, "Skip")
        third = await world.wait_for("mock", 3)
        await world.acts.press(world.ana, third, "Skip")
        report = await world.wait_for("mock_report")

    assert ["1 of 3" in first.text, "2 of 3" in second.text, "3 of 3" in third.text] == [True] * 3
    assert report.only == world.ana.id


async def test_killed_while_a_reply_is_lost_it_posts_nothing_twice(
    world: World, tmp_path: Path
) -> None:
    settings = {**world.settings, "scheduler.lease": "2s"}
    world.server.inject("chat.postMessage", Fault(drop=True, after=True))
    async with run_program(tmp_path, settings) as program:
        await world.connected()
        question = await post_question(world)
        await program.kill()
        await world.server.until(lambda: not world.server.sockets)

    world.server.state.calls.clear()
    async with run_program(tmp_path, settings) as program:
        await program.until("found")

    searches = [name for name, _ in world.server.state.calls if name == "conversations.history"]
    assert searches
    assert [m.ts for m in world.team.messages if m.kind == "question"] == [question.ts]


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("slack.bot_token", "xoxb-wrong", 'Slack refuses slack.bot_token ("invalid_auth")'),
        ("slack.app_token", "xapp-wrong", 'Slack refuses slack.app_token ("invalid_auth")'),
        ("slack.bot_token", "", 'slack.mode = "socket" needs slack.bot_token'),
    ],
)
async def test_settings_that_cannot_work_end_it_with_a_sentence(
    world: World, tmp_path: Path, setting: str, value: str, said: str
) -> None:
    async with run_program(tmp_path, {**world.settings, setting: value}) as program:
        code = await wait_for_end(program)

    assert code == 2
    assert said in program.log
    assert "Traceback" not in program.log


async def wait_for_end(program: Program) -> int:
    return await program.process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def test_it_serves_slack_by_http_and_tells_its_health(world: World, tmp_path: Path) -> None:
    port = free_port()
    settings = {
        **world.settings,
        "slack.mode": "http",
        "slack.signing_secret": SIGNING_SECRET,
        "web.enabled": "true",
        "web.port": str(port),
    }
    async with run_program(tmp_path, settings) as program, aiohttp.ClientSession() as http:
        await program.until("web_listening")
        world.server.events_url = f"http://127.0.0.1:{port}/slack/events"
        question = await post_question(world)
        await world.acts.react(world.ana, question)
        assert (await world.wait_for("reveal")).only == world.ana.id

        async with http.get(f"http://127.0.0.1:{port}/healthz") as answer:
            assert (answer.status, await answer.json()) == (200, {"status": "ok"})
        assert await program.terminate() == 0
    assert "Traceback" not in program.log


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"web.enabled": "false"}, "needs the web server"),
        ({"slack.signing_secret": ""}, "needs slack.signing_secret"),
        (
            {
                "slack.client_id": "1.2",
                "web.public_url": "https://q",
                "security.encryption_keys": KEY,
            },
            "needs slack.client_secret",
        ),
        ({"slack.client_id": "1.2", "slack.client_secret": "s"}, "web.public_url is missing"),
        (
            {"slack.client_id": "1.2", "slack.client_secret": "s", "web.public_url": "https://q"},
            "security.encryption_keys is empty",
        ),
    ],
)
async def test_http_settings_that_lack_something_end_it_with_a_sentence(
    world: World, tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    given = {
        **world.settings,
        "slack.mode": "http",
        "slack.signing_secret": SIGNING_SECRET,
        "web.enabled": "true",
        **settings,
    }
    async with run_program(tmp_path, given) as program:
        code = await wait_for_end(program)

    assert code == 2
    assert said in program.log
    assert "Traceback" not in program.log
