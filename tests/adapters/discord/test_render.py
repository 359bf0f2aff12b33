"""Cards as messages: within Discord's limits whatever the text, and harmless."""

from __future__ import annotations

import time as clock
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import discord
import pytest
from discord.http import handle_message_parameters
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.components import make_modal
from adapters.discord.limits import measure
from adapters.discord.markdown import join_lines
from adapters.discord.messages import make_message
from adapters.discord.render import render_card
from adapters.discord.text import escape, shorten, split_markdown
from adapters.discord.tree import make_group
from bot.commands import COMMANDS
from bot.domain.assessment import GraderFacts, GradingStatus
from bot.domain.attempt import PastAnswer, points_for
from bot.domain.bank import BankEntry, QuestionState, QuestionStatistics
from bot.domain.cards import (
    BankCard,
    BankQuestionCard,
    BankRow,
    Button,
    Card,
    Counts,
    ErrorCard,
    FormCard,
    FormField,
    GradeCard,
    HelpCard,
    HistoryCard,
    HistoryLine,
    LeaderboardCard,
    LedgerCard,
    LinkCard,
    NoticeCard,
    PastAnswerCard,
    PreviewCard,
    RevealCard,
    ScheduleCard,
    SchedulesCard,
    Standing,
    StatusCard,
    StreakCard,
    TopicsCard,
)
from bot.domain.grading import Band, Grade, PointVerdict, Verdict
from bot.domain.people import Level, WorkspaceId
from bot.domain.question import Markdown, QuestionKey, QuestionSummary
from bot.domain.schedule import Rhythm, Schedule, ScheduleId
from bot.domain.streak import LedgerDay, Streak
from bot.services.forming import make_form
from tests.adapters.discord.questions import CHOICE, QUESTION, make_card
from tests.fakes.discord.checks import check_commands, check_message, check_modal

NASTY = "@everyone <@1> **b** [x](http://y) `c` ``` || \u202e\x07 " * 3
"""What members type; nothing of it may have an effect."""
STREAK = Streak(3, 9, 1)


def make_cards(text: str, many: int) -> list[Card]:
    """Return one card of each kind with this text wherever somebody can put one."""
    schedule = Schedule(
        id=ScheduleId(1),
        workspace_id=WorkspaceId(1),
        number=1,
        channel="123",
        rhythm=Rhythm(time(9), "Europe/Berlin"),
        paused_because=text,
    )
    days = tuple(LedgerDay(date(2026, 1, 5), True, False, False, False, 3, 1) for _ in range(many))
    points = tuple(PointVerdict(text, Verdict.MET, text) for _ in range(min(many, 20)))
    grade = Grade(0.7, Band.GOOD, points, None, "lexical", text)
    past = PastAnswer(1, QuestionKey(1), date(2026, 1, 5), True, 5, text, grade)
    question = replace(QUESTION, title=text, prompt=Markdown(text), answer=Markdown(text))
    rows = tuple(Standing(n, text, n, n) for n in range(min(many, 30)))
    lines = tuple((command.usage, command.help) for command in COMMANDS)
    return [
        make_card(question=question),
        make_card(question=CHOICE, late=True),
        RevealCard(question, "k", forfeits=True, late=True),
        RevealCard(question, "k", counts=Counts(1, 2)),
        GradeCard(
            question,
            grade,
            points_for(0.7, Level.TWO_YEAR, late=False, revealed=False),
            True,
            False,
            False,
            STREAK,
            private=True,
        ),
        HistoryCard(tuple(HistoryLine(past, text) for _ in range(min(many, 10))), many),
        PastAnswerCard(past, question),
        StreakCard(text, STREAK, days[:30], date(2026, 2, 1)),
        LedgerCard(text, STREAK, days),
        LeaderboardCard("week", rows, Standing(99, text, 1, 1)),
        ScheduleCard(schedule, text),
        SchedulesCard((schedule,) * min(many, 100)),
        PreviewCard(schedule, (datetime(2026, 1, 5, tzinfo=UTC),) * 10),
        StatusCard((schedule,), (), "UTC", GradingStatus(GraderFacts(text, text, 5, (text,)))),
        BankCard(text, make_bank_rows(text, min(many, 10)), many, 2, 3),
        BankQuestionCard(make_bank_rows(text, 1)[0], question),
        LinkCard(text, "https://quiz.test/console/enter/x", datetime(2026, 1, 5, tzinfo=UTC)),
        HelpCard(lines, lines, (Button("Today", "command", value="today"),)),
        TopicsCard(tuple((f"topic-{n}", n) for n in range(many)), (("fresher", 3),)),
        NoticeCard(text, buttons=(Button("x", "command", "", "help"),)),
        ErrorCard(text, "x"),
        FormCard("answer", text, "k", (FormField("text", "Your answer", "multiline", True),)),
    ]


