"""The same scripts on every platform: the same cards to the same people."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from tests.parity.discord_stage import DiscordStage, keep_playable
from tests.parity.local_stage import LocalStage
from tests.parity.slack_stage import SlackStage
from tests.parity.stage import Shown, Stage
from tests.stage import RIGHT

STAGES: dict[str, type[Stage]] = {"discord": DiscordStage, "slack": SlackStage}
PLAYABLE = {"discord": keep_playable}

BEGIN = """
at 2026-03-23 08:55 Europe/Berlin
@ana admin
@ana: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin days:mon-sun
"""

SCRIPTS = {
    "the demo": files("adapters.local").joinpath("demo.script").read_text(encoding="utf-8"),
    "reveal in private, once each": BEGIN
    + """
advance 10m
@ben reacts :bulb:
@ben removes :bulb:
@ben reacts :bulb:
@cem reacts :tada:
@robo bot
@robo reacts :bulb:
@ben presses Not yet
""",
    "reveal in the thread": """
at 2026-03-23 08:55 Europe/Berlin
@ana admin
@ana: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin reveal:thread
advance 10m
@ben reacts :bulb:
@cem reacts :bulb:
""",
    "the answer for all after a while": """
at 2026-03-23 08:55 Europe/Berlin
@ana admin
@ana: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin reveal-after:8h
advance 10m
@ben reacts :bulb:
advance 9h
@cem answers: It depends.
""",
    "the bank": """
at 2026-03-23 08:55 Europe/Berlin
@ana admin
@ben: /fastapi-quiz questions bank
@ana: /fastapi-quiz questions bank sort:id
@ana: /fastapi-quiz questions retire own-rule
@ana: /fastapi-quiz questions retire own-rules
@ana: /fastapi-quiz questions bank state:retired
@ana: /fastapi-quiz questions restore own-rule
@ana: /fastapi-quiz questions show own-rule
@ana: /fastapi-quiz questions bank words:"own rule"
@ana: /fastapi-quiz questions export pack:no-such-pack
@ana: /fastapi-quiz schedule add 09:00 pack:no-such-pack
""",
    "who may what": """
at 2026-03-23 08:55 Europe/Berlin
@ben: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin
@ana admin
@ana: /fastapi-quiz admins add ben
@ben: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin
@ben: /fastapi-quiz schedule list
@ben: /fastapi-quiz schedule preview 1
@ben: /fastapi-quiz schedule pause 1
@ben: /fastapi-quiz schedule preview 1
@ben: /fastapi-quiz status
@ben: /fastapi-quiz status state:stuck
@ben: /fastapi-quiz questions list page:2
@ben: /fastapi-quiz console
@cem: /fastapi-quiz status
@cem: /fastapi-quiz console
""",
    "words that are none": """
at 2026-03-23 08:55 Europe/Berlin
@ana: /fastapi-quiz
@ana: /fastapi-quiz streek
@ana: /fastapi-quiz help mock
@ana: /fastapi-quiz leaderboard share:yes
@ana: /fastapi-quiz topics
@ana: /fastapi-quiz settings level:fresher
@ana: /fastapi-quiz settings timezone:Nowhere
@ana: /fastapi-quiz ask topic:nothing
@ana: /fastapi-quiz ask
@ana: /fastapi-quiz answer
""",
    "the buttons of help": BEGIN
    + """
@ben: /fastapi-quiz
@ben presses Today's question
advance 10m
@ben: /fastapi-quiz help
@ben presses Today's question
@ben presses Practise
@ben presses Drill
@ben presses My streak
@ben presses Leaderboard
@ben presses Settings
@ana: /fastapi-quiz help
@ana presses Schedule
@ben presses Mock interview
@ben presses Stop
""",
    "a week and its digest": f"""
at 2026-04-06 08:55 Europe/Berlin
@ana admin
@ana: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin days:mon-sat digest:sun
advance 10m
@ben reacts :bulb:
advance 1d
@ben reacts :bulb:
@ben: /fastapi-quiz streak
@ben: /fastapi-quiz leaderboard share:yes
@cem answers: {RIGHT}
@ben: /fastapi-quiz leaderboard
advance 5d
@ben presses My streak
@ben: /fastapi-quiz leaderboard share:yes
""",
    "several channels and workspaces": BEGIN
    + """
