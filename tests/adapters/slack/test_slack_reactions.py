"""Reactions: which count, in every kind of conversation, and each once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.fakes.slack_bot import Bot, post_question, run_bot
from tests.fakes.slack_state import Channel, Fault, Message


def reveals(bot: Bot) -> list[Message]:
    return [message for message in bot.messages if message.kind == "reveal"]


async def count_members(bot: Bot) -> int:
    async with bot.app.engine.connect() as connection:
        return int((await connection.execute(text("SELECT count(*) FROM members"))).scalar() or 0)


async def post_in(bot: Bot, channel: Channel) -> Message:
    """Schedule a question in the conversation and let its time come."""
    await bot.acts.type(bot.ana, channel.id, "schedule add 10:05")
    await bot.settle()
    bot.clock.move_to(bot.clock.now() + timedelta(minutes=5))
    await bot.settle()
    return bot.question()


@pytest.mark.parametrize("kind", ["channel", "group", "mpim", "im"])
async def test_a_reaction_reveals_in_every_kind_of_conversation(bot: Bot, kind: str) -> None:
    question = await post_in(bot, bot.server.add_channel(bot.team, "here", kind=kind))

    await bot.acts.react(bot.ben, question)
    await bot.settle()

    assert (bot.last.kind, bot.last.only, bot.last.shown) == ("reveal", bot.ben.id, True)
    assert (bot.last.channel, bot.last.thread) == (question.channel, question.ts)
    assert bot.last.button("I knew it")


@pytest.mark.parametrize("kind", ["channel", "group", "mpim", "im"])
async def test_a_lost_reply_is_found_in_every_kind_of_conversation(bot: Bot, kind: str) -> None:
    here = bot.server.add_channel(bot.team, "here", kind=kind)
    bot.server.inject("chat.postMessage", Fault(drop=True, after=True))
    question = await post_in(bot, here)
    bot.clock.move_to(bot.clock.now() + timedelta(minutes=2))
    await bot.settle()

    await bot.acts.react(bot.ben, question)
    await bot.settle()

    assert [message.kind for message in bot.messages if not message.only].count("question") == 1
    assert len(reveals(bot)) == 1


async def test_a_thread_schedule_reveals_once_for_all(bot: Bot) -> None:
    question = await post_question(bot, "reveal:thread")

    for user in (bot.ben, bot.ana):
        await bot.acts.react(user, question)
    await bot.settle()

    (reveal,) = reveals(bot)
    assert (reveal.only, reveal.thread) == (None, question.ts)


async def test_a_reaction_to_a_message_from_before_a_restart_reveals(bot: Bot) -> None:
    question = await post_question(bot)
    second = await bot.start_process()

    await second.acts.react(bot.ben, question)
    await second.settle()
    await second.stop()

    assert [reveal.only for reveal in reveals(bot)] == [bot.ben.id]


async def test_reactions_that_are_none_of_ours_ask_nobody_and_make_no_member(bot: Bot) -> None:
    question = await post_question(bot)
    by_ben = Message("1.000001", bot.team.id, bot.general.id, "Lunch?", [])
    members = await count_members(bot)
    bot.server.state.calls.clear()

    await bot.acts.react(bot.ben, question, "tada")
    await bot.acts.react(bot.ben, by_ben, "bulb")
    await bot.acts.react(bot.ben, by_ben, "bulb", author=bot.ben.id)
    await bot.acts.react(bot.team.users[bot.team.bot_user], question)
    await bot.settle()

    assert bot.server.state.calls == []
    assert await count_members(bot) == members
    assert not reveals(bot)


async def test_a_reaction_by_the_bot_or_to_somebody_else_s_words_reveals_nothing(bot: Bot) -> None:
    itself = bot.team.users[bot.team.bot_user]
    itself.is_bot = False  # whatever Slack says of its user
    question = await post_question(bot)

    await bot.acts.react(itself, question)
    await bot.acts.react(bot.ben, question, author=bot.ana.id)
    await bot.settle()

    assert not reveals(bot)


async def test_a_skin_tone_is_the_same_emoji(bot: Bot) -> None:
    question = await post_question(bot)

    await bot.acts.react(bot.ben, question, "bulb::skin-tone-2")
    await bot.settle()

    assert len(reveals(bot)) == 1


@pytest.fixture
async def two(tmp_path: Path, database_url: str) -> AsyncIterator[tuple[Bot, Bot]]:
    """Two processes by HTTP on the same database; requests go to the second."""
    async with run_bot(tmp_path, "http", database_url) as first:
        second = await first.start_process()
        yield first, second
        await second.stop()


async def test_an_event_that_comes_to_two_processes_counts_once(two: tuple[Bot, Bot]) -> None:
    first, second = two
    question = await post_question(second)
    joined = {
        "type": "member_joined_channel",
        "user": first.team.bot_user,
        "channel": first.general.id,
    }
    assert first.web
    assert second.web
    for bot in (first, second):
        bot.server.events_url = f"{bot.web.url}/slack/events" if bot.web else None
        await bot.acts.react(bot.ben, question, event_id="Ev1")
        await bot.acts.send_event(joined, "Ev2")
    await first.settle()
    await second.settle()

    assert len(reveals(first)) == 1
    hellos = [m for m in first.messages if m.kind == "notice" and m.only is None]
    assert len(hellos) == 1


async def test_an_event_that_comes_again_after_a_restart_counts_once(bot: Bot) -> None:
    question = await post_question(bot)
    await bot.acts.react(bot.ben, question, event_id="Ev1")
    await bot.settle()
    second = await bot.start_process()

    await second.acts.react(bot.ben, question, event_id="Ev1")
    await second.settle()
    await second.stop()

    assert len(reveals(bot)) == 1


async def test_events_are_forgotten_after_a_day(bot: Bot) -> None:
    question = await post_question(bot)
    await bot.acts.react(bot.ben, question, event_id="Ev1")
    await bot.settle()
    bot.clock.move_to(bot.clock.now() + timedelta(days=2))
    await bot.acts.react(bot.ana, question, event_id="Ev2")
    await bot.settle()

    async with bot.app.engine.connect() as connection:
        kept = (await connection.execute(text("SELECT count(*) FROM received_events"))).scalar()
    assert kept == 1


async def test_a_workspace_chooses_its_reaction(bot: Bot) -> None:
    await bot.type(bot.ana, "emoji :eyes:")
    question = await post_question(bot)

    for emoji in ("bulb", "eyes"):
        await bot.acts.react(bot.ben, question, emoji)
        await bot.settle()

    assert len(reveals(bot)) == 1
    assert "'type': 'emoji', 'name': 'eyes'" in str(question.blocks)
    assert "React with :eyes:" in question.text


async def test_a_reaction_may_have_a_name_in_any_script(bot: Bot) -> None:
    """Workspaces name their own emoji."""
    await bot.type(bot.ana, "emoji :確認:")
    assert ":確認:" in bot.last.text
    question = await post_question(bot)
    await bot.acts.react(bot.ben, question, "確認")
    await bot.settle()

    assert len(reveals(bot)) == 1
    assert "'type': 'emoji', 'name': '確認'" in str(question.blocks)


@pytest.mark.parametrize(("typed", "comes"), [(":thumbsup:", "+1"), (":+1:", "thumbsup")])
async def test_a_thumb_has_two_names(bot: Bot, typed: str, comes: str) -> None:
    await bot.type(bot.ana, f"emoji {typed}")
    question = await post_question(bot)
    await bot.acts.react(bot.ben, question, f"{comes}::skin-tone-4")
    await bot.settle()

    assert len(reveals(bot)) == 1


async def test_members_who_react_at_once_see_one_note_at_the_head_of_the_thread(bot: Bot) -> None:
    question = await post_question(bot)
    bot.server.inject("conversations.replies", Fault(delay=0.3), Fault(delay=0.3))

    await asyncio.gather(*(bot.acts.react(user, question) for user in (bot.ana, bot.ben)))
    await bot.settle()

    notes = [message for message in bot.messages if message.thread and not message.only]
    assert (len(notes), len(reveals(bot))) == (1, 2)
    assert [name for name, _ in bot.server.state.calls].count("conversations.replies") == 1
