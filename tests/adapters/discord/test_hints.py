"""Commands in sentences are written as one enters them on Discord."""

from __future__ import annotations

import pytest

from adapters.discord.hints import name_options
from adapters.discord.render import render_card
from bot.commands import COMMANDS
from bot.domain.cards import NoticeCard, SchedulesCard


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("One in full: /fastapi-quiz history 3", "One in full: /fastapi-quiz history number:3"),
        ("Go on with: /fastapi-quiz mock skip", "Go on with: /fastapi-quiz mock do:skip"),
        ("/fastapi-quiz schedule edit 3, then", "/fastapi-quiz schedule edit id:3, then"),
        ("/fastapi-quiz help schedule add", "/fastapi-quiz help command:schedule add"),
    ],
)
def test_a_value_stands_behind_its_option(said: str, shown: str) -> None:
    assert name_options(said) == shown


@pytest.mark.parametrize(
    "said",
    [
        "Type /fastapi-quiz history to see their numbers.",
        "Type /fastapi-quiz help to see them all.",
        "Let them type /fastapi-quiz help once, then try again.",
        "If you leave, /fastapi-quiz mock goes on from here within a day.",
        "Older ones: /fastapi-quiz history page:2",
        "Type: /fastapi-quiz mock questions:5",
        "Pick number 3 of HTTP and JSON.",
    ],
)
def test_words_that_are_no_value_stay(said: str) -> None:
    assert name_options(said) == said


def test_usages_name_all_options() -> None:
    for command in COMMANDS:
        shown = name_options(command.usage)
        assert shown.count(":") >= len(command.options)
        assert shown.lower() == shown


def test_a_usage_at_the_end_of_what_went_wrong_names_its_options_too() -> None:
    for command in COMMANDS:
        shown = name_options(f"Nothing to change was given. {command.usage}")
        assert shown == f"Nothing to change was given. {name_options(command.usage)}"


def test_cards_say_it_so() -> None:
    (usage,) = render_card(NoticeCard("/fastapi-quiz history [NUMBER] [page:]\n    your answers"))
    assert usage.text.startswith(r"/fastapi-quiz history \[number:\] \[page:\]")
    (none,) = render_card(SchedulesCard(()))
    assert "/fastapi-quiz schedule add time:09:00 tz:Europe/Berlin" in none.text
