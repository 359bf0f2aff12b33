"""A post in doubt is looked for in a channel that is too busy for one search."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.errors import NotSent
from tests.adapters.slack.installing import engine_of
from tests.adapters.slack.test_slack_faults import pass_time, questions
from tests.fakes.slack_bot import Bot
from tests.fakes.slack_state import Fault, Message

PAGES = 4
ONE_A_LOOK = [Fault(), Fault(status=429, retry_after=60)]


def chat_on(bot: Bot, channel: str, thread: str | None = None, count: int = 200 * PAGES) -> None:
    for _ in range(count):
        bot.team.messages.append(
            Message(bot.server.state.next_ts(), bot.team.id, channel, "", [], thread=thread)
        )


async def look(bot: Bot, since: datetime, thread: str | None = None) -> str | None:
    found = await bot.platform.chat.find(bot.team.id, bot.general.id, "k1", since, thread)
    return found.message_id if found else None


async def post_late(bot: Bot, thread: str | None = None) -> str:
    client = await bot.platform.clients.of(bot.team.id)
    metadata = {"event_type": "fastapi_quiz_delivery", "event_payload": {"key": "k1"}}
    answer = await client.chat_postMessage(
        channel=bot.general.id, text="?", metadata=metadata, thread_ts=thread
    )
    return str(answer["ts"])


async def test_a_post_below_much_chat_is_found_though_slack_lets_read_one_page_a_minute(
    bot: Bot,
) -> None:
    await bot.type(bot.ana, "schedule add 10:05")
    bot.server.inject("chat.postMessage", Fault(drop=True, after=True))
    bot.clock.move_to(bot.clock.now() + timedelta(minutes=5))
    await bot.settle()
    chat_on(bot, bot.general.id)
    bot.server.inject("conversations.history", *(ONE_A_LOOK * 30))

    await pass_time(bot, hours=1)

    assert len(questions(bot)) == 1
    async with engine_of(bot).connect() as connection:
        states = await connection.execute(text("SELECT state FROM deliveries"))
        assert states.scalars().all() == ["confirmed"]


@pytest.mark.parametrize("in_thread", [False, True])
async def test_what_was_posted_since_a_search_was_broken_off_is_found(
    bot: Bot, in_thread: bool
) -> None:
    since = bot.clock.now()
    chat_on(bot, bot.general.id, count=1)
    thread = bot.team.messages[-1].ts if in_thread else None
    chat_on(bot, bot.general.id, thread)
    method = "conversations.replies" if in_thread else "conversations.history"
    bot.server.inject(method, *ONE_A_LOOK)
    with pytest.raises(NotSent):
        await look(bot, since, thread)

    posted = await post_late(bot, thread)

    assert await look(bot, since, thread) == posted


async def test_what_slack_shows_only_after_a_search_was_broken_off_is_found(bot: Bot) -> None:
    since = bot.clock.now()
    chat_on(bot, bot.general.id)
    bot.server.inject("conversations.history", *ONE_A_LOOK)
    with pytest.raises(NotSent):
        await look(bot, since)

    posted = await post_late(bot)
    shown_late = bot.team.messages.pop()
    seen_before = bot.team.messages[-10]
    shown_late.ts = f"{float(seen_before.ts) - 0.00005:.6f}"
    bot.team.messages.insert(-10, shown_late)

    assert posted != await look(bot, since) == shown_late.ts


async def test_a_search_ends_though_people_go_on_writing(bot: Bot) -> None:
    since = bot.clock.now()
    chat_on(bot, bot.general.id)
    bot.server.inject("conversations.history", *(ONE_A_LOOK * (2 * PAGES + 1)))
    for _ in range(2 * PAGES + 1):
        with pytest.raises(NotSent):
            await look(bot, since)
        bot.clock.move_to(bot.clock.now() + timedelta(minutes=1))
        chat_on(bot, bot.general.id, count=10)

    assert await look(bot, since) is None


async def test_a_place_that_slack_has_forgotten_begins_the_search_anew(bot: Bot) -> None:
    since = bot.clock.now()
    posted = await post_late(bot)
    chat_on(bot, bot.general.id)
    bot.server.inject("conversations.history", *ONE_A_LOOK, Fault(error="invalid_cursor"))
    for _ in range(2):
        with pytest.raises(NotSent):
            await look(bot, since)

    assert await look(bot, since) == posted
