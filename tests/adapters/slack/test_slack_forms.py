"""Forms as modals, and the bot's first words."""

from __future__ import annotations

import pytest

from tests.fakes.slack_bot import Bot, post_question
from tests.fakes.slack_state import Fault


async def open_schedule_form(bot: Bot) -> None:
    await bot.type(bot.ana, "help")
    await bot.acts.press(bot.ana, bot.last, "Schedule")
    await bot.settle()


async def test_a_schedule_is_made_by_a_form(bot: Bot) -> None:
    await open_schedule_form(bot)
    view = bot.acts.open_view(bot.ana)
    assert view
    kinds = {
        block["block_id"]: block["element"]["type"]
        for block in view["blocks"]
        if "element" in block
    }
    assert (kinds["time"], kinds["channel"]) == ("timepicker", "conversations_select")
    assert "A daily question" not in str(view["blocks"]), "the title says it already"

    await bot.acts.submit(bot.ana, {"time": "09:30", "channel": bot.general.id, "level": "5-year"})
    await bot.settle()

    assert (bot.last.kind, bot.last.only) == ("schedule", bot.ana.id)
    assert "09:30" in bot.last.text
    assert "5-year" in bot.last.text


async def test_notifications_name_the_channel_of_a_schedule(bot: Bot) -> None:
    await bot.type(bot.ana, "schedule add 09:30")

    assert f"<#{bot.general.id}> at 09:30" in bot.last.text


async def test_a_field_at_fault_is_named_in_the_form_which_stays_open(bot: Bot) -> None:
    await open_schedule_form(bot)

    answer = await bot.acts.submit(bot.ana, {"time": "09:30", "tz": "Nowhere"})

    assert answer["response_action"] == "errors"
    assert list(answer["errors"]) == ["tz"]
    assert "is not a time zone" in answer["errors"]["tz"]
    assert bot.acts.open_view(bot.ana)
    await bot.acts.submit(bot.ana, {"time": "09:30", "tz": "Europe/Berlin"})
    await bot.settle()
    assert bot.last.kind == "schedule"


async def test_a_channel_without_the_bot_is_named_in_the_form(bot: Bot) -> None:
    other = bot.server.add_channel(bot.team, "other", bot=False)
    await open_schedule_form(bot)

    answer = await bot.acts.submit(bot.ana, {"time": "09:30", "channel": other.id})

    assert "/invite @FastAPI Quiz" in answer["errors"]["channel"]


async def test_the_form_begins_with_the_admins_own_zone(bot: Bot) -> None:
    await open_schedule_form(bot)
    view = bot.acts.open_view(bot.ana)
    assert view
    elements = {
        block["block_id"]: block["element"] for block in view["blocks"] if "element" in block
    }

    assert elements["tz"]["initial_value"] == "Europe/Berlin"
    assert elements["topic"]["type"] == elements["level"]["type"] == "static_select"
    assert "see `topics`" not in str(view), "they are listed in the form"
    assert elements["channel"]["default_to_current_conversation"]


async def test_who_may_not_is_told_before_they_fill_in_a_form(bot: Bot) -> None:
    await bot.type(bot.ana, "help")
    bot.ana.is_admin = False
    await bot.acts.press(bot.ana, bot.last, "Schedule")
    await bot.settle()

    assert not bot.acts.open_view(bot.ana)
    assert "Only admins" in bot.last.text


async def test_who_may_not_any_more_is_told_in_the_form(bot: Bot) -> None:
    await open_schedule_form(bot)
    bot.ana.is_admin = False

    answer = await bot.acts.submit(bot.ana, {"time": "09:30"})

    assert "Only admins" in answer["errors"]["time"]


async def test_settings_are_changed_by_a_form_that_holds_what_they_are(bot: Bot) -> None:
    await bot.type(bot.ben, "settings reminders:18:30 away-until:2026-01-09")
    await bot.acts.press(bot.ben, bot.last, "Change settings")
    await bot.settle()
    view = bot.acts.open_view(bot.ben)
    assert view
    held = {block["block_id"]: block["element"] for block in view["blocks"] if "element" in block}
    assert held["reminders"]["initial_value"] == "18:30"
    assert held["away-until"]["initial_date"] == "2026-01-09"

    await bot.acts.submit(bot.ben, {"level": "fresher", "leaderboard": "no", "reminders": "no"})
    await bot.settle()

    assert "Level: fresher" in bot.last.text
    assert "On the leaderboard: no" in bot.last.text
    assert "Reminders: no" in bot.last.text


async def test_the_form_of_an_answer_shows_the_question_that_it_covers(bot: Bot) -> None:
    question = await post_question(bot)
    await bot.acts.press(bot.ben, question, "Answer")
    await bot.settle()
    view = bot.acts.open_view(bot.ben)
    assert view
    asked = [block["elements"] for block in view["blocks"] if block["type"] == "rich_text"]
    posted = [block["elements"] for block in question.blocks if block["type"] == "rich_text"]
    assert asked[1:] == posted