channel #backend
@ana: /fastapi-quiz schedule add 09:30 tz:Europe/Berlin
workspace globex
channel #lobby
@eva admin
@eva: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin
advance 1h
@eva reacts :bulb:
workspace local
channel #general
@ben reacts :bulb:
channel #backend
@ben reacts :bulb:
@ben: /fastapi-quiz streak
""",
    "a crash, an outage, lost rights": BEGIN
    + """
advance 10m
crash
@ben reacts :bulb:
outage 2h
advance 1d
@ben reacts :bulb:
platform revokes
advance 1d
@ana: /fastapi-quiz schedule list
platform restores
@ana: /fastapi-quiz schedule resume 1
advance 1d
@ben: /fastapi-quiz streak why
""",
    "suggesting and deciding": BEGIN
    + """
@ben: /fastapi-quiz suggest
@ben: /fastapi-quiz suggest question:"What is a lifespan?" answer:"One." level:fresher topic:zz
@cem: /fastapi-quiz suggest question:"What is a lifespan?" answer:"Two." level:fresher topic:zz
@ben: /fastapi-quiz questions list
@ana: /fastapi-quiz questions list
@ana: /fastapi-quiz questions edit 1 level:5-year
@ana presses Approve 1
@ana: /fastapi-quiz questions approve 1
@ana: /fastapi-quiz questions edit 2
@ben: /fastapi-quiz ask topic:zz
advance 10m
@ben presses Report
@cem: /fastapi-quiz report reason:"It is out of date"
@ana: /fastapi-quiz questions list
@ana presses Reject 2
@ana: /fastapi-quiz questions reject 2 reason:"It is fine"
""",
    "practice": BEGIN
    + """
advance 10m
@ben: /fastapi-quiz settings timezone:Europe/Berlin
@ben: /fastapi-quiz practice
@ben answers: Words about nothing in particular, said at some length.
@ben: /fastapi-quiz ask
@ben presses Reveal
@ben presses Not yet
advance 1d
@ben: /fastapi-quiz practice
@ben answers: Words about nothing in particular, said at some length.
@ben presses Reveal
@ben presses Partly
""",
    "a mock interview": """
at 2026-03-23 08:55 Europe/Berlin
@ben: /fastapi-quiz mock questions:2
@ben answers: Words about nothing in particular, said at some length.
crash
@ben: /fastapi-quiz mock
@ben presses Skip
@ben: /fastapi-quiz mock history
@ben: /fastapi-quiz mock questions:2
@ben presses Stop
@cem: /fastapi-quiz mock stop
@cem: /fastapi-quiz mock questions:0
""",
    "a reminder": BEGIN
    + """
advance 10m
@ben: /fastapi-quiz settings reminders:19:30 timezone:berlin
@ben answers: Words about nothing in particular, said at some length.
advance 2d
@ben: /fastapi-quiz settings reminders:no
advance 2d
""",
    "answering late and twice": BEGIN
    + """
advance 10m
@ben answers: b
@ben answers: Words about nothing in particular, said at some length.
@ben answers: Again.
advance 1d
@cem answers to 2: Late words about nothing in particular.
@ben: /fastapi-quiz history
@cem: /fastapi-quiz history 1
@cem: /fastapi-quiz history 7
@ben: /fastapi-quiz forget-me
@ben presses Erase my data
@ben: /fastapi-quiz streak
""",
}


_HEADS = (
    "Question of the day",
    "Question of the day (late)",
    "A question for you",
    "Answer",
    "Practice, 1 due",
    "Practice, 2 due",
    "Mock interview 1 of 2",
    "Mock interview 2 of 2",
)


def number_titles(shown: list[Shown]) -> list[Shown]:
    """Name a channel's questions by the order in which they come first there.

    Decks are shuffled by channel ids, which each platform makes for itself: which question
    comes, and whether two channels get the same one, differs. So does what one member sees.
    """
    titles: dict[str, dict[str, int]] = {}
    return [
        replace(each, words=_number_title(each, titles.setdefault(each.where, {})))
        for each in shown
    ]


def _number_title(shown: Shown, titles: dict[str, int]) -> str:
    head, colon, title = shown.words.partition(": ")
    if head not in _HEADS:
        return shown.words
    number = titles.setdefault(title, len(titles) + 1) if shown.where else "its title"
    return f"{head}{colon}{number}"


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
@pytest.mark.parametrize("name", STAGES)
async def test_every_platform_says_the_same(name: str, script: str, tmp_path: Path) -> None:
    script = PLAYABLE.get(name, str)(script)
    expected = await LocalStage().play(script, tmp_path)
    shown = await STAGES[name]().play(script, tmp_path)

    assert number_titles(shown) == number_titles(expected)
