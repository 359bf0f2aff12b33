"""Requests that fail, rights that lack, and interactions that come from nowhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.discord.render import render_card
from bot.domain.cards import Counts, NoticeCard, RevealCard
from bot.domain.question import Markdown
from bot.errors import ChatError, NotSent, OutcomeUnknown, Rejected, RejectReason
from tests.adapters.discord.conftest import Stage, schedule_question
from tests.adapters.discord.questions import QUESTION, make_card
from tests.fakes.discord.checks import is_hidden
from tests.fakes.discord.world import EMBED, HISTORY, SEND, THREADS, VIEW
from tests.fakes.discord_server import find_button, text_of

POST = "POST .*/channels/[0-9]+/messages$"
KEY = "abcdefghijklmnopqrst"


async def post(stage: Stage, key: str = KEY, **changes: Any) -> str:
    """Post a question through the port."""
    assert stage.platform is not None
    guild, channel = str(stage.server.guild.id), str(stage.server.general.id)
    return await stage.platform.chat.post(guild, channel, make_card(key=key, **changes), key)


async def find(stage: Stage, key: str = KEY, thread_of: str | None = None) -> str | None:
    """Look for a post by its key."""
    assert stage.platform is not None
    guild, channel = str(stage.server.guild.id), str(stage.server.general.id)
    since = stage.clock.now() - timedelta(minutes=2)
    found = await stage.platform.chat.find(guild, channel, key, since, thread_of)
    return found.message_id if found else None


@pytest.mark.parametrize("kind", ["limited", "limited_all"])
async def test_rate_limits_are_waited_out(stage: Stage, kind: str) -> None:
    fault = stage.server.fail(POST, kind, times=2)
    await post(stage)
    assert fault.times == 0
    assert len(stage.server.posts()) == 1


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "blocked"}, NotSent),
        ({"kind": "limited", "wait": 3600.0}, NotSent),
        ({"kind": "status", "status": 503}, OutcomeUnknown),
        ({"kind": "dropped"}, OutcomeUnknown),
        ({"kind": "reply_lost"}, OutcomeUnknown),
        ({"kind": "status", "status": 401}, Rejected),
        ({"kind": "status", "status": 400, "code": 50035}, Rejected),
    ],
)
async def test_what_a_failed_post_means(
    stage: Stage, fault: dict[str, Any], expected: type[ChatError]
) -> None:
    stage.server.fail(POST, **fault)
    with pytest.raises(expected):
        await post(stage)


async def test_lost_reply_is_found_by_its_key(stage: Stage) -> None:
    server = stage.server
    server.fail(POST, "reply_lost")
    with pytest.raises(OutcomeUnknown):
        await post(stage)
    assert await find(stage) == server.posts()[0]["id"]
    assert await find(stage, "another") is None


async def test_the_same_key_is_posted_once(stage: Stage) -> None:
    assert await post(stage) == await post(stage)
    assert len(stage.server.posts()) == 1


async def test_server_error_is_tried_again_with_the_same_nonce(stage: Stage) -> None:
    stage.server.fail(POST, "status", status=502)
    await post(stage)
    posts = [c for c in stage.server.rest.calls if c.path.endswith("/messages")]
    assert [call.body["nonce"] for call in posts] == [KEY, KEY]
    assert all(call.body["enforce_nonce"] for call in posts)


@pytest.mark.parametrize("right", [VIEW, SEND, EMBED])
async def test_post_without_rights_names_the_mend(stage: Stage, right: int) -> None:
    await stage.server.deny(stage.server.general, right)
    with pytest.raises(Rejected) as refused:
        await post(stage)
    assert refused.value.reason is RejectReason.NO_RIGHTS
    assert "Send Messages" in refused.value.mend


async def test_missing_rights_are_named_one_by_one(stage: Stage) -> None:
    server = stage.server
    olga = server.member("olga", manages=True)
    await server.deny(server.general, EMBED | THREADS)
    refused = await server.answered(await server.call(olga, "schedule add", {"time": "09:00"}))
    assert "lacks the permissions Embed Links, Create Public Threads" in text_of(
        refused.messages[0]
    )


async def test_rights_are_those_of_this_moment(stage: Stage) -> None:
    """And not what the gateway told some time ago, or never did."""
    server = stage.server
    assert stage.platform is not None
    guild, channel = str(server.guild.id), server.general
    missing_rights = stage.platform.chat.missing_rights
    assert await missing_rights(guild, str(channel.id)) is None
    channel.denied = HISTORY
    assert "Read Message History in #general" in str(await missing_rights(guild, str(channel.id)))
    channel.denied = VIEW
    assert "View Channel" in str(await missing_rights(guild, str(channel.id)))
    other = server.world.add_channel(server.world.add_guild("Globex"), "there")
    assert "another server" in str(await missing_rights(guild, str(other.id)))
    assert "Invite it again" in str(await missing_rights("1", str(channel.id)))


async def test_channel_that_cannot_be_read_proves_nothing(stage: Stage) -> None:
    await stage.server.deny(stage.server.general, HISTORY)
    with pytest.raises(Rejected):
        await find(stage)


async def test_deleted_channel(stage: Stage) -> None:
    server = stage.server
    del server.world.channels[server.general.id]
    with pytest.raises(Rejected) as refused:
        await post(stage)
    assert refused.value.reason is RejectReason.CHANNEL_GONE
    assert await find(stage) is None


async def test_too_many_refusals_stop_the_bot_before_discord_does(stage: Stage) -> None:
    assert stage.platform is not None
    for _ in range(5000):
        stage.platform.chat._pacer.note_status(403)
    with pytest.raises(NotSent, match="pauses"):
        await post(stage)
    assert stage.server.posts() == []


async def test_what_discord_refuses_is_counted_wherever_it_was_asked(stage: Stage) -> None:
    server = stage.server
    assert stage.platform is not None
    invalid = stage.platform.chat._pacer._invalid
    server.fail(POST, "status", status=403)
    with pytest.raises(Rejected):
        await post(stage)
    fault = server.fail("POST .*/webhooks/", "status", status=401)
    await server.call(server.member("ben"), "streak")
    await server.until(lambda: fault.times == 0)
    await server.answered(await server.call(server.member("ben"), "help"))
    assert len(invalid) == 2
    server.fail(POST, "limited")
    await post(stage)
    assert len(invalid) == 3


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


async def test_answer_for_all_to_a_deleted_question(stage: Stage) -> None:
    server = stage.server
    assert stage.platform is not None
    card = RevealCard(QUESTION, KEY, counts=Counts(0, 0), thread_of="123")
    guild, channel = str(server.guild.id), str(server.general.id)
    await stage.platform.chat.post(guild, channel, card, KEY)
    (message,) = server.posts()
    assert is_hidden(message["components"])


async def test_member_without_direct_messages_is_pointed_to_the_button(stage: Stage) -> None:
    server = stage.server
    question = await schedule_question(stage)
    before = len(server.posts())
    for name in ("ben", "cleo"):
        server.member(name).takes_messages = False
        await server.react(server.member(name), question)
    await server.until(lambda: len(stage.events) and len(server.posts()) > before)
    await stage.restart()
    note = server.posts()[-1]
    assert len(server.posts()) == before + 1
    assert "takes no direct messages" in text_of(note)
    ben = server.member("ben")
    shown = await server.answered(await server.press(ben, note, "Reveal"))
    assert "Answer: " in text_of(shown.messages[0])
    assert shown.private


async def test_notice_to_an_admin_without_direct_messages_stays_private(stage: Stage) -> None:
    server = stage.server
    assert stage.platform is not None
    olga = server.member("olga", manages=True)
    olga.takes_messages = False
    guild, channel = str(server.guild.id), str(server.general.id)
    await stage.platform.chat.tell(guild, str(olga.id), channel, NoticeCard("A secret."))
    (note,) = server.posts()
    assert "A secret" not in text_of(note)
    assert find_button(note, "Status")


async def test_bots_and_other_messages_are_ignored(stage: Stage) -> None:
    server = stage.server
    question = await schedule_question(stage)
    before = len(stage.events)
    robot = server.world.user("robo", bot=True)
    await server.react(robot, question)
    foreign = server.world.put_message(server.general, {"content": "hi"}, server.member("ben"))
    await server.react(server.member("ben"), foreign)
    await server.react(server.member("cleo"), question, bare=True)
    await server.until(lambda: server.told(server.member("cleo")))
    assert [event.origin.is_bot for event in stage.events[before:]] == [True, False]
    assert server.told(server.member("ben")) == []
    assert server.told(robot) == []


@pytest.mark.parametrize(
    ("custom_id", "said"),
    [
        ("nothing of ours", "older version"),
        ("fq:dance::", "older version"),
        (f"fq:answer:{KEY}:", "That question is gone"),
        (f"fq:reveal:{KEY}:", "That question is gone"),
        ("fq:rate::knew", "no question in this channel"),
        ("fq:form::no such form", "older version"),
    ],
)
async def test_unknown_component_gets_a_sentence(stage: Stage, custom_id: str, said: str) -> None:
    server = stage.server
    ben = server.member("ben")
    button = {"type": 2, "style": 2, "label": "x", "custom_id": custom_id}
    rows = [{"type": 1, "components": [button]}]
    old = server.world.put_message(server.general, {"components": rows}, server.world.bot)
    pressed = await server.answered(await server.press(ben, old, "x"))
    assert said in text_of(pressed.messages[0])


async def test_form_of_an_older_version_gets_a_sentence(stage: Stage) -> None:
    server = stage.server
    ben = server.member("ben")
    question = await schedule_question(stage)
    opened = await server.answered(await server.press(ben, question, "Answer"))
    assert opened.callback is not None
    opened.callback["data"]["custom_id"] = "something else"
    sent = await server.answered(await server.submit(ben, opened, {"text": "words"}))
    assert "older version" in text_of(sent.messages[0])


async def test_token_that_ran_out_is_met_with_silence(stage: Stage) -> None:
    server = stage.server
    ben = server.member("ben")
    fault = server.fail("POST .*/callback", "status", status=404, code=10062, times=9)
    late = await server.call(ben, "streak")
    await server.until(lambda: fault.times == 7)
    await stage.restart()
    assert late.messages == []
    assert server.told(ben) == []


async def test_token_that_ran_out_while_the_core_thought(stage: Stage) -> None:
    """After a quarter of an hour nothing can be shown: silence, but an answer is told."""
    server = stage.server
    ben = server.member("ben")
    question = await schedule_question(stage)
    opened = await server.answered(await server.press(ben, question, "Answer"))
    fault = server.fail("POST .*/webhooks/", "status", status=401, code=50027, times=2)
    asked = await server.call(ben, "streak")
    await server.until(lambda: fault.times == 1)
    await server.submit(ben, opened, {"text": "It resolves a tree of callables."})
    (told,) = await server.until(lambda: server.told(ben))
    assert "Model answer" in text_of(told)
    assert asked.messages == []


async def test_question_whose_message_was_deleted(stage: Stage) -> None:
    """What was under way goes on: the delivery is known, whatever became of its message."""
    server = stage.server
    ben = server.member("ben")
    question = await schedule_question(stage)
    opened = await server.answered(await server.press(ben, question, "Answer"))
    del server.general.messages[int(question["id"])]
    graded = await server.submit(ben, opened, {"text": "It resolves a tree of callables."})
    assert "Model answer" in text_of((await server.answered(graded)).messages[0])
    shown = await server.answered(await server.press(ben, question, "Reveal"))
    assert "Answer: " in text_of(shown.messages[0])
    await server.react(server.member("cleo"), question)
    await server.until(lambda: server.told(server.member("cleo")))


async def test_reaction_in_a_left_server_is_met_with_silence_or_the_answer(stage: Stage) -> None:
    server = stage.server
    question = await schedule_question(stage)
    await server.remove(server.guild)
    ben = server.member("ben")
    ben.takes_messages = False
    channel = server.general
    server.world.channels[channel.id] = channel
    await server.react(ben, question)
    server.world.channels.pop(channel.id)
    asked = await server.answered(await server.call(ben, "help"))
    assert "FastAPI Quiz" in text_of(asked.messages[0])
    assert server.told(ben) == []


async def test_answer_whose_token_ran_out_is_graded_and_told(stage: Stage) -> None:
    server = stage.server
    ben = server.member("ben")
    question = await schedule_question(stage)
    opened = await server.answered(await server.press(ben, question, "Answer"))
    server.fail("POST .*/callback", "status", status=404, code=10062, times=9)
    await server.submit(ben, opened, {"text": "It resolves a tree of callables."})
    (told,) = await server.until(lambda: server.told(ben))
    assert "Model answer" in text_of(told)


async def test_command_of_a_left_server_is_answered_or_silent(stage: Stage) -> None:
    server = stage.server
    await server.remove(server.guild)
    ben = server.member("ben")
    asked = await server.answered(await server.call(ben, "help"))
    assert "FastAPI Quiz" in text_of(asked.messages[0])


async def test_left_server_and_deleted_channel_pause_schedules(stage: Stage) -> None:
    server = stage.server
    assert stage.app is not None
    await schedule_question(stage)
    olga = server.member("olga")
    await server.delete_channel(server.general)
    await server.until(lambda: "AccessLost" in {type(e).__name__ for e in stage.events})
    await stage.restart()
    await stage.run_due()
    (told,) = await server.until(lambda: server.told(olga))
    assert "The channel was deleted. Schedule 1 is paused" in text_of(told)
    assert await stage.app.next_wake_at() is None


async def test_hello_is_said_once(stage: Stage) -> None:
    server = stage.server
    guild = await server.invite("Globex")
    channel = next(iter(guild.channels.values()))
    (hello,) = await server.until(lambda: server.posts(channel))
    assert "/fastapi-quiz schedule add" in text_of(hello).replace("\\", "")
    await stage.restart()
    owner = server.member("olga", guild, manages=True)
    opened = await server.answered(await server.press(owner, hello, "Schedule"))
    assert opened.modal is not None
    assert len(server.posts(channel)) == 1


async def test_rights_lost_meanwhile_count_in_a_direct_message(stage: Stage) -> None:
    server = stage.server
    olga, ana = server.member("olga"), server.member("ana", manages=True)
    await schedule_question(stage)
    await server.answered(await server.call(ana, "schedule list"))
    server.guild.managers.discard(ana.id)
    direct = server.world.direct(ana)
    refused = await server.answered(
        await server.call(ana, "schedule pause", {"id": 1}, channel=direct)
    )
    assert "Only admins" in text_of(refused.messages[0])
    direct = server.world.direct(olga)
    allowed = await server.answered(
        await server.call(olga, "schedule pause", {"id": 1}, channel=direct)
    )
    assert "is paused" in text_of(allowed.messages[0])


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
