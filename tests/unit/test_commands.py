"""The command tree, and taking typed commands apart."""

from __future__ import annotations

import contextlib
from datetime import date, time, timedelta
from importlib.resources import files
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import build
from bot.commands import BY_PATH, COMMANDS, Type, parse, read_options
from bot.domain.people import Level
from bot.errors import CommandError

BERLIN = "Europe/Berlin"
TODAY = date(2026, 3, 27)
READ_SETTINGS = {"reminders": None, "timezone": "America/New_York"}
TOPICS = sorted(path.name for path in files("bot.questions").joinpath("packs/fastapi").iterdir())


def read(text: str) -> tuple[str, dict[str, Any]]:
    command, raw = parse(text)
    values = read_options(command, raw)
    return command.path, {
        name: value(TODAY) if callable(value) else value for name, value in values.items()
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("help", {})),
        ("  HELP ", ("help", {})),
        ("streak why", ("streak", {"why": True})),
        ("streak @ben why:no", ("streak", {"member": "@ben", "why": False})),
        ("leaderboard month share:yes", ("leaderboard", {"period": "month", "share": True})),
        ('answer  Depends: it\'s "cached"', ("answer", {"text": 'Depends: it\'s "cached"'})),
        ("answer level:fresher", ("answer", {"text": "level:fresher"})),
        ("answer", ("answer", {})),
        (
            "schedule add days:sat,sun 9:30pm level:5-year reveal-after:1h30m",
            (
                "schedule add",
                {
                    "time": time(21, 30),
                    "days": frozenset({5, 6}),
                    "level": Level.FIVE_YEAR,
                    "reveal-after": timedelta(minutes=90),
                },
            ),
        ),
        (
            "schedule add 09:00 tz:berlin",
            ("schedule add", {"time": time(9), "tz": "Europe/Berlin"}),
        ),
        ("schedule edit #3 level:any", ("schedule edit", {"id": 3, "level": None})),
        ("schedule edit 3 10:00", ("schedule edit", {"id": 3, "time": time(10)})),
        (
            "schedule add 09:00 tz: Europe/Berlin days=weekend",
            (
                "schedule add",
                {"time": time(9), "tz": "Europe/Berlin", "days": frozenset({5, 6})},
            ),
        ),
        ("report reason:'it is old'", ("report", {"reason": "it is old"})),
        ('ask topic:"async and concurrency"', ("ask", {"topic": "async and concurrency"})),
        ("ask topic:“web sockets”", ("ask", {"topic": "web sockets"})),
        ("ask topic:Testing", ("ask", {"topic": "testing"})),
        ("questions bank pack:Our-Backend", ("questions bank", {"pack": "our-backend"})),
        ("settings away-until:2026-05-01", ("settings", {"away-until": date(2026, 5, 1)})),
        ("settings away-until:none", ("settings", {"away-until": None})),
        ("mock 3", ("mock", {"questions": 3})),
        (
            "mock 2 fresher testing",
            ("mock", {"questions": 2, "level": "fresher", "topic": "testing"}),
        ),
        ("mock start testing", ("mock", {"do": "start", "topic": "testing"})),
        ("mock start 5", ("mock", {"do": "start", "questions": 5})),
        ("ask dependencies senior", ("ask", {"topic": "dependencies", "level": "5-year"})),
        (
            "schedule edit 1 reveal-after 2 hours",
            ("schedule edit", {"id": 1, "reveal-after": timedelta(hours=2)}),
        ),
        (
            "schedule edit 1 reveal-after: 1h 30mins level hard",
            (
                "schedule edit",
                {"id": 1, "reveal-after": timedelta(minutes=90), "level": "5-year"},
            ),
        ),
        ("ask easy", ("ask", {"level": "fresher"})),
        ("emoji 👀!", ("emoji", {"name": "👀"})),
        (
            "generate level 2 years routing",
            ("generate", {"level": "2-year", "topic": "routing"}),
        ),
        ("ask level 2 years", ("ask", {"level": "2-year"})),
        ("leaderboard this week", ("leaderboard", {"period": "week"})),
        ("leaderboard all time", ("leaderboard", {"period": "all"})),
        ("leaderboard share week.", ("leaderboard", {"share": True, "period": "week"})),
        ("streak @ben, why?", ("streak", {"member": "@ben", "why": True})),
        ("settings reminders off tz:New York", ("settings", READ_SETTINGS)),
        ("settings reminders: 9:00 AM", ("settings", {"reminders": time(9)})),
        ("settings reminders:9.30 p.m.", ("settings", {"reminders": time(21, 30)})),
        ("settings level:‘5-year’ berlin", ("settings", {"level": "5-year", "timezone": BERLIN})),
        ("settings level:„mid“", ("settings", {"level": "2-year"})),
        ("settings Level : mid, tz:Berlin;", ("settings", {"level": "2-year", "timezone": BERLIN})),
        ("settings away until:2026-05-01", ("settings", {"away-until": date(2026, 5, 1)})),
        ("settings away until 24 Dec", ("settings", {"away-until": date(2026, 12, 24)})),
        ("settings away-until: in 3 days", ("settings", {"away-until": date(2026, 3, 30)})),
        ("settings away until tomorrow", ("settings", {"away-until": date(2026, 3, 28)})),
        (
            "settings away until April 2, 2027 level mid",
            ("settings", {"away-until": date(2027, 4, 2), "level": "2-year"}),
        ),
        ("settings away 2 Apr", ("settings", {"away-until": date(2026, 4, 2)})),
        (
            "settings away until Dec 24, 2026, tz:Berlin",
            ("settings", {"away-until": date(2026, 12, 24), "timezone": BERLIN}),
        ),
        ("settings friday", ("settings", {"away-until": date(2026, 4, 3)})),
        ("mock 3 questions", ("mock", {"questions": 3})),
        ("ask topic: Dependency injection", ("ask", {"topic": "dependency injection"})),
        ("/today", ("today", {})),
        ("forget-me yes", ("forget-me", {"confirm": True})),
        ("report it is: “old”", ("report", {"reason": "it is: “old”"})),
        ("report it is:\n```\n  x = 1\n```", ("report", {"reason": "it is:\n```\n  x = 1\n```"})),
        ("questions reject 3 we have it", ("questions reject", {"id": 3, "reason": "we have it"})),
        (
            'questions reject reason:"we have it" 3',
            ("questions reject", {"id": 3, "reason": "we have it"}),
        ),
        (
            "schedule add 9:00 am berlin days:mon, wed - fri 8h",
            (
                "schedule add",
                {
                    "time": time(9),
                    "tz": BERLIN,
                    "days": frozenset({0, 2, 3, 4}),
                    "reveal-after": timedelta(hours=8),
                },
            ),
        ),
        ("/FastAPI-Quiz today!", ("today", {})),
        ("\u200eToday\u200f", ("today", {})),
        ("?", ("help", {})),
        ("-h", ("help", {})),
        ("mock ?", ("help", {"command": "mock"})),
        ("Answer: b", ("answer", {"text": "b"})),
        ('Answer it is 5" wide', ("answer", {"text": 'it is 5" wide'})),
        ("answer text:It is … ", ("answer", {"text": "It is …"})),
        ("answer\u200f text: b", ("answer", {"text": "b"})),
        ("answer ...", ("answer", {"text": "..."})),
        ("answer the answer: mock 3", ("answer", {"text": "the answer: mock 3"})),
    ],
)
def test_commands_are_read_in_any_order(text: str, expected: tuple[str, dict[str, Any]]) -> None:
    assert read(text) == expected


