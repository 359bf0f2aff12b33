"""Cards as Block Kit: within Slack's limits, nothing cut, nobody pinged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.blocks import Block, Page, read_text, section, text
from adapters.slack.carried import Place
from adapters.slack.markdown import render_markdown
from adapters.slack.render import render_card
from adapters.slack.views import render_errors, render_form
from bot.commands import COMMANDS
from bot.domain.attempt import PastAnswer
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
    LinkCard,
    NoticeCard,
    PastAnswerCard,
    QuestionCard,
    RevealCard,
    Standing,
    TopicsCard,
)
from bot.domain.grading import Grade, PointVerdict, Verdict, band_of
from bot.domain.people import Level
from bot.domain.question import (
    Choice,
    Kind,
    Markdown,
    Question,
    QuestionKey,
    QuestionSummary,
)
from bot.domain.streak import Streak
from bot.questions.loader import load_pack
from bot.questions.pack_files import shipped_packs
from bot.services.forming import make_form
from tests.fakes.slack_bot import Bot
from tests.fakes.slack_limits import all_text, find_faults, find_view_faults

QUESTION = Question(
    id="one",
    pack="pack",
    title="A title",
    level=Level.FRESHER,
    topics=("routing",),
    kind=Kind.OPEN,
    prompt=Markdown("Why?"),
    answer=Markdown("Because."),
)
SHIPPED = [question for folder in shipped_packs().values() for question in load_pack(folder)]


def ask(question: Question) -> QuestionCard:
    return QuestionCard(question, "T1", date(2026, 1, 5), "key", 1)


def grade(evidence: str, feedback: str = "") -> GradeCard:
    point = PointVerdict(evidence, Verdict.PARTIAL, evidence)
    result = Grade(0.5, band_of(0.5), (point,) * 12, None, "lexical", feedback)
    return GradeCard(QUESTION, result, 5, True, False, False, Streak(1, 1, 0))


def past_answer(text: str) -> PastAnswer:
    return PastAnswer(1, QuestionKey(1), date(2026, 1, 5), True, 5, text, grade(text, text).grade)


def faults_of(pages: list[Page]) -> list[str]:
    found = [fault for page in pages for fault in find_faults(page.blocks)]
    return found + [
        f"fallback of {len(p.fallback)}" for p in pages if not 0 < len(p.fallback) < 3500
    ]


@pytest.mark.parametrize("question", SHIPPED, ids=[question.id for question in SHIPPED])
def test_every_shipped_question_fits(question: Question) -> None:
    for card in (
        ask(question),
        RevealCard(question, "key"),
        RevealCard(question, "k", counts=Counts(1, 2)),
    ):
        assert not faults_of(render_card(card))


def bank_row(title: str) -> BankRow:
    summary = QuestionSummary(QuestionKey(1), "depends", "fastapi", Level.FRESHER, ("routing",))
    did = QuestionStatistics(12, 8, 0.25, 0.4, 2)
    return BankRow(BankEntry(summary, QuestionState.RETIRED, did), title)


words = st.text(
    st.characters(codec="utf-8") | st.sampled_from(" \n`*_<>@!#&-|[]()"),
    max_size=400,
)


def cards_with(text: str) -> list[Card]:
    question = replace(
        QUESTION,
        title=text or "t",
        prompt=Markdown(text),
        answer=Markdown(text),
        kind=Kind.CHOICE,
        choices=(Choice(text, True, text), Choice(text, False, text)),
    )
    return [
        ask(question),
        RevealCard(question, "key", late=True, forfeits=True),
        grade(text, text),
        HistoryCard((HistoryLine(past_answer(text), text),) * 10, 12, 1),
        PastAnswerCard(past_answer(text), question),
        NoticeCard(text, buttons=(Button(text or "b", "command", value=text[:50]),)),
        ErrorCard(text or "e", "reason"),
        LeaderboardCard("week", tuple(Standing(1, text, 5, 2) for _ in range(10))),
        HelpCard(((text or "u", text),), ((text or "u", text),)),
        BankCard(text, (bank_row(text),) * 10, 10, 2, 3),
        BankQuestionCard(bank_row(text), question),
        LinkCard(text, "https://quiz.test/console/enter/x", datetime(2026, 1, 5, tzinfo=UTC)),
        TopicsCard(((text, 1),), ((text, 2),)),
    ]


@settings(max_examples=50, deadline=None)
@given(words, st.integers(1, 400))
def test_whatever_the_text_the_blocks_fit(text: str, times: int) -> None:
    for card in cards_with(text) + cards_with(text * times):
        assert not faults_of(render_card(card)), card.kind


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("abcdefgh", min_size=1, max_size=60), max_size=1500))
def test_nothing_is_cut(parts: list[str]) -> None:
    text = " ".join(f"{number}{part}" for number, part in enumerate(parts))
    code = text.replace(" ", "\n")
    question = replace(QUESTION, prompt=Markdown(f"{text}\n\n```python\n{code}\n```\n\n- {text}"))

    shown = "".join(read_text(page.blocks) for page in render_card(ask(question)))

    for number, part in enumerate(parts):
        assert shown.count(f"{number}{part}") >= 3


HOSTILE = "<!channel> <!here> <@U123> <#C123> @channel <https://evil.example|Click> & <b> \u202e"


@pytest.mark.parametrize(
    "card",
    [
        grade(HOSTILE, HOSTILE),
        replace(grade(""), question=replace(QUESTION, title=HOSTILE), private=True),
        NoticeCard(HOSTILE),
        ErrorCard(HOSTILE, "reason"),
        LeaderboardCard("week", (Standing(1, HOSTILE, 5, 2),)),
    ],
    ids=lambda card: card.kind,
)
def test_typed_text_pings_nobody(card: Card) -> None:
    for page in render_card(card):
        assert "<" not in page.fallback
        assert not find_live_text(page.blocks)
        assert "<!channel>" not in all_text(page.blocks)
        assert "\u202e" not in all_text(page.blocks)


def find_live_text(blocks: list[Block]) -> list[Block]:
    """Return text objects in which Slack follows mentions and links."""
    return [block for block in blocks if "mrkdwn" in str(block)]


def test_markdown_becomes_rich_text() -> None:
    source = """Use `Depends` and **never** *call* [it](https://fastapi.tiangolo.com/).

1. one
2. two

    ```python
    x = 1 < 2
    ```
3. three

> quoted

- a
  - b

<script>alert(1)</script>
"""
    elements = render_markdown(Markdown(source))

    assert [element["type"] for element in elements] == [
        "rich_text_section",
        "rich_text_section",
        "rich_text_section",
        "rich_text_section",
        "rich_text_preformatted",
        "rich_text_section",
        "rich_text_quote",
        "rich_text_list",
        "rich_text_list",
        "rich_text_section",
    ]
    runs = elements[0]["elements"]
    assert {"type": "text", "text": "Depends", "style": {"code": True}} in runs
    assert {"type": "text", "text": "never", "style": {"bold": True}} in runs
    assert {"type": "link", "url": "https://fastapi.tiangolo.com/", "text": "it"} in runs
    assert elements[3] == section(text("Python", italic=True))
    assert elements[4]["elements"] == [{"type": "text", "text": "x = 1 < 2"}]
    assert elements[5]["elements"][0]["text"] == "3. "
    assert elements[8]["indent"] == 1
    assert "<script>" in str(elements[-1])


@pytest.mark.parametrize(
    ("fence", "named"),
    [
        ("```py", "Python"),
        ("```output", "Output"),
        ("```rust", "rust"),
        ("```text", ""),
        ("```", ""),
    ],
)
def test_a_code_block_names_its_language(fence: str, named: str) -> None:
    *label, code = render_markdown(Markdown(f"{fence}\nx\n```"))

    assert code["type"] == "rich_text_preformatted"
    assert [element["elements"][0]["text"] for element in label] == ([named] if named else [])


@pytest.mark.parametrize("sign", ["*", "_", "~", "_*"])
def test_emphasis_of_any_depth_is_shown(sign: str) -> None:
    content = f"Say {sign * 1400}deep{sign[::-1] * 1400} and *more*"

    (element,) = render_markdown(Markdown(content))

    assert "deep" in read_text(element)
    assert element["elements"][-1] == text("more", italic=True)


def test_a_link_to_anything_but_the_web_is_plain_text() -> None:
    (element,) = render_markdown(Markdown("[x](javascript:alert) [y](slack://open)"))

    assert all(run["type"] == "text" for run in element["elements"])


@pytest.mark.parametrize("command", COMMANDS, ids=[command.path for command in COMMANDS])
def test_every_command_has_a_form_that_slack_takes(command: object) -> None:
    place = Place("form", "k" * 25, "C123", "https://hooks.slack.com/" + "x" * 200, "1.2")
    view = render_form(make_form(command), place)  # type: ignore[arg-type]

    assert not list(find_view_faults(view))


def test_a_form_shows_what_is_asked_further_on_a_question() -> None:
    field = FormField("text", "Your answer", "multiline", required=True)
    card = FormCard("answer", "Follow-up", "k", (field,), QUESTION, HOSTILE)
    view = render_form(card, Place("answer", "k", "C123"))

    assert not list(find_view_faults(view))
    assert "Click" in all_text(view["blocks"])
    assert "<!channel>" not in all_text(view["blocks"])
    assert not find_live_text(view["blocks"])


def test_an_error_without_a_field_stands_beside_the_first() -> None:
    assert render_errors("No.", None, ("a", "b")) == {"a": "No."}
    assert render_errors("No.", "b", ("a", "b")) == {"b": "No."}
    assert len(render_errors("x " * 3000, "gone", ("a",))["a"]) <= 2000


async def test_a_long_question_goes_on_in_its_thread(bot: Bot) -> None:
    text = " ".join(f"word{number}" for number in range(6_000))
    card = ask(replace(QUESTION, prompt=Markdown(text)))

    message_id = await bot.platform.chat.post(bot.team.id, bot.general.id, card, "key")

    first, *rest = bot.messages
    assert first.ts == message_id
    assert [button["text"]["text"] for button in first.buttons] == ["Answer", "Reveal", "Report"]
    assert {message.thread for message in rest} == {message_id}
    shown = "".join(read_text(message.blocks) for message in bot.messages)
    assert all(f"word{number}" in shown for number in range(6_000))
