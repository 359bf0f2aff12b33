"""The JSON log of a real `run`: one delivery's key and one event's name lead through it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.test_slack_program import KEY, World, free_port, post_question, world
from tests.fakes.program import Program, run_program
from tests.fakes.slack_requests import SIGNING_SECRET
from tests.fakes.slack_server import APP_TOKEN
from tests.fakes.slack_state import Fault

__all__ = ["world"]
DEBUG = {"logging.format": "json", "logging.level": "debug"}


def lines_of(program: Program) -> list[dict[str, Any]]:
    """Return the log; every line of it must be JSON."""
    return [json.loads(line) for line in program.log.splitlines()]


def trail_of(program: Program, **named: str) -> list[str]:
    """Return what was logged under a name, in order."""
    return [line["event"] for line in lines_of(program) if named.items() <= line.items()]


def delivery_of(message: Any) -> str:
    return str(message.metadata["event_payload"]["key"])


async def test_a_delivery_s_key_leads_from_its_slot_to_the_call(
    world: World, tmp_path: Path
) -> None:
    async with run_program(tmp_path, {**world.settings, **DEBUG}) as program:
        await world.connected()
        question = await post_question(world)
        await program.until('"settled"')
        assert await program.terminate() == 0
    assert trail_of(program, delivery=delivery_of(question)) == [
        "planned",
        "claimed",
        "sending",
        "api_call",
        "posted",
        "settled",
    ]


async def test_without_debug_the_trail_has_its_slot_and_its_post(
    world: World, tmp_path: Path
) -> None:
    settings = {**world.settings, "logging.format": "json"}
    async with run_program(tmp_path, settings) as program:
        await world.connected()
        key = delivery_of(await post_question(world))
        await program.until('"posted"')
        assert await program.terminate() == 0
    planned, posted = [line for line in lines_of(program) if line.get("delivery") == key]
    assert (planned["event"], posted["event"]) == ("planned", "posted")
    assert {"slot", "due_at"} <= planned.keys()
    assert posted["late"] >= 0


async def test_a_lost_reply_s_search_is_on_the_same_trail(world: World, tmp_path: Path) -> None:
    world.server.inject("chat.postMessage", Fault(drop=True, after=True))
    settings = {**world.settings, **DEBUG, "scheduler.lease": "2s"}
    async with run_program(tmp_path, settings) as program:
        await world.connected()
        question = await post_question(world)
        await program.until('"found"')
        await program.until('"confirmed"')
        assert await program.terminate() == 0
    trail = trail_of(program, delivery=delivery_of(question))
    assert trail[:6] == ["planned", "claimed", "sending", "api_call", "post_in_doubt", "settled"]
    assert trail[-3:] == ["api_call", "found", "settled"]


async def test_an_event_s_name_leads_to_its_reply_and_to_what_it_posted(
    world: World, tmp_path: Path
) -> None:
    async with run_program(tmp_path, {**world.settings, **DEBUG}) as program:
        await world.connected()
        question = await post_question(world)
        await world.acts.react(world.ana, question)
        await world.wait_for("reveal")
        assert await program.terminate() == 0
    [answered] = [line for line in lines_of(program) if line.get("what") == "(reaction)"]
    trail = [
        (line["event"], line.get("method"))
        for line in lines_of(program)
        if line.get("event_id") == answered["event_id"]
    ]
    assert ("answered", None) in trail
    assert trail[-1] == ("api_call", "chat.postEphemeral"), trail
    answers = [line for line in lines_of(program) if line["event"] == "answered"]
    by_members = [line["event_id"] for line in answers if line["what"] != "(access regained)"]
    assert len(set(by_members)) == len(by_members) == 3, "each event has a name of its own"
    [ran] = [line for line in lines_of(program) if line.get("what") == "schedule run"]
    planned = trail_of(program, delivery=delivery_of(question), event_id=ran["event_id"])
    assert planned == ["planned"]


async def test_no_secret_is_in_the_log_whatever_happens(world: World, tmp_path: Path) -> None:
    """Tokens are refused, used and lost; the signing secret and a key lie beside them."""
    port = free_port()
    planted = {
        "slack.signing_secret": SIGNING_SECRET,
        "slack.client_secret": "planted-client-secret",
        "security.encryption_keys": KEY,
        "discord.token": "planted.discord.token-0123456789",
        "web.enabled": "true",
        "web.port": str(port),
    }
    world.server.inject("chat.postEphemeral", Fault(status=500))
    settings = {**world.settings, **planted, **DEBUG}
    async with run_program(tmp_path, settings) as program:
        await world.connected()
        question = await post_question(world)
        await world.acts.react(world.ana, question)
        await program.until('"reply_lost"')
        world.server.inject("chat.postMessage", Fault(error="invalid_auth"))
        await world.acts.type(world.ana, world.general.id, "schedule run 1")
        await program.until("post_rejected")
        assert await program.terminate() == 0
    secrets = [settings["slack.bot_token"], APP_TOKEN, SIGNING_SECRET, KEY, *planted.values()]
    for secret in secrets:
        if secret not in ("true", str(port)):
            assert secret not in program.log