def test_options_behind_each_other_keep_their_values() -> None:
    for command in COMMANDS:
        named = [option.name for option in command.options if not option.rest]
        for one, other in permutations(named, 2):
            _, values = parse(f"{command.path} {one}:8h {other}:9h")
            assert values == {one: "8h", other: "9h"}


@pytest.mark.parametrize("command", ["ask", "mock"])
def test_no_topic_is_taken_for_a_slip_of_another_word(command: str) -> None:
    topics = [topic for topic in TOPICS if "." not in topic]
    assert len(topics) >= 16
    for topic in topics:
        assert read(f"{command} {topic}") == (command, {"topic": topic})


NAMES = [option.name for command in COMMANDS for option in command.options]
TYPED = [
    *(command.path for command in COMMANDS), *NAMES, *(f"{name}:" for name in NAMES), "3", "2",
    "years", "mon", "-", ",", "…", "?", "“x”", "'y'", '"z z"', '"', "9:00", "AM", "New", "York",
    "#gen", "@ben", "yes", "none", "all", "week", "=", ":x", "x:", "a=b", "/fastapi-quiz", "\u200f",
]  # fmt: skip


@given(st.lists(st.sampled_from(TYPED), max_size=7))
def test_any_words_are_read_or_refused_with_a_sentence(words: list[str]) -> None:
    with contextlib.suppress(CommandError):
        path, values = read(" ".join(words))
        assert values.keys() <= {option.name for option in BY_PATH[path].options}


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    with contextlib.suppress(CommandError):
        path, _ = read(text)
        assert path in BY_PATH


def test_tree_and_services_agree_on_every_command() -> None:
    application = build("sqlite+aiosqlite:///:memory:", {})
    assert set(application.conversing.handlers.commands) == {command.path for command in COMMANDS}


def test_the_tree_fits_discord_s_limits() -> None:
    """32 characters a name, 100 a description, 25 options, 25 choices, two words at most."""
    for command in COMMANDS:
        assert len(command.path.split(" ")) <= 2
        assert 1 <= len(command.help) <= 100
        assert len(command.options) <= 25
        assert all(len(word) <= 32 for word in command.path.split(" "))
        for option in command.options:
            assert len(option.name) <= 32
            assert option.name == option.name.lower()
            assert 1 <= len(option.help) <= 100
            assert len(option.choices) <= 25


def test_a_group_is_not_a_command_too() -> None:
    groups = {command.path.split(" ")[0] for command in COMMANDS if " " in command.path}
    assert groups.isdisjoint(BY_PATH)


def test_choices_belong_to_choice_options() -> None:
    for command in COMMANDS:
        for option in command.options:
            assert bool(option.choices) is (option.type is Type.CHOICE)
