"""Interactions and reactions from nowhere: bots, old versions, lost tokens, left servers."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from adapters.discord.chat import POINTED_AGAIN
from adapters.discord.pointing import make_pointer
from bot.domain.cards import GradeCard, MockCard, NoticeCard
from bot.services.reminding import make_reminder
from storage.adapter_words import AdapterWords
from tests.adapters.discord.conftest import Stage, find_tracebacks, schedule_question
from tests.adapters.discord.port import KEY
from tests.adapters.discord.questions import QUESTION
from tests.adapters.discord.test_render import make_cards
from tests.fakes.discord.world import SEND
from tests.fakes.discord_server import text_of


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
    for text in ("A secret.\n\nOf two parts.", "A secret.\n\nOf two parts.", "Of \x1eone."):
        await stage.platform.chat.tell(guild, str(olga.id), channel, NoticeCard(text))
    (note,) = server.posts()
    assert "A secret" not in text_of(note)
    shown = await server.answered(await server.press(olga, note, "Show"))
    said = "A secret.\n\nOf two parts.\n\nOf one."
    assert text_of(shown.messages[0]).strip() == said
    assert shown.private
    await stage.restart()
    again = await server.answered(await server.press(olga, note, "Show"))
    assert "nothing new" in text_of(again.messages[0])


async def test_a_notice_that_could_not_be_shown_waits_on(stage: Stage) -> None:
    server = stage.server
    assert stage.platform is not None
    olga = server.member("olga", manages=True)
    olga.takes_messages = False
    guild, channel = str(server.guild.id), str(server.general.id)
    await stage.platform.chat.tell(guild, str(olga.id), channel, NoticeCard("A secret."))
    (note,) = server.posts()
    fault = server.fail("POST .*/webhooks/", "status", status=401, code=50027)
    await server.press(olga, note, "Show")
    await server.until(lambda: fault.times == 0)
    await stage.restart()
    shown = await server.answered(await server.press(olga, note, "Show"))
    assert "A secret." in text_of(shown.messages[0])


async def test_a_reminder_without_direct_messages_leads_to_practice(stage: Stage) -> None:
    server = stage.server
    assert stage.platform is not None
    ben = server.member("ben")
    ben.takes_messages = False
    guild, channel = str(server.guild.id), str(server.general.id)
    await stage.platform.chat.tell(guild, str(ben.id), channel, make_reminder(3))
    (note,) = server.posts()
    assert "3" not in text_of(note).replace(str(ben.id), "")
    shown = await server.answered(await server.press(ben, note, "Practise"))
    assert "Only admins" not in text_of(shown.messages[0])
    assert shown.private


def test_whoever_filled_in_a_form_is_pointed_to_what_they_may_see() -> None:
    """The answer to a form comes as a direct message where its own way is lost."""
    cards = [*make_cards("x", 2), MockCard(QUESTION, KEY, 1, 5)]
    mine = [card for card in cards if isinstance(card, GradeCard | MockCard | NoticeCard)]
    leads = {make_pointer("1", card).buttons[0].value for card in mine}
    assert {"history", "mock"} <= leads
    assert "status" not in leads


async def test_later_news_are_pointed_to_again_and_every_admin_is(stage: Stage) -> None:
    server = stage.server
    assert stage.platform is not None
    chat = stage.platform.chat
    guild, channel = str(server.guild.id), str(server.general.id)
    pointed = []
    for hour, names in enumerate((("olga", "olga", "pia"), ("olga",))):
        chat.seconds = lambda hour=hour: hour * POINTED_AGAIN  # type: ignore[misc]
        for name in names:
            admin = server.member(name, manages=True)
            admin.takes_messages = False
            await chat.tell(guild, str(admin.id), channel, NoticeCard("A secret."))
            pointed.append(len(server.posts()))
    assert pointed == [1, 1, 2, 3]


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


async def test_what_a_bot_calls_reaches_nobody(stage: Stage) -> None:
    server = stage.server
    robot = server.world.user("robo", bot=True)
    server.guild.members[robot.id] = robot
    before = len(stage.events)
    await server.call(robot, "streak")
    ben = server.member("ben")
    await server.answered(await server.call(ben, "streak"))
    assert [event.origin.member for event in stage.events[before:]] == [str(ben.id)]


async def test_form_of_an_older_version_gets_a_sentence(stage: Stage) -> None:
    server = stage.server
    ben = server.member("ben")
    question = await schedule_question(stage)
    opened = await server.answered(await server.press(ben, question, "Answer"))
    assert opened.callback is not None
    opened.callback["data"]["custom_id"] = "something else"
    sent = await server.answered(await server.submit(ben, opened, {"text": "words"}))
    assert "older version" in text_of(sent.messages[0])


async def test_command_is_acknowledged_before_anything_is_looked_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = stage.server
    ben, free = server.member("ben"), asyncio.Event()
    recall = AdapterWords.recall

    async def recall_late(self: AdapterWords, name: str) -> str | None:
        await free.wait()
        return await recall(self, name)

    monkeypatch.setattr(AdapterWords, "recall", recall_late)
    asked = await server.call(ben, "streak", channel=server.world.direct(ben))
    await server.until(lambda: asked.is_deferred)
    free.set()
    assert "Use me in a server" in text_of((await server.answered(asked)).messages[0])


async def test_token_that_ran_out_is_met_with_silence(stage: Stage) -> None:
    server = stage.server
    ben = server.member("ben")
    fault = server.fail("POST .*/callback", "status", status=404, code=10062, times=9)
    with capture_logs() as logs:
        late = await server.call(ben, "streak")
        await server.until(lambda: fault.times == 7)
        await stage.restart()
    assert find_tracebacks(logs) == []
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


async def test_an_answer_by_command_reaches_its_member_without_a_token_too(stage: Stage) -> None:
    server = stage.server
    ben = server.member("ben")
    await schedule_question(stage)
    server.fail("POST .*/webhooks/", "status", status=401, code=50027)
    await server.call(ben, "answer", {"text": "It resolves a tree of callables."})
    (told,) = await server.until(lambda: server.told(ben))
    assert "Model answer" in text_of(told)


async def test_a_reply_that_breaks_off_leaves_no_traceback(stage: Stage) -> None:
    server = stage.server
    fault = server.fail("POST .*/webhooks/", "truncated")
    with capture_logs() as logs:
        await server.call(server.member("ben"), "streak")
        await server.until(lambda: fault.times == 0)
        await server.answered(await server.call(server.member("ben"), "help"))
    assert find_tracebacks(logs) == []
    assert "reply_not_shown" in {entry["event"] for entry in logs}


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
    assert "another channel with /fastapi-quiz schedule edit id:1" in text_of(told)
    assert told["embeds"][0]["author"]["name"] == "Acme"
    assert await stage.app.next_wake_at() is None


async def test_hello_is_said_once(stage: Stage) -> None:
    server = stage.server
    guild = await server.invite("Globex")
    channel = next(iter(guild.channels.values()))
    (hello,) = await server.until(lambda: server.posts(channel))
    assert "/fastapi-quiz schedule add" in text_of(hello).replace("\\", "")
    await stage.restart()
    before = len(stage.handled)
    await server.show_guild(guild)
    await server.until(lambda: len(stage.handled) > before)
    owner = server.member("olga", guild, manages=True)
    opened = await server.answered(await server.press(owner, hello, "Schedule"))
    assert opened.modal is not None
    assert len(server.posts(channel)) == 1


async def test_owner_is_greeted_where_the_bot_may_not_write(stage: Stage) -> None:
    """And can set a schedule from there, where Discord offers no channels to choose from."""
    server = stage.server
    channel, owen = server.general, server.world.user("owen")
    guild = server.world.add_guild("Globex", "owen")
    lobby, other = next(iter(guild.channels.values())), server.world.add_channel(guild, "quiz")
    lobby.denied = SEND
    await server.show_guild(guild)
    (hello,) = await server.until(lambda: server.told(owen))
    opened = await server.answered(await server.press(owen, hello, "Schedule"))
    assert opened.modal is not None
    link = f"https://discord.com/channels/{guild.id}/{other.id}"
    added = await server.submit(owen, opened, {"time": "09:00", "channel": link})
    assert f"<#{other.id}> at 09:00" in text_of((await server.answered(added)).messages[0])
    foreign = await server.submit(owen, opened, {"time": "09:00", "channel": str(channel.id)})
    assert "none of this server's" in text_of((await server.answered(foreign)).messages[0])
    direct = server.world.direct(owen)
    listed = await server.answered(await server.call(owen, "schedule list", channel=direct))
    assert f"<#{other.id}>" in text_of(listed.messages[0])
