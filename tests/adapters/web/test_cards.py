"""Every card in a browser, whatever people typed."""

from __future__ import annotations

import html
import re
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.local.platform import Message
from adapters.local.script import parse_script
from adapters.local.simulation import VirtualClock
from adapters.web.markdown import render_markdown
from adapters.web.pages import name_template, show_card
from bot.cli.local import open_simulation
from bot.domain.cards import Card, DigestCard, LinkCard, NoAnswerCard, NoticeCard, UsageCard
from bot.domain.question import Markdown
from tests.adapters.discord.test_render import NASTY, make_cards
from tests.databases import make_sqlite
from tests.hostile import ODD
from tests.parity.test_parity import SCRIPTS
from tests.stage import PACKS

TEMPLATES = Path(__file__).parents[3] / "adapters" / "web" / "templates"
PLAYED = (
    "the bank",
    "who may what",
    "words that are none",
    "a week and its digest",
    "suggesting and deciding",
    "practice",
    "a mock interview",
    "answering late and twice",
    "a crash, an outage, lost rights",
)


def list_tags(page: str) -> set[str]:
    return set(re.findall(r"<([a-z][a-z0-9]*)", page))


async def test_all_kinds_of_card_are_shown(tmp_path: Path) -> None:
    """The scripts that every platform plays, as a browser would show them."""
    cards: list[Card] = [LinkCard("Here.", "https://quiz.test/x", datetime(2026, 1, 5, tzinfo=UTC))]

    def keep(message: Message) -> None:
        cards.append(message.card)

    for number, name in enumerate(PLAYED):
        url = make_sqlite(tmp_path / f"{number}.db")
        clock = VirtualClock()
        async with open_simulation(url, clock, keep, lambda *_: None, PACKS) as simulation:
            for _, instruction in parse_script(SCRIPTS[name].splitlines()):
                await simulation.play(instruction)
    shown = {type(card): await show_card(card) for card in cards}
    assert set(shown) >= {*get_args(Card), UsageCard, NoAnswerCard}
    for page in shown.values():
        assert len(re.findall(r"<p[ >]", page)) == page.count("</p>")
        assert "None" not in re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL)


def test_every_card_has_a_template_and_no_template_is_left_over() -> None:
    names = {name_template(kind.__new__(kind)) for kind in get_args(Card)}
    files = {path.stem for path in (TEMPLATES / "cards").glob("[a-z]*.html")}
    assert files == names


@pytest.mark.parametrize("text", [NASTY, *ODD.values()], ids=["nasty", *ODD])
async def test_what_people_type_is_text(text: str) -> None:
    for card in make_cards(text[:400], 2):
        page = await show_card(card)
        assert not list_tags(page) & {"script", "iframe", "object", "style"}
        assert " onerror=" not in page
        assert 'href="javascript' not in page
        assert "\u202e" not in page
        assert "\x07" not in page


async def test_a_digest_without_points_has_no_empty_table() -> None:
    page = await show_card(DigestCard(date(2026, 4, 6), "key", ()))
    assert "Nobody earned points. Answers earn them." in page
    assert "table" not in list_tags(page)


@given(st.text(max_size=200))
async def test_a_notice_says_what_it_was_given(text: str) -> None:
    page = await show_card(NoticeCard(text))
    kept = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "", text)
    assert html.unescape(page).removeprefix('<p class="text">').startswith(kept)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
        ("![x](http://evil.test/p.png)", '<p>!<a href="http://evil.test/p.png">x</a></p>'),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("~~gone~~ **b**", "<p><s>gone</s> <strong>b</strong></p>"),
        ("```zz\n<i>\n```", '<pre><code class="language-zz">&lt;i&gt;\n</code></pre>'),
    ],
)
def test_markdown_brings_in_nothing(written: str, shown: str) -> None:
    assert render_markdown(Markdown(written)).strip() == shown


@pytest.mark.parametrize("language", ["c", "autoit", "ini", "http", "python"])
def test_code_is_shown_soon_whatever_it_is_called(language: str) -> None:
    """Of Pygments' five hundred languages some take seconds for a run of blanks."""
    began = time.process_time()
    page = render_markdown(Markdown(f"```{language}\na{' ' * 5_900}b\n```"))
    assert time.process_time() - began < 0.5
    assert f"{' ' * 5_900}" in page


def test_code_has_colours_by_class_alone() -> None:
    page = render_markdown(Markdown('```python run\nx = "<script>"\n```'))
    assert '<span class="s2">"&lt;script&gt;"</span>' in page
    assert "style=" not in page
