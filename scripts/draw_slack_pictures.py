"""Draws the pictures of docs/slack/guide.md from what the bot really sends.

    python -m scripts.draw_slack_pictures

The bot runs against the local Slack of the tests, with the shipped questions and a clock that
stands still, so that the same code draws the same pictures.
"""

from __future__ import annotations

import asyncio
import base64
import struct
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.questions.pack_files import shipped_packs
from scripts.block_kit_svg import Canvas, draw_home, draw_message, draw_modal, finish
from tests.fakes.slack_bot import Bot, post_question, run_bot

FOLDER = Path(__file__).parents[1] / "docs" / "slack" / "pictures"
ONLY_YOU = "Only visible to you"
ANSWER = "FastAPI calls it again for each request, because the instance is made by a dependency."
Draw = Callable[[Canvas], None]


async def collect_scenes(bot: Bot) -> dict[str, tuple[str, Draw]]:
    """Play a day and return what members saw: file name to title and drawing."""
    scenes: dict[str, tuple[str, Draw]] = {}

    async def press(message_button: str) -> None:
        await bot.acts.press(bot.ana, bot.last, message_button)
        await bot.settle()

    def keep(name: str, title: str, *, note: str = "") -> None:
        blocks = bot.last.blocks
        scenes[name] = (title, lambda canvas: draw_message(canvas, blocks, note=note))

    def keep_form(name: str, title: str) -> None:
        view = bot.acts.open_view(bot.ana)
        assert view
        scenes[name] = (title, lambda canvas: draw_modal(canvas, view))

    await bot.acts.send_event(
        {"type": "member_joined_channel", "user": bot.team.bot_user, "channel": bot.general.id}
    )
    await bot.settle()
    keep("hello", "The bot says hello in a channel, with a Schedule button")
    await press("Schedule")
    keep_form("schedule", "The form that makes a daily question")
    question = await post_question(bot, "reveal-after:8h days:mon-sun")
    scenes["question"] = (
        "A question with its buttons",
        lambda canvas: draw_message(canvas, question_blocks),
    )
    question_blocks = question.blocks
    await bot.acts.react(bot.ben, question)
    await bot.settle()
    keep("reveal", "The answer in the thread, to whoever reacted alone", note=ONLY_YOU)
    await bot.acts.press(bot.ana, question, "Answer")
    await bot.settle()
    keep_form("answer", "The form for an answer")
    await bot.acts.submit(bot.ana, {"text": ANSWER})
    await bot.settle()
    keep("grade", "A graded answer with the model answer", note=ONLY_YOU)
    bot.clock.move_to(bot.clock.now() + timedelta(hours=9))
    await bot.settle()
    await bot.acts.send_event({"type": "app_home_opened", "user": bot.ana.id, "tab": "home"})
    await bot.settle()
    home = embed_pictures(bot, bot.server.state.homes[bot.team.id, bot.ana.id])
    scenes["home"] = ("The app's Home tab for an admin", lambda canvas: draw_home(canvas, home))
    return scenes


def embed_pictures(bot: Bot, view: dict[str, Any]) -> dict[str, Any]:
    """Return the view with uploaded pictures in it, as block_kit_svg takes them."""
    return {**view, "blocks": [_embed(bot, block) for block in view["blocks"]]}


def _embed(bot: Bot, block: dict[str, Any]) -> dict[str, Any]:
    if "slack_file" not in block:
        return block
    content = bot.server.state.files[block["slack_file"]["id"]].content
    assert content
    size = struct.unpack(">II", content[16:24])  # a PNG begins with its width and height
    return {**block, "data": base64.b64encode(content).decode(), "size": size}


async def draw_all() -> dict[str, str]:
    """Return all pictures, by file name."""
    with tempfile.TemporaryDirectory() as folder:
        async with run_bot(Path(folder), packs=shipped_packs()) as bot:
            pictures = {}
            for name, (title, draw) in (await collect_scenes(bot)).items():
                canvas = Canvas()
                draw(canvas)
                pictures[f"{name}.svg"] = finish(canvas, title)
    return pictures


def main() -> None:
    """Write the pictures."""
    FOLDER.mkdir(exist_ok=True)
    for name, picture in asyncio.run(draw_all()).items():
        (FOLDER / name).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
