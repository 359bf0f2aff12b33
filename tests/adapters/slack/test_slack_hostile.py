"""Random and hostile payloads: no 5xx, no traceback, no lost connection."""

from __future__ import annotations

import asyncio
import copy
import json
import random
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.fakes.slack_bot import Bot, post_question

FORM = "application/x-www-form-urlencoded"
AT_ONCE = 20
PAYLOADS = 10_000
SCALARS = [
    None,
    True,
    0,
    -(2**40),
    1.5,
    "",
    "text",
    "<!channel>",
    "'; DROP TABLE members;--",
    "\x00\ud800",
    "T001",
    "U002ANA",
    "[]",
    "\u202e" * 40,
]


def make_junk(dice: random.Random, depth: int = 3) -> Any:
    """Return any JSON value."""
    kind = dice.randrange(4 if depth else 1)
    if kind == 1:
        return [make_junk(dice, depth - 1) for _ in range(dice.randrange(4))]
    if kind == 2:
        names = ["id", "type", "text", "value", "event", "\x00"]
        return {dice.choice(names): make_junk(dice, depth - 1) for _ in range(dice.randrange(4))}
    return dice.choice(SCALARS)


def list_paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return where something can be replaced."""
    paths = [path] if path else []
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, part in inner:
        paths += list_paths(part, (*path, name))
    return paths


def replace_at(payload: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(payload)
    part = changed
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    return changed


async def make_payloads(bot: Bot) -> list[tuple[str, dict[str, Any]]]:
    """Return one valid payload of each kind, by the way it travels."""
    question = await post_question(bot)
    button = question.button("Answer")
    await bot.acts.press(bot.ben, question, "Answer")
    await bot.settle()
    view = bot.acts.open_view(bot.ben)
    assert view
    event = {
        "type": "reaction_added",
        "user": bot.ben.id,
        "reaction": "bulb",
        "item": {"type": "message", "channel": question.channel, "ts": question.ts},
    }
    joined = {"type": "member_joined_channel", "user": bot.ben.id, "channel": bot.general.id}
    return [
        ("form", bot.acts.slash_payload(bot.ben, bot.general.id, "topics")),
        ("payload", bot.acts.press_payload(bot.ben, question, button)),
        ("payload", bot.acts.submit_payload(bot.ben, view, {"text": "Words."})),
        ("json", {"type": "event_callback", "team_id": bot.team.id, "event": event}),
        ("json", {"type": "event_callback", "team_id": bot.team.id, "event": joined}),
    ]


def encode(way: str, payload: Any) -> tuple[str, str]:
    if way == "form" and isinstance(payload, dict):
        texts = {name: v if isinstance(v, str) else json.dumps(v) for name, v in payload.items()}
        return urlencode(texts, errors="replace"), FORM
    if way == "payload":
        return urlencode({"payload": json.dumps(payload)}), FORM
    return json.dumps(payload), "application/json"


async def test_nothing_that_comes_in_breaks_it(http_bot: Bot, logged: list[str]) -> None:
    samples = await make_payloads(http_bot)
    dice = random.Random(7)
    answers: Counter[int] = Counter()

    for _ in range(PAYLOADS // AT_ONCE):
        requests = [make_request(dice, samples) for _ in range(AT_ONCE)]
        sent = (http_bot.server.post_signed(body, kind) for body, kind in requests)
        answers.update(status for status, _ in await asyncio.gather(*sent))
        await http_bot.platform.drain()

    assert logged == []
    assert sum(answers.values()) == PAYLOADS
    assert max(answers) < 500
    assert min(answers[200], answers[400]) > PAYLOADS // 20
    await http_bot.type(http_bot.ben, "help")
    assert http_bot.last.kind == "help"


def make_request(dice: random.Random, samples: list[tuple[str, dict[str, Any]]]) -> tuple[str, str]:
    """Return a sample with one or two parts replaced, or something else altogether."""
    choice = dice.random()
    if choice < 0.1:
        return encode(dice.choice(["form", "payload", "json"]), make_junk(dice))
    if choice < 0.15:
        noise = "".join(dice.choice('{}[]":,=&%\\abc\n') for _ in range(dice.randrange(60)))
        return noise, dice.choice([FORM, "application/json", "text/plain"])
    way, payload = dice.choice(samples)
    for _ in range(dice.randrange(1, 3)):
        payload = replace_at(payload, dice.choice(list_paths(payload)), make_junk(dice))
    return encode(way, payload)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Faults that the adapter logged as its own."""
    import adapters.slack.app
    import adapters.slack.backlog

    found: list[str] = []

    class Log:
        def error(self, event: str, **more: Any) -> None:
            found.append(f"{event} {more.get('exc_info')!r}")

        def warning(self, event: str, **more: Any) -> None:
            """Expected."""

        info = warning

    monkeypatch.setattr(adapters.slack.app, "log", Log())
    monkeypatch.setattr(adapters.slack.backlog, "log", Log())
    return found