def make_bank_rows(title: str, many: int) -> tuple[BankRow, ...]:
    summary = QuestionSummary(QuestionKey(1), "depends", "fastapi", Level.FRESHER, ("routing",))
    did = QuestionStatistics(12, 8, 0.25, 0.4, 2)
    return (BankRow(BankEntry(summary, QuestionState.RETIRED, did), title),) * many


def make_payloads(card: Card) -> list[dict[str, Any]]:
    """Return the messages as discord.py sends them."""
    payloads = []
    for page in render_card(card):
        with handle_message_parameters(**make_message(page)) as parameters:
            assert parameters.payload is not None
            payloads.append(dict(parameters.payload))
    return payloads


@pytest.mark.parametrize("many", [0, 1, 400])
@pytest.mark.parametrize(
    "text", ["", "short", NASTY, "x" * 9000, "𝕏 " * 5000, "```py\n" + "a\n" * 9000]
)
async def test_every_card_fits_whatever_is_in_it(text: str, many: int) -> None:
    for card in make_cards(text, many):
        for payload in make_payloads(card):
            assert check_message(payload) == [], card.kind


async def test_nothing_that_members_type_takes_effect() -> None:
    for card in [NoticeCard(NASTY), ErrorCard(NASTY, "x"), StreakCard(NASTY, STREAK)]:
        (payload,) = make_payloads(card)
        (embed,) = payload["embeds"]
        shown = f"{embed.get('title', '')}{embed.get('description', '')}"
        assert "@everyone" not in shown
        assert "<@1>" not in shown
        assert "**b**" not in shown
        assert "](" not in shown
        assert "\u202e" not in shown
        assert "\x07" not in shown


@given(
    st.lists(
        st.sampled_from(["word ", "\n", "```python\n", "```\n", "~~~\n", "𝕏", "||", "x" * 50])
    ).map(lambda parts: "".join(parts * 20)),
    st.integers(200, 4000),
)
@settings(deadline=None, max_examples=150)
def test_splitting_keeps_all_and_closes_what_it_opens(text: str, limit: int) -> None:
    parts = split_markdown(text, limit)
    assert all(measure(part) <= limit for part in parts)

    def letters(whole: str) -> str:
        return "".join(c for c in whole if c.isalpha() or c == "|").replace("python", "")

    assert letters("".join(parts)) == letters(text)


@pytest.mark.parametrize("sign", ["`", "~"])
@pytest.mark.parametrize("many", [9, 500, 3000, 9000])
def test_a_fence_of_any_length_is_split_within_the_limit(sign: str, many: int) -> None:
    parts = split_markdown(f"{sign * many}\n" + "x = 1\n" * 900, 4096)
    assert all(measure(part) <= 4096 for part in parts)
    assert "".join(parts).count("x = 1") == 900


