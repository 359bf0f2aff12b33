"""What goes wrong between the bot and Slack, and what becomes of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from types import SimpleNamespace

import pytest
from slack_sdk.errors import SlackApiError

from adapters.slack.failures import explain
from bot.errors import NotSent
from tests.fakes.slack_bot import Bot, post_question
from tests.fakes.slack_state import BOT_SCOPES, Fault, Message
from tests.stage import RIGHT


def questions(bot: Bot) -> list[Message]:
    return [message for message in bot.messages if message.kind == "question" and not message.only]


def of_kind(bot: Bot, kind: str) -> list[Message]:
    return [message for message in bot.messages if message.kind == kind]


async def pass_time(bot: Bot, **length: int) -> None:
    """Let time pass; whatever falls due on the way is done in order."""
    target = bot.clock.now() + timedelta(**length)
    while (wake_at := await bot.app.next_wake_at()) and wake_at <= target:
        bot.clock.move_to(max(wake_at, bot.clock.now()))
        await bot.settle()
    bot.clock.move_to(target)
    await bot.settle()


POST_FAULTS = {
    "the reply is lost": Fault(drop=True, after=True),
    "neither arrives": Fault(drop=True),
    "429": Fault(status=429, retry_after=30),
    "429 without a time": Fault(status=429),
    "500": Fault(status=500),
    "503": Fault(status=503),
    "fatal_error": Fault(error="fatal_error"),
    "ratelimited": Fault(error="ratelimited"),
}


@pytest.mark.parametrize("fault", POST_FAULTS.values(), ids=POST_FAULTS.keys())
async def test_a_question_is_posted_once_whatever_the_first_try_meets(
    bot: Bot, fault: Fault
) -> None:
    await bot.type(bot.ana, "schedule add 10:05")
    bot.server.inject("chat.postMessage", fault)

    await pass_time(bot, minutes=30)

    assert len(questions(bot)) == 1


async def test_two_questions_in_one_channel_keep_to_a_message_a_second(bot: Bot) -> None:
    for _ in range(2):
        await bot.type(bot.ana, "schedule add 10:05")
    bot.server.state.limit_rate = True

    await pass_time(bot, minutes=30)

    first, second = (float(question.ts) for question in questions(bot))
    assert second - first >= 1


async def test_a_slow_slack_is_waited_for_and_gets_one_post(bot: Bot) -> None:
    await bot.type(bot.ana, "schedule add 10:05")
    bot.server.inject("chat.postMessage", Fault(delay=0.2))

    await pass_time(bot, minutes=30)

    assert len(questions(bot)) == 1


async def test_a_search_that_fails_is_repeated(bot: Bot) -> None:
    await bot.type(bot.ana, "schedule add 10:05")
    bot.server.inject("chat.postMessage", Fault(drop=True, after=True))
    bot.server.inject(
        "conversations.history", Fault(status=500), Fault(drop=True), Fault(status=429)
    )

    await pass_time(bot, hours=1)

    assert len(questions(bot)) == 1
    await bot.acts.react(bot.ben, questions(bot)[0])
    await bot.settle()
    assert bot.last.kind == "reveal"


async def test_without_the_scope_to_search_nothing_is_sent_again_and_the_admin_is_told(
    bot: Bot,
) -> None:
    bot.team.scopes = BOT_SCOPES - {"channels:history"}
    await bot.type(bot.ana, "schedule add 10:05")
    bot.server.inject("chat.postMessage", Fault(drop=True))

    await pass_time(bot, minutes=30)

    assert not questions(bot)
    assert [message.only for message in of_kind(bot, "notice")] == [bot.ana.id]


async def test_an_answer_for_all_whose_reply_is_lost_is_found_in_its_thread(bot: Bot) -> None:
    question = await post_question(bot, "reveal-after:1h")
    bot.server.inject("chat.postMessage", Fault(drop=True, after=True))

    await pass_time(bot, hours=2)

    reveals = [reveal for reveal in of_kind(bot, "reveal") if reveal.thread == question.ts]
    assert len(reveals) == 1
    assert reveals[0].only is None
    assert (question.edits, "0 answered" in str(question.blocks)) == (1, True)


async def test_the_question_shows_counts_once_its_answer_was_posted(bot: Bot) -> None:
    question = await post_question(bot, "reveal-after:1h")
    await bot.acts.react(bot.ben, question)

    await pass_time(bot, hours=2)

    assert question.edits == 1
    assert "0 answered, 1 looked" in str(question.blocks)
    assert question.metadata
    assert question.buttons


async def test_lost_rights_pause_the_schedule_and_tell_its_admin(bot: Bot) -> None:
    await bot.type(bot.ana, "schedule add 10:05")
    bot.general.members.discard(bot.team.bot_user)

    await pass_time(bot, minutes=30)

    (notice,) = of_kind(bot, "notice")
    assert notice.only == bot.ana.id
    assert "Type /invite @FastAPI Quiz in that channel. Schedule 1 is paused" in notice.text
    assert "schedule resume 1" in notice.text


async def test_an_event_that_comes_twice_counts_once(bot: Bot) -> None:
    question = await post_question(bot)
    for _ in range(2):
        await bot.acts.react(bot.ben, question, event_id="Ev1")
    await bot.settle()

    assert len(of_kind(bot, "reveal")) == 1


async def test_a_command_that_comes_twice_is_answered_once(bot: Bot) -> None:
    payload = bot.acts.slash_payload(bot.ben, bot.general.id, "topics")
    for _ in range(2):
        await bot.server.deliver("slash_commands", payload)
    await bot.settle()

    assert len(of_kind(bot, "topics")) == 1


async def test_reactions_of_bots_reveal_nothing(bot: Bot) -> None:
    question = await post_question(bot)
    robot = bot.server.add_user(bot.team, "robo", is_bot=True)
    itself = bot.team.users[bot.team.bot_user]
    for user in (robot, itself):
        await bot.acts.react(user, question)
    await bot.settle()

    assert not of_kind(bot, "reveal")


async def test_a_reaction_in_a_private_channel_reveals_too(bot: Bot) -> None:
    hidden = bot.server.add_channel(bot.team, "hidden", kind="group")
    await bot.acts.type(bot.ana, hidden.id, "schedule add 10:05")
    await bot.settle()
    await pass_time(bot, minutes=10)

    await bot.acts.react(bot.ben, questions(bot)[0])
    await bot.settle()

    assert (bot.last.kind, bot.last.channel, bot.last.shown) == ("reveal", hidden.id, True)


async def test_a_button_under_a_question_that_is_gone_gets_a_sentence(bot: Bot) -> None:
    question = await post_question(bot)
    button = dict(question.button("Reveal"), value='["reveal","gone",""]')

    await bot.server.deliver("interactive", bot.acts.press_payload(bot.ben, question, button))
    await bot.settle()

    assert (bot.last.kind, bot.last.only) == ("error", bot.ben.id)
    assert "That question is gone" in bot.last.text


async def test_a_form_sent_after_the_question_day_counts_as_late(bot: Bot) -> None:
    question = await post_question(bot, "days:mon-sun")
    await bot.acts.press(bot.ben, question, "Answer")
    await bot.settle()
    await pass_time(bot, days=1)

    await bot.acts.submit(bot.ben, {"text": "Depends resolves a tree of dependencies."})
    await bot.settle()

    (grade,) = of_kind(bot, "grade")
    assert "this question's day is over" in str(grade.blocks)


async def test_a_form_that_opens_too_late_is_explained(bot: Bot) -> None:
    question = await post_question(bot)
    bot.server.inject("views.open", Fault(error="expired_trigger_id"))

    await bot.acts.press(bot.ben, question, "Answer")
    await bot.settle()

    assert (bot.last.kind, bot.last.only) == ("notice", bot.ben.id)
    assert "again" in bot.last.text


async def test_a_response_url_that_is_used_up_is_no_dead_end(bot: Bot) -> None:
    payload = bot.acts.slash_payload(bot.ben, bot.general.id, "topics")
    payload["response_url"] = f"{bot.server.url}/respond/unknown"

    await bot.server.deliver("slash_commands", payload)
    await bot.settle()

    assert (bot.last.kind, bot.last.only, bot.last.via) == (
        "topics",
        bot.ben.id,
        "chat.postEphemeral",
    )


async def test_what_all_see_is_not_sent_again_when_slacks_answer_is_lost(bot: Bot) -> None:
    await post_question(bot)
    await bot.type(bot.ben, f"answer {RIGHT}")
    bot.server.inject("response_url", Fault(drop=True, after=True))

    await bot.type(bot.ben, "leaderboard share:yes")

    assert len(of_kind(bot, "leaderboard")) == 1


async def test_what_one_sees_comes_in_another_way_when_slack_does_not_answer(bot: Bot) -> None:
    bot.server.inject("response_url", Fault(drop=True))

    await bot.type(bot.ben, "leaderboard")

    assert [shown.only for shown in of_kind(bot, "leaderboard")] == [bot.ben.id]


async def test_where_the_bot_is_no_member_a_private_answer_goes_by_direct_message(bot: Bot) -> None:
    other = bot.server.add_channel(bot.team, "other", bot=False)
    payload = bot.acts.slash_payload(bot.ben, other.id, "topics")
    payload["response_url"] = f"{bot.server.url}/respond/unknown"

    await bot.server.deliver("slash_commands", payload)
    await bot.settle()

    assert (bot.last.kind, bot.last.channel) == ("topics", f"D{bot.ben.id}")


async def test_a_connection_that_slack_renews_loses_nothing(bot: Bot) -> None:
    first = bot.server.sockets[0]
    await bot.server.ask_to_reconnect()
    await bot.server.until(lambda: bot.server.sockets and first not in bot.server.sockets)

    await bot.type(bot.ben, "help")

    assert bot.last.kind == "help"


async def test_slack_that_does_not_answer_keeps_nobody_from_trying_again(bot: Bot) -> None:
    bot.server.state.is_out = lambda: True
    await bot.type(bot.ben, "help")
    bot.server.state.is_out = lambda: False
    await bot.type(bot.ben, "help")

    assert [message.kind for message in bot.messages] == ["help"]


RIGHTS = {
    "not a member": ("not_member", "Type /invite @FastAPI Quiz there. Nothing was changed."),
    "archived": ("archived", "is archived"),
    "unknown": ("unknown", "can't see that channel"),
}


@pytest.mark.parametrize(("state", "said"), RIGHTS.values(), ids=RIGHTS.keys())
async def test_a_schedule_in_a_channel_without_rights_is_refused_with_the_mend(
    bot: Bot, state: str, said: str
) -> None:
    other = bot.server.add_channel(bot.team, "other", bot=state != "not_member")
    other.archived = state == "archived"
    channel = "C999" if state == "unknown" else other.id

    await bot.type(bot.ana, f"schedule add 10:05 channel:&lt;#{channel}|other&gt;")
    await bot.type(bot.ana, f"schedule add 10:05 channel:<#{channel}|other>")

    assert bot.last.kind == "error"
    assert said in bot.last.text
    assert "Nothing was changed" in bot.last.text
    assert "@\u200b" not in str(bot.last.blocks), "the command is there to be copied"


async def test_a_missing_scope_is_named(bot: Bot) -> None:
    bot.team.scopes = BOT_SCOPES - {"channels:read"}

    await bot.type(bot.ana, "schedule add 10:05")

    assert "channels:read" in bot.last.text


ODD_WAITS = ["", "1.5", "-5", "9" * 30, "inf", "nan", "Wed, 21 Oct 2026 07:28:00 GMT", "\u00b2"]


@pytest.mark.parametrize("value", ODD_WAITS)
def test_whatever_retry_after_says_the_wait_is_one(value: str) -> None:
    response = SimpleNamespace(status_code=429, headers={"Retry-After": value}, data={})
    meaning = explain(SlackApiError("", response))
    assert isinstance(meaning, NotSent)
    assert timedelta(0) <= meaning.retry_after <= timedelta(hours=1)


@pytest.mark.parametrize(("asked", "waited"), [(12, 12.0), ("1.5", 1.5), ("soon", 30.0)])
async def test_a_reply_waits_as_long_as_slack_asks(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, asked: int | str, waited: float
) -> None:
    await bot.type(bot.ana, "schedule add 10:05")
    waits: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        waits.append(seconds)
        await sleep(0)

    client = await bot.platform.clients.of(bot.team.id, patient=True)
    bot.server.inject("users.info", Fault(status=429, retry_after=asked))
    monkeypatch.setattr(asyncio, "sleep", note)
    await client.users_info(user=bot.ben.id)
    assert waits == [waited]


async def test_no_reply_waits_for_an_hour(bot: Bot) -> None:
    client = await bot.platform.clients.of(bot.team.id, patient=True)
    bot.server.inject("users.info", Fault(status=429, retry_after=3_600))
    with pytest.raises(SlackApiError) as caught:
        await client.users_info(user=bot.ben.id)
    assert isinstance(explain(caught.value), NotSent)
