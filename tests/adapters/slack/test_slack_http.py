"""Slack by HTTP: signatures, what is malformed, the same conversation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from adapters.slack import http
from tests.fakes.slack_bot import Bot, post_question


async def test_the_conversation_works_by_http_too(http_bot: Bot) -> None:
    question = await post_question(http_bot)
    await http_bot.acts.react(http_bot.ben, question)
    await http_bot.settle()

    assert (http_bot.last.kind, http_bot.last.only) == ("reveal", http_bot.ben.id)


def slash(bot: Bot) -> str:
    return json.dumps({"type": "event_callback", "team_id": bot.team.id, "event": {"type": "x"}})


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"secret": "another"}, 401),
        ({"age": 400}, 401),
        ({"age": -400}, 401),
        ({"headers": {"X-Slack-Request-Timestamp": "soon"}}, 401),
        ({"headers": {"X-Slack-Request-Timestamp": ""}}, 401),
        ({"headers": {"X-Slack-Request-Timestamp": "\xb2"}}, 401),
        ({"headers": {"X-Slack-Request-Timestamp": "1" * 5_000}}, 401),
        ({"headers": {"X-Slack-Signature": "v0=\xe9"}}, 401),
        ({"headers": {"X-Slack-Signature": ""}}, 401),
    ],
    ids=[
        *("wrong secret", "too old", "from the future"),
        *(
            "no time",
            "an empty time",
            "a digit that is none",
            "too many",
            "a sign that is none",
            "unsigned",
        ),
    ],
)
async def test_a_request_that_slack_did_not_sign_now_is_refused(
    http_bot: Bot, how: dict[str, object], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(http_bot.server.state.calls)
    payload = http_bot.acts.slash_payload(http_bot.ben, http_bot.general.id, "secret words")

    answer, _ = await http_bot.server.post_signed(json.dumps(payload), **how)  # type: ignore[arg-type]
    await http_bot.settle()

    assert answer == status
    assert len(http_bot.server.state.calls) == before
    assert not http_bot.messages
    assert "secret words" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"secret": "another"}, "slack.signing_secret"),
        ({"age": 400}, "signed -40"),
        ({"age": -400}, "set this machine's clock"),
        ({"headers": {"X-Slack-Signature": ""}}, "slack.signing_secret"),
        ({"headers": {"X-Slack-Request-Timestamp": "soon"}}, "not signed"),
    ],
)
async def test_the_log_says_why_a_request_was_refused(
    http_bot: Bot, how: dict[str, object], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await http_bot.server.post_signed("{}", **how)  # type: ignore[arg-type]
    assert said in capsys.readouterr().out


MALFORMED = [
    "{",
    "[]",
    "null",
    '"text"',
    "",
    "payload={",
    "payload=[]",
    "payload=null",
    '{"event": "text"}',
    '{"type": "event_callback", "event": {"type": "reaction_added", "item": 3}}',
    '{"type": "event_callback", "team_id": 7, "event": {"type": "reaction_added"}}',
    'payload={"type": "block_actions", "actions": [], "user": {"id": "U1"}}',
    'payload={"type": "block_actions", "actions": 3}',
    'payload={"type": "view_submission", "view": {"callback_id": "form"}}',
    "command=/fastapi-quiz&team_id=&user_id=",
]


@pytest.mark.parametrize("body", MALFORMED)
async def test_a_signed_but_malformed_payload_is_answered_with_4xx(
    http_bot: Bot, body: str, capsys: pytest.CaptureFixture[str]
) -> None:
    form = body and not body.startswith(("{", "[", "n", '"'))
    kind = "application/x-www-form-urlencoded" if form else "application/json"

    status, _ = await http_bot.server.post_signed(body, kind)

    assert status in (400, 404)
    assert "Traceback" not in capsys.readouterr().out
    await http_bot.type(http_bot.ben, "help")
    assert http_bot.last.kind == "help"


async def test_an_oversized_request_is_refused(http_bot: Bot) -> None:
    status, _ = await http_bot.server.post_signed('{"a": "' + "x" * 1_100_000 + '"}')

    assert status == 413


async def test_a_body_that_does_not_come_is_not_waited_for(
    http_bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has shown that they are Slack until it is whole."""
    monkeypatch.setattr(http, "PATIENCE", 0.05)

    async def drip() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    url = str(http_bot.server.events_url)
    async with aiohttp.ClientSession() as session, session.post(url, data=drip()) as answer:
        assert answer.status == 408
