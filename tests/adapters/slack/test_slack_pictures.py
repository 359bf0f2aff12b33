"""The guide's pictures are drawn from what the bot sends."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from adapters.slack.render import render_card
from bot.domain.cards import RevealCard
from bot.questions.loader import load_pack
from bot.questions.pack_files import shipped_packs
from scripts.block_kit_svg import WIDTH, Canvas, Run, draw_message, finish, wrap
from scripts.draw_slack_pictures import FOLDER, draw_all

GUIDE = Path(__file__).parents[3] / "docs" / "slack" / "guide.md"
SMALL = 60_000


async def test_every_picture_of_the_guide_is_drawn_and_there() -> None:
    drawn = await draw_all()

    shown = re.findall(r"!\[(.+)\]\(pictures/(\S+)\)", GUIDE.read_text(encoding="utf-8"))
    assert {name for _, name in shown} == set(drawn) == {file.name for file in FOLDER.iterdir()}
    assert all(title for title, _ in shown)
    for picture in (*drawn.values(), *(file.read_text("utf-8") for file in FOLDER.iterdir())):
        assert ElementTree.fromstring(picture).attrib["width"] == str(WIDTH)
        assert len(picture) < SMALL


def test_long_text_is_wrapped_and_nothing_is_lost() -> None:
    words = "Depends resolves a tree of dependencies. " * 10

    lines = list(wrap([Run(words)], 300))

    assert len(lines) > 5
    assert "".join(run.text for line in lines for run in line) == words
    assert all(sum(run.width for run in line) <= 300 for line in lines)


def test_every_shipped_question_can_be_drawn() -> None:
    for question in load_pack(shipped_packs()["fastapi"]):
        canvas = Canvas()
        for page in render_card(RevealCard(question, "key")):
            draw_message(canvas, page.blocks)
        assert ElementTree.fromstring(finish(canvas, question.title))
