"""Random and hostile payloads: no 5xx, no traceback, no lost connection.

QUIZ_TEST_PAYLOADS says how many; `.ci/run` takes ten thousand.
"""

from __future__ import annotations

import asyncio
import copy
import json
import os
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.slack.payload import read_team
from tests.fakes.slack_bot import Bot, post_question

FORM = "application/x-www-form-urlencoded"
KINDS = (FORM, "application/json", "text/plain")
WAYS = ("form", "payload", "json")
AT_ONCE = 20
PAYLOADS = int(os.environ.get("QUIZ_TEST_PAYLOADS", "1000"))
SCALARS = st.one_of(
    st.sampled_from(
        [
            None,
            True,
            "",
            "<!channel>",
            "'; DROP TABLE members;--",
            "\x00\ud800",
            "T001",
            "U002ANA",
            "[]",
            "\u202e" * 40,
        ]
    ),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.text(max_size=20),
)
NAMES = st.sampled_from(["id", "type", "text", "value", "event", "\x00"])
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
NOISE = st.text('{}[]":,=&%\\abc\n', max_size=60)
Request = tuple[str, str]


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
        ("payload", bot.acts.shortcut_payload(bot.ben, bot.general.id, "Why?")),
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


@st.composite
def hostile_requests(draw: st.DrawFn, samples: list[tuple[str, dict[str, Any]]]) -> Request:
    """A sample with one or two parts replaced, or something else altogether."""
    kind = draw(st.integers(0, 19))
    if kind == 0:
        return draw(NOISE), draw(st.sampled_from(KINDS))
    if kind <= 2:
        return encode(draw(st.sampled_from(WAYS)), draw(JUNK))
    way, payload = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(1, 2))):
        payload = replace_at(payload, draw(st.sampled_from(list_paths(payload))), draw(JUNK))
    return encode(way, payload)


async def test_nothing_that_comes_in_breaks_it(http_bot: Bot, logged: list[str]) -> None:
    samples = await make_payloads(http_bot)
    answers: Counter[int] = Counter()
    batches = st.lists(hostile_requests(samples), min_size=AT_ONCE, max_size=AT_ONCE)

    # Beside the loop, which else would miss that an idle connection is closed meanwhile.
    for requests in await asyncio.to_thread(draw_all, batches, PAYLOADS // AT_ONCE):
        sent = (http_bot.server.post_signed(body, kind) for body, kind in requests)
        answers.update(status for status, _ in await asyncio.gather(*sent))
        await http_bot.platform.drain()
        assert logged == []
        assert max(answers) < 500

    assert sum(answers.values()) == PAYLOADS
    assert min(answers[200], answers[400]) > PAYLOADS // 20
    await http_bot.type(http_bot.ben, "help")
    assert http_bot.last.kind == "help"


def draw_all(batches: st.SearchStrategy[list[Request]], count: int) -> list[list[Request]]:
    """Return so many batches, the same ones each time."""
    drawn: list[list[Request]] = []

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(batches)
    def draw(batch: list[Request]) -> None:
        drawn.append(batch)

    draw()
    return drawn


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


def test_an_event_of_a_shared_channel_belongs_to_the_installation_it_was_sent_for() -> None:
    shared = {"team_id": "T_THEIRS", "authorizations": [{"team_id": "T_OURS"}]}
    assert read_team(shared) == "T_OURS"
    for odd in ([], [None], [{}], [{"team_id": 3}], "T_OURS", None):
        assert read_team({"team_id": "T_THEIRS", "authorizations": odd}) == "T_THEIRS"
