"""Pictures and documents on Discord: files of the message, with what they show in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from adapters.discord.files import compose_card
from adapters.discord.messages import make_message
from bot.domain.cards import Attachment, NoticeCard
from bot.domain.pictures import Picture, picture_mocks, picture_topics
from tests.adapters.discord.conftest import Stage, schedule_question
from tests.fakes.discord.world import ATTACH
from tests.fakes.discord_server import text_of
from tests.stage import RIGHT

PNG = b"\x89PNG\r\n\x1a\n"


async def take_part(stage: Stage) -> Any:
    """Let ben reveal a question, so that there is something to draw."""
    server = stage.server
    post = await schedule_question(stage)
    ben = server.member("ben")
    await server.answered(await server.press(ben, post, "Reveal"))
    return ben


async def test_a_private_streak_shows_its_calendar(stage: Stage) -> None:
    ben = await take_part(stage)
    shown = await stage.server.answered(await stage.server.call(ben, "streak"))
    (message,) = shown.messages

    assert message["private"]
    (file,) = message["attachments"]
    assert file["filename"] == "streak.png"
    assert file["description"].startswith("Calendar of ben")
    assert bytes.fromhex(file["content_base16"]).startswith(PNG)
    assert message["embeds"][0]["image"]["url"] == "attachment://streak.png"
    assert "1 question day in a row" in text_of(message)


async def test_a_shared_leaderboard_shows_its_chart(stage: Stage) -> None:
    await schedule_question(stage)
    ben = stage.server.member("ben")
    await stage.server.answered(await stage.server.call(ben, "answer", {"text": RIGHT}))
    shared = await stage.server.call(ben, "leaderboard", {"period": "week", "share": True})
    await stage.server.until(lambda: shared.followups)

    (file,) = stage.server.posts()[-1]["attachments"]
    assert re.fullmatch(r"This week\. 1\. ben: [1-9]\d* points\.", file["description"])


@dataclass(frozen=True)
class ReportCard(NoticeCard):
    """A card with two pictures and a document."""

    kind: ClassVar[str] = "notice"
    attachments: tuple[Attachment, ...] = (
        Attachment("report.md", "text/markdown", b"# Report\n", "The report of a mock interview"),
    )
    pictures: tuple[Picture, ...] = (
        picture_topics((("routing", 0.5),)),
        picture_mocks(()),
    )


async def test_a_post_for_all_carries_every_file_once(stage: Stage) -> None:
    server = stage.server
    assert stage.platform is not None
    await stage.platform.chat.post(
        str(server.guild.id), str(server.general.id), ReportCard("Here it is."), "key"
    )
    post = server.posts()[-1]

    assert [file["filename"] for file in post["attachments"]] == [
        "topics.png",
        "mocks.png",
        "report.md",
    ]
    assert [embed["image"]["url"] for embed in post["embeds"]] == [
        "attachment://topics.png",
        "attachment://mocks.png",
    ]


async def test_a_schedule_wants_the_right_to_attach_files(stage: Stage) -> None:
    server = stage.server
    await server.deny(server.general, ATTACH)
    olga = server.member("olga", manages=True)
    asked = await server.call(olga, "schedule add", {"time": "10:00"})
    await server.answered(asked)

    assert "lacks the permission Attach Files" in text_of(asked.messages[0])


async def test_files_can_be_sent_again_after_a_lost_reply() -> None:
    (page,) = await compose_card(ReportCard("Here it is."))
    first, second = (make_message(page)["files"] for _ in range(2))

    assert [file.fp.read() for file in first] == [file.fp.read() for file in second]


@pytest.mark.parametrize("length", [10, 5000])
async def test_descriptions_fit(length: int) -> None:
    card = ReportCard(
        "Here.", attachments=(Attachment("a.md", "text/markdown", b"a", "word " * length),)
    )
    (page,) = await compose_card(card)

    assert all(len(file.description or "") <= 1024 for file in make_message(page)["files"])
