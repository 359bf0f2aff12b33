"""What a message can't hold, and what stands in a question's thread."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.discord.render import render_card
from bot.domain.cards import Counts, RevealCard
from bot.domain.question import Markdown
from bot.errors import OutcomeUnknown
from tests.adapters.discord.conftest import Stage, schedule_question
from tests.adapters.discord.port import KEY, find, post
from tests.adapters.discord.questions import QUESTION, make_card
from tests.fakes.discord.checks import is_hidden
from tests.fakes.discord.world import SEND_IN_THREADS, THREADS
from tests.fakes.discord_server import text_of


async def test_long_question_goes_on_in_its_thread(stage: Stage) -> None:
    server = stage.server
    code = "\n".join(f"    x{number} = {number}" for number in range(1200))
    prompt = Markdown(f"Look:\n\n```python\n{code}\n```\n\nWhat is wrong?")
    message_id = await post(stage, question=replace(QUESTION, prompt=prompt))
    thread = server.world.channels[int(message_id)]
    shown = [*server.posts(), *server.posts(thread)]
    assert len(server.posts()) == 1
    whole = "\n".join(text_of(message) for message in shown)
    assert all(f"x{number} = {number}\n" in f"{whole}\n" for number in range(1200))
    assert "What is wrong?" in whole
    assert all(text_of(message).count("```") % 2 == 0 for message in shown)


async def test_lost_page_is_sent_again_and_stays_single(stage: Stage) -> None:
    server = stage.server
    long = replace(QUESTION, prompt=Markdown("word " * 2000))
    server.fail(f"POST .*/channels/(?!{server.general.id})[0-9]+/messages$", "reply_lost", times=2)
    message_id = await post(stage, question=long)
    pages = render_card(make_card(question=long))
    assert len(server.posts(server.world.channels[int(message_id)])) == len(pages) - 1


async def test_long_question_whose_thread_fails_goes_on_below(stage: Stage) -> None:
    server = stage.server
    server.fail("POST .*/threads$", "status", status=404, code=10008)
    long = replace(QUESTION, prompt=Markdown("word " * 2000))
    await post(stage, question=long)
    assert len(server.posts()) == 3


async def test_long_question_without_threads_goes_on_below(stage: Stage) -> None:
    await stage.server.deny(stage.server.general, THREADS)
    await post(stage, question=replace(QUESTION, prompt=Markdown("word " * 2000)))
    assert len(stage.server.posts()) == 3


async def test_answer_for_all_is_hidden_in_the_thread(stage: Stage) -> None:
    server = stage.server
    assert stage.platform is not None
    guild, channel = str(server.guild.id), str(server.general.id)
    question_id = await post(stage)
    answer = replace(QUESTION, answer=Markdown("Use `a || b`.\n\n" + "why " * 2000))
    card = RevealCard(answer, "reveal-key", counts=Counts(3, 5), thread_of=question_id)
    for _ in range(2):
        await stage.platform.chat.post(guild, channel, card, "reveal-key")
    thread = server.world.channels[int(question_id)]
    shown = server.posts(thread)
    assert len(shown) == len(render_card(card))
    assert all(is_hidden(message["components"]) for message in shown)
    assert "3 answered, 5 looked." in text_of(server.posts()[0])
    assert await find(stage, "reveal-key", question_id) == shown[0]["id"]
    assert await find(stage, "reveal-key", "123") is None


async def test_the_answer_for_all_leads_to_one_s_own_streak(stage: Stage) -> None:
    server = stage.server
    question = await schedule_question(stage, reveal="thread")
    ben = server.member("ben")
    before = len(stage.handled)
    await server.react(ben, question)
    await server.until(lambda: len(stage.handled) > before)
    await stage.run_due()
    answer = await server.until(lambda: server.world.channels.get(int(question["id"])))
    (shown,) = await server.until(lambda: server.posts(answer))
    pressed = await server.answered(await server.press(ben, shown, "My streak"))
    assert "ben: 1 question day in a row" in text_of(pressed.messages[0])


async def test_answer_for_all_to_a_deleted_question(stage: Stage) -> None:
    server = stage.server
    assert stage.platform is not None
    card = RevealCard(QUESTION, KEY, counts=Counts(0, 0), thread_of="123")
    guild, channel = str(server.guild.id), str(server.general.id)
    await stage.platform.chat.post(guild, channel, card, KEY)
    (message,) = server.posts()
    assert is_hidden(message["components"])


@pytest.mark.parametrize(
    ("status", "code"), [(404, 10003), (403, 160005), (400, 50083), (403, 50013)]
)
async def test_what_the_questions_thread_takes_no_more_stands_in_the_channel(
    stage: Stage, status: int, code: int
) -> None:
    """It was deleted, locked or archived, or the bot may not write in threads."""
    server = stage.server
    assert stage.platform is not None
    question_id = await post(stage, discussion=True)
    server.fail(f"POST .*/channels/{question_id}/messages$", "status", status=status, code=code)
    card = RevealCard(QUESTION, KEY, counts=Counts(0, 0), thread_of=question_id)
    guild, channel = str(server.guild.id), str(server.general.id)
    message_id = await stage.platform.chat.post(guild, channel, card, "reveal-key")
    assert server.posts()[-1]["id"] == message_id
    assert is_hidden(server.posts()[-1]["components"])


async def test_long_question_that_may_not_go_on_in_its_thread_does_so_below(stage: Stage) -> None:
    server = stage.server
    server.guild.bot_rights &= ~SEND_IN_THREADS
    await post(stage, question=replace(QUESTION, prompt=Markdown("word " * 2000)))
    assert len(server.posts()) == 3


async def test_thread_for_discussion_is_opened_where_it_is_wanted(stage: Stage) -> None:
    server = stage.server
    post_ = await schedule_question(stage, discussion=True)
    thread = server.world.channels[int(post_["id"])]
    assert (thread.parent_id, server.posts(thread)) == (server.general.id, [])
    assert thread.name in text_of(post_)
    olga = server.member("olga")
    changed = await server.call(olga, "schedule edit", {"id": 1, "discussion": False})
    assert "thread to discuss" not in text_of((await server.answered(changed)).messages[0])
    await server.answered(await server.call(olga, "schedule run", {"id": 1}))
    await stage.run_due()
    assert int(server.posts()[-1]["id"]) not in server.world.channels


async def test_question_whose_discussion_cannot_be_opened_is_posted_all_the_same(
    stage: Stage,
) -> None:
    server = stage.server
    fault = server.fail("POST .*/threads$", "status", status=403, code=50013)
    await post(stage, discussion=True)
    assert fault.times == 0
    assert len(server.posts()) == 1


async def test_a_question_whose_reply_was_lost_gets_all_that_belongs_to_it_once_found(
    stage: Stage,
) -> None:
    server = stage.server
    long = replace(QUESTION, prompt=Markdown("word " * 2000))
    server.fail(f"POST .*/channels/{server.general.id}/messages$", "reply_lost")
    with pytest.raises(OutcomeUnknown):
        await post(stage, question=long, discussion=True)
    for _ in range(2):
        found = await find(stage)
        assert found == server.posts()[0]["id"]
    thread = server.world.channels[int(found)]
    assert len(server.posts(thread)) == len(render_card(make_card(question=long))) - 1
    await server.until(lambda: server.posts()[0].get("reactions"))


async def test_counts_stand_under_the_question_though_the_answers_reply_was_lost(
    stage: Stage,
) -> None:
    server = stage.server
    assert stage.platform is not None
    question_id = await post(stage)
    server.fail(f"POST .*/channels/{question_id}/messages$", "reply_lost")
    card = RevealCard(QUESTION, "reveal-key", counts=Counts(3, 5), thread_of=question_id)
    guild, channel = str(server.guild.id), str(server.general.id)
    with pytest.raises(OutcomeUnknown):
        await stage.platform.chat.post(guild, channel, card, "reveal-key")
    for _ in range(2):
        assert await find(stage, "reveal-key", question_id)
    assert text_of(server.posts()[0]).count("3 answered, 5 looked.") == 1
