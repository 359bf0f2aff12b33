"""The app's Home tab."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.slack_bot import Bot, post_question
from tests.fakes.slack_limits import all_text
from tests.fakes.slack_state import Message, User


async def open_home(bot: Bot, user: User) -> dict[str, Any]:
    await bot.acts.send_event({"type": "app_home_opened", "user": user.id, "tab": "home"})
    await bot.settle()
    return bot.server.state.homes[bot.team.id, user.id]


def text_of(bot: Bot, user: User) -> str:
    return all_text(bot.server.state.homes[bot.team.id, user.id]["blocks"])


async def press_home(bot: Bot, user: User, label: str, **more: str) -> None:
    """Press a button on the page: such a payload has no channel, message or response URL.

    `more` stands in its view.
    """
    view = bot.server.state.homes[bot.team.id, user.id]
    page = Message("", bot.team.id, "", "", view["blocks"])
    payload = bot.acts.press_payload(user, page, page.button(label))
    del payload["response_url"], payload["channel"], payload["message"]
    payload["container"] = {"type": "view", "view_id": "V1"}
    payload["view"] = {"id": "V1", "type": "home", **more}
    await bot.server.deliver("interactive", payload)
    await bot.settle()


async def test_a_member_sees_their_streak_and_settings(bot: Bot) -> None:
    text = all_text((await open_home(bot, bot.ben))["blocks"])

    assert "ben: 0 question days in a row" in text
    assert "Your settings" in text
    assert "Schedules" not in text


async def test_the_streak_comes_with_its_calendar(bot: Bot) -> None:
    question = await post_question(bot)
    await bot.acts.react(bot.ben, question)
    await bot.settle()

    view = await open_home(bot, bot.ben)

    (picture,) = [block for block in view["blocks"] if block["type"] == "image"]
    assert picture["slack_file"]["id"] in bot.server.state.files
    assert picture["alt_text"]


async def test_an_admin_sees_schedules_missed_posts_and_the_queue(bot: Bot) -> None:
    await post_question(bot)
    bot.general.members.discard(bot.team.bot_user)
    bot.clock.move_to(bot.clock.now() + timedelta(days=1))
    await bot.settle()
    bot.general.members.add(bot.team.bot_user)
    await bot.type(bot.ben, "suggest question:Why? answer:Because. level:fresher topic:routing")

    text = all_text((await open_home(bot, bot.ana))["blocks"])

    assert "10:05 mon-fri" in text
    assert "failed. The bot is not in the channel" in text
    assert "1 item waiting for you." in text
    assert "Open the queue" in text


async def test_due_reviews_are_counted_and_begun_from_the_page(bot: Bot) -> None:
    assert "nothing to practise yet" in all_text((await open_home(bot, bot.ben))["blocks"])
    question = await post_question(bot)
    await bot.acts.react(bot.ben, question)
    await bot.settle()
    await bot.acts.press(bot.ben, bot.last, "Not yet")
    await bot.settle()
    bot.clock.move_to(bot.clock.now() + timedelta(days=3))

    assert "1 review is due." in all_text((await open_home(bot, bot.ben))["blocks"])
    await press_home(bot, bot.ben, "Practise")
    assert (bot.last.kind, bot.last.channel) == ("question", f"D{bot.ben.id}")


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("A question for me", "question"),
        ("Leaderboard", "leaderboard"),
        ("Help", "help"),
        ("Drill", "question"),
    ],
)
async def test_its_buttons_answer_by_direct_message(bot: Bot, label: str, kind: str) -> None:
    await open_home(bot, bot.ben)

    await press_home(bot, bot.ben, label)

    assert (bot.last.kind, bot.last.channel) == (kind, f"D{bot.ben.id}")


@pytest.mark.parametrize(
    ("label", "title"),
    [
        ("Suggest a question", "Suggest a question"),
        ("Change settings", "Your settings"),
        ("New schedule", "A daily question"),
    ],
)
async def test_its_buttons_open_forms(bot: Bot, label: str, title: str) -> None:
    await open_home(bot, bot.ana)

    await press_home(bot, bot.ana, label)

    view = bot.acts.open_view(bot.ana)
    assert view
    assert view["title"]["text"] == title


async def test_a_schedule_from_the_page_needs_a_channel(bot: Bot) -> None:
    await open_home(bot, bot.ana)
    await press_home(bot, bot.ana, "New schedule")
    view = bot.acts.open_view(bot.ana)
    assert view
    (channel,) = [block for block in view["blocks"] if block["block_id"] == "channel"]
    assert not channel["optional"]
    assert "here" not in channel["hint"]["text"].split()


async def test_the_queue_opens_from_the_page(bot: Bot) -> None:
    await bot.type(bot.ben, "suggest question:Why? answer:Because. level:fresher topic:routing")
    await open_home(bot, bot.ana)

    await press_home(bot, bot.ana, "Open the queue")

    assert (bot.last.kind, bot.last.channel) == ("queue", f"D{bot.ana.id}")


async def test_a_schedule_is_paused_and_goes_on_from_the_page(bot: Bot) -> None:
    await post_question(bot)
    await open_home(bot, bot.ana)

    await press_home(bot, bot.ana, "Pause")
    assert "paused: ana paused it." in text_of(bot, bot.ana)

    await press_home(bot, bot.ana, "Resume")
    assert "next Tue" in text_of(bot, bot.ana)

    await press_home(bot, bot.ana, "Preview")
    assert (bot.last.kind, bot.last.channel) == ("preview", f"D{bot.ana.id}")


async def test_a_schedule_is_changed_in_a_form_that_holds_what_it_is(bot: Bot) -> None:
    await post_question(
        bot, "level:any topic:routing reveal-after:90m days:mon,wed discussion:yes digest:fri"
    )
    await open_home(bot, bot.ana)
    await press_home(bot, bot.ana, "Edit")
    view = bot.acts.open_view(bot.ana)
    assert view
    held = {block["block_id"]: block["element"] for block in view["blocks"] if "element" in block}
    assert held["time"]["initial_time"] == "10:05"
    assert held["channel"]["initial_conversation"] == bot.general.id
    assert held["days"]["initial_value"] == "mon,wed"
    chosen = {name: held[name]["initial_option"]["value"] for name in ("topic", "discussion")}
    assert chosen == {"topic": "routing", "discussion": "yes"}
    assert held["digest"]["initial_option"]["value"] == "fri"

    await bot.acts.submit(bot.ana, {"time": "11:30", "reveal-after": "", "topic": "any"})
    await bot.settle()

    text = text_of(bot, bot.ana)
    assert "11:30 mon,wed" in text
    assert "all questions" in text
    assert "for all after" not in text
    assert "with a thread to discuss it · digest on fri" in text


async def test_of_a_schedule_that_was_removed_meanwhile_the_list_is_named(bot: Bot) -> None:
    await post_question(bot)
    await open_home(bot, bot.ana)
    await bot.type(bot.ana, "schedule remove 1")
    await press_home(bot, bot.ana, "Edit")
    assert bot.acts.open_view(bot.ana) is None
    assert "There is no schedule 1 here." in bot.last.text
    assert "schedule list" in bot.last.text


async def test_buttons_that_come_again_say_which_schedule_they_are_for(bot: Bot) -> None:
    for time in ("10:05", "11:05"):
        await bot.type(bot.ana, f"schedule add {time}")
    view = await open_home(bot, bot.ana)

    rows = [block["elements"] for block in view["blocks"] if block["type"] == "actions"]
    heard = [button.get("accessibility_label") for row in rows for button in row]
    assert [words for words in heard if words] == [
        f"{deed}: schedule {number}" for number in (1, 2) for deed in ("Edit", "Pause", "Preview")
    ]


async def test_who_is_no_admin_gets_no_schedule_to_change(bot: Bot) -> None:
    await post_question(bot)
    await open_home(bot, bot.ana)
    bot.ana.is_admin = False

    await press_home(bot, bot.ana, "Edit")

    assert not bot.acts.open_view(bot.ana)
    assert "Only admins" in bot.last.text
    assert "Schedules" not in text_of(bot, bot.ana)


async def test_a_form_from_the_page_holds_the_settings_and_empties_them(bot: Bot) -> None:
    await bot.type(bot.ben, "settings timezone:Asia/Tokyo away-until:2026-01-20")
    await open_home(bot, bot.ben)
    await press_home(bot, bot.ben, "Change settings")
    view = bot.acts.open_view(bot.ben)
    assert view
    held = {block["block_id"]: block["element"] for block in view["blocks"] if "element" in block}
    assert held["timezone"]["initial_value"] == "Asia/Tokyo"
    assert held["away-until"]["initial_date"] == "2026-01-20"

    await bot.acts.submit(bot.ben, {"timezone": ""})
    await bot.settle()

    text = text_of(bot, bot.ben)
    assert "Time zone: as your platform says, Europe/Berlin" in text
    assert "Away until: 2026-01-20" in text


async def test_the_messages_tab_needs_nothing(bot: Bot) -> None:
    event = {"type": "app_home_opened", "user": bot.ben.id, "tab": "messages"}
    await bot.acts.send_event(event)
    await bot.settle()

    assert not bot.server.state.homes


async def test_many_schedules_fit_on_the_page(bot: Bot) -> None:
    for minute in range(40):
        await bot.type(bot.ana, f"schedule add 11:{minute:02}")

    view = await open_home(bot, bot.ana)

    assert len(view["blocks"]) <= 100
    assert "25 more: /fastapi-quiz schedule list" in all_text(view["blocks"])
