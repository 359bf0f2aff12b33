"""Pictures and documents on Slack: uploaded once, shown in place, never the cause of a loss."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from adapters.slack.replies import Way
from bot.domain.cards import Attachment, Card, NoticeCard, Reply
from bot.errors import OutcomeUnknown
from tests.fakes.slack_bot import Bot, post_question
from tests.fakes.slack_state import Fault, File, Message
from tests.stage import RIGHT

PNG = b"\x89PNG\r\n\x1a\n"


def pictures(message: Message) -> list[dict[str, Any]]:
    """Return the message's image blocks."""
    return [block for block in message.blocks if block["type"] == "image"]


def files(bot: Bot) -> list[File]:
    """Return what was uploaded, oldest first."""
    return list(bot.server.state.files.values())


async def take_part(bot: Bot) -> None:
    """Let ben reveal a question, so that there is something to draw."""
    await bot.acts.react(bot.ben, await post_question(bot))
    await bot.settle()
    bot.platform.files.waits = (0, 0)


async def test_a_private_streak_shows_its_calendar_where_it_was_asked_for(bot: Bot) -> None:
    await take_part(bot)
    await bot.type(bot.ben, "streak")

    assert (bot.last.kind, bot.last.only, bot.last.via) == (
        "streak",
        bot.ben.id,
        "chat.postEphemeral",
    )
    (block,) = pictures(bot.last)
    assert block["alt_text"].startswith("Calendar of ben")
    assert "1 took part" in block["alt_text"]
    file = bot.server.state.files[block["slack_file"]["id"]]
    assert file.content is not None
    assert file.content.startswith(PNG)
    assert file.shared_in == []


async def test_the_same_picture_is_uploaded_once(bot: Bot) -> None:
    await take_part(bot)
    await bot.type(bot.ben, "streak")
    await bot.type(bot.ben, "streak")

    assert len(files(bot)) == 1
    assert pictures(bot.last)


async def test_a_shared_leaderboard_is_one_message_with_its_chart(bot: Bot) -> None:
    await post_question(bot)
    bot.platform.files.waits = (0, 0)
    await bot.type(bot.ben, f"answer {RIGHT}")
    await bot.type(bot.ben, "leaderboard share:yes")

    assert (bot.last.kind, bot.last.only) == ("leaderboard", None)
    (block,) = pictures(bot.last)
    assert re.search(r"1\. ben: [1-9]\d* points", block["alt_text"])


async def test_a_picture_that_slack_still_reads_is_tried_again(bot: Bot) -> None:
    await take_part(bot)
    bot.server.state.slow_files = 1
    await bot.type(bot.ben, "streak")

    assert pictures(bot.last)
    assert [m.kind for m in bot.messages].count("streak") == 1


async def test_a_picture_that_slack_refuses_for_good_costs_no_text(bot: Bot) -> None:
    await take_part(bot)
    await bot.type(bot.ben, "streak")
    files(bot)[0].deleted = True
    await bot.type(bot.ben, "streak")

    assert "1 question day in a row" in bot.last.text
    assert not pictures(bot.last)

    await bot.type(bot.ben, "streak")
    assert pictures(bot.last), "it is uploaded anew"


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_an_upload_that_fails_costs_no_text(bot: Bot, method: str) -> None:
    await take_part(bot)
    bot.server.inject(method, Fault(status=500))
    await bot.type(bot.ben, "streak")

    assert "1 question day in a row" in bot.last.text
    assert not pictures(bot.last)


async def test_an_app_without_the_scope_answers_as_text(bot: Bot) -> None:
    await take_part(bot)
    bot.team.scopes = bot.team.scopes - {"files:write"}
    await bot.type(bot.ben, "streak")

    assert "1 question day in a row" in bot.last.text
    assert not pictures(bot.last)


async def test_where_the_bot_is_no_member_the_text_is_in_place_and_the_picture_told(
    bot: Bot,
) -> None:
    await take_part(bot)
    bot.general.members.discard(bot.team.bot_user)
    await bot.type(bot.ben, "streak")

    told, shown = bot.messages[-2:]
    assert (told.channel, bool(pictures(told))) == (f"D{bot.ben.id}", True)
    assert (shown.kind, shown.via, pictures(shown)) == ("streak", "response_url", [])


@dataclass(frozen=True)
class ReportCard(NoticeCard):
    """A card that brings a document along."""

    kind: ClassVar[str] = "notice"
    attachments: tuple[Attachment, ...] = (
        Attachment("report.md", "text/markdown", b"# Report\n", "The report of a mock interview"),
    )


async def test_a_private_document_comes_by_direct_message(bot: Bot) -> None:
    card: Card = ReportCard("Here it is.")
    way = Way(bot.team.id, bot.general.id, bot.ben.id)
    await bot.platform._replies.show(Reply([card]), way)

    (file,) = files(bot)
    assert (file.name, file.content) == ("report.md", b"# Report\n")
    assert file.shared_in == [f"D{bot.ben.id}"]


async def test_what_is_posted_for_all_brings_its_document_into_the_thread(bot: Bot) -> None:
    chat = bot.platform.chat
    posted = await chat.post(bot.team.id, bot.general.id, ReportCard("Here it is."), "key")

    (file,) = files(bot)
    assert file.shared_in == [bot.general.id]
    assert bot.last.thread == posted
    found = await chat.find(
        bot.team.id, bot.general.id, "key", bot.clock.now() - timedelta(hours=1)
    )
    assert found
    assert found.message_id == posted


async def test_the_document_of_a_post_whose_reply_was_lost_follows_once_it_is_found(
    bot: Bot,
) -> None:
    chat, since = bot.platform.chat, bot.clock.now() - timedelta(hours=1)
    bot.server.inject("chat.postMessage", Fault(drop=True, after=True))
    with pytest.raises(OutcomeUnknown):
        await chat.post(bot.team.id, bot.general.id, ReportCard("Here it is."), "key")
    assert not files(bot)

    for _ in range(2):
        assert await chat.find(bot.team.id, bot.general.id, "key", since)

    (file,) = files(bot)
    assert file.shared_in == [bot.general.id]


async def test_pages_carry_pictures_for_the_home_tab_too(bot: Bot) -> None:
    await take_part(bot)
    await bot.type(bot.ben, "streak")
    file = files(bot)[0].id
    client = await bot.platform.clients.of(bot.team.id)
    block = {"type": "image", "slack_file": {"id": file}, "alt_text": "a calendar"}
    await client.views_publish(user_id=bot.ben.id, view={"type": "home", "blocks": [block]})

    assert bot.server.state.homes[bot.team.id, bot.ben.id]["blocks"] == [block]