def test_code_block_goes_on_with_its_language() -> None:
    text = "```python\n" + "x = 1\n" * 100 + "```\nafter"
    parts = split_markdown(text, 300)
    assert len(parts) > 2
    assert all(part.startswith("```python\n") for part in parts[:-1])
    assert all(part.count("```") % 2 == 0 for part in parts)


def test_no_code_block_is_opened_again_to_be_closed_at_once() -> None:
    for count in range(1, 60):
        parts = split_markdown("```python\n" + "x = 1\n" * count + "```\nafter", 100)
        assert "".join(parts).count("x = 1") == count
        assert not [part for part in parts if "```python\n```" in part]
        assert all(measure(part) <= 100 for part in parts)


def test_lines_that_look_like_headings_and_lists_stay_lines() -> None:
    assert escape("a\n\n# b\n - c\n-# d\nx-y #2") == "a\n\n\\# b\n \\- c\n\\-# d\nx-y #2"


def test_a_label_is_cut_as_soon_however_long_it_is() -> None:
    started = clock.thread_time()
    assert shorten("𝕏" * 200_000, 80) == f"{'𝕏' * 39}…"
    assert clock.thread_time() - started < 1


@given(st.text())
def test_escaped_text_mentions_nobody(text: str) -> None:
    shown = escape(f"{text}@everyone{text}<@123>")
    assert "@everyone" not in shown
    assert "<@123>" not in shown


@pytest.mark.parametrize("prompt", ["short", "𝕏 " * 3000, "```py\n" + "a\n" * 1400 + "```"])
def test_a_form_shows_what_it_covers_as_far_as_it_fits(prompt: str) -> None:
    question = replace(CHOICE, prompt=Markdown(prompt))
    field = FormField("text", "Your answer", "multiline", required=True)
    for follow_up in ("", f"{NASTY}{prompt}"):
        modal = make_modal(FormCard("answer", NASTY, "k", (field,), question, follow_up)).to_dict()
        assert check_modal(modal) == []
        shown, _ = modal["components"]
        assert shown["content"].startswith(prompt[:5] if not follow_up else "@\u200beveryone")


async def test_forms_of_all_commands_fit() -> None:
    for command in COMMANDS:
        if command.options:
            modal = make_modal(make_form(command))
            assert check_modal(modal.to_dict()) == [], command.path


async def test_commands_fit_and_none_is_missing() -> None:
    async def nothing(*_: Any) -> Any:
        return ()

    group = make_group(COMMANDS, nothing, nothing)
    client = discord.Client(intents=discord.Intents.none())
    tree = discord.app_commands.CommandTree(client)
    described = group.to_dict(tree)
    assert check_commands([described]) == []
    paths = {
        command.qualified_name.removeprefix("fastapi-quiz ")
        for command in group.walk_commands()
        if isinstance(command, discord.app_commands.Command)
    }
    assert paths == {command.path for command in COMMANDS}
    assert described["contexts"] == [0, 1]


WRAPPED = """One line
goes on.

- an item
  of two lines
  - nested
    in two
- next

```python
a = 1
b = 2
```
it breaks\\
here

> quoted
> twice

    code by
    indent

# Title
text"""
JOINED = """One line goes on.

- an item of two lines
  - nested in two
- next

```python
a = 1
b = 2
```
it breaks
here

> quoted
> twice

    code by
    indent

# Title
text"""


def test_lines_that_a_file_wraps_are_joined_and_no_others() -> None:
    """Discord breaks a line wherever there is one."""
    assert join_lines(Markdown(WRAPPED)) == JOINED
    card = make_card(question=replace(QUESTION, prompt=Markdown("Which of the\ntwo is it?")))
    assert "Which of the two is it?" in render_card(card)[0].text


@given(st.text("ab \n-`>#1.\\", max_size=60))
def test_nothing_but_breaks_changes_where_lines_are_joined(content: str) -> None:
    joined = join_lines(Markdown(content))
    assert joined.replace("\\", "").split() == content.replace("\\", "").split()