async def test_fields_have_a_name_and_a_help_unless_there_is_just_one(bot: Bot) -> None:
    await bot.type(bot.ana, "questions import")
    view = bot.acts.open_view(bot.ana)
    assert view
    assert view["title"]["text"] == "Import a pack"
    words = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
    assert words["text"]["label"]["text"] == "Text"
    assert words["text"]["hint"]["text"] == "or what would stand in the file"


async def test_an_empty_answer_is_refused_in_the_form(bot: Bot) -> None:
    question = await post_question(bot)
    await bot.acts.press(bot.ben, question, "Answer")
    await bot.settle()

    answer = await bot.acts.submit(bot.ben, {"text": "  "})

    assert "There is no answer in that" in answer["errors"]["text"]


async def invite(bot: Bot, event_id: str = "") -> None:
    event = {"type": "member_joined_channel", "user": bot.team.bot_user, "channel": bot.general.id}
    await bot.acts.send_event(event, event_id)
    await bot.settle()


async def test_invited_it_says_hello_once_with_a_schedule_button(bot: Bot) -> None:
    await invite(bot, "Ev7")
    await invite(bot, "Ev7")

    (hello,) = bot.messages
    assert (hello.kind, hello.only, hello.channel) == ("notice", None, bot.general.id)
    await bot.acts.press(bot.ana, hello, "Schedule")
    await bot.settle()
    assert bot.acts.open_view(bot.ana)


async def test_others_may_come_in_without_a_word(bot: Bot) -> None:
    event = {"type": "member_joined_channel", "user": bot.ben.id, "channel": bot.general.id}
    await bot.acts.send_event(event)
    await bot.settle()

    assert not bot.messages


async def test_removed_from_the_channel_its_schedules_pause_and_their_admin_is_told(
    bot: Bot,
) -> None:
    await post_question(bot)
    bot.general.members.discard(bot.team.bot_user)
    for event in (
        {"type": "channel_left", "channel": bot.general.id},
        {"type": "member_left_channel", "user": bot.team.bot_user, "channel": bot.general.id},
    ):
        await bot.acts.send_event(event)
    await bot.settle()

    notices = [message for message in bot.messages if message.kind == "notice"]
    assert [notice.only for notice in notices] == [bot.ana.id]
    assert "was removed from the channel" in notices[0].text
    await bot.type(bot.ana, "schedule list")
    assert "paused" in bot.last.text


@pytest.mark.parametrize(
    ("kind", "who"),
    [
        ("channel_left", "actor_id"),
        ("member_left_channel", "user"),
        ("channel_archive", "actor_id"),
    ],
)
async def test_what_is_told_late_of_a_channel_that_the_bot_is_in_again_pauses_nothing(
    bot: Bot, kind: str, who: str
) -> None:
    """Slack sends an event again for an hour where nobody answered."""
    await post_question(bot)
    event = {"type": kind, who: bot.team.bot_user, "channel": bot.general.id}
    await bot.acts.send_event(event, happened_at=bot.clock.now().timestamp() - 600)
    await bot.settle()

    await bot.type(bot.ana, "schedule list")
    assert "paused" not in bot.last.text


async def test_a_loss_that_slack_is_not_asked_about_is_believed(bot: Bot) -> None:
    await post_question(bot)
    bot.server.inject("conversations.info", Fault(status=500))
    await bot.acts.send_event({"type": "channel_left", "channel": bot.general.id})
    await bot.settle()

    await bot.type(bot.ana, "schedule list")
    assert "paused" in bot.last.text


async def test_others_may_leave_and_nothing_pauses(bot: Bot) -> None:
    await post_question(bot)
    event = {"type": "member_left_channel", "user": bot.ben.id, "channel": bot.general.id}
    await bot.acts.send_event(event)
    await bot.settle()

    await bot.type(bot.ana, "schedule list")
    assert "paused" not in bot.last.text


async def test_an_archived_channel_pauses_too(bot: Bot) -> None:
    await post_question(bot)
    bot.general.archived = True
    await bot.acts.send_event({"type": "channel_archive", "channel": bot.general.id})
    await bot.settle()

    await bot.type(bot.ana, "schedule list")
    assert "The channel was archived" in bot.last.text


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(error="expired_trigger_id"), "did not open the form in time. Press the button"),
        (Fault(status=429, retry_after=1), "Slack asks to wait. Press the button"),
        (Fault(error="invalid_arguments"), 'Slack refuses that ("invalid_arguments")'),
    ],
    ids=["late", "too often", "refused"],
)
async def test_why_a_form_does_not_open_is_told(bot: Bot, fault: Fault, said: str) -> None:
    question = await post_question(bot)
    bot.server.inject("views.open", fault)
    await bot.acts.press(bot.ben, question, "Answer")
    await bot.settle()
    assert said in bot.last.text
    assert bot.last.only == bot.ben.id
