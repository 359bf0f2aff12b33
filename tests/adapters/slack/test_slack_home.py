"""The app's Home tab."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack_bot import Bot, post_question
from tests.fakes.slack_limits import all_text
from tests.fakes.slack_state import Message, User


async def open_home(bot: Bot, user: User) -> dict[str, Any]:
    await bot.acts.send_event({"type": "app_home_opened", "user": user.id, "tab": "home"})
    await bot.settle()
    return bot.server.homes[bot.team.id, user.id]


async def test_a_member_sees_their_streak_and_settings(bot: Bot) -> None:
    text = all_text((await open_home(bot, bot.ben))["blocks"])

    assert "ben: 0 question days in a row" in text
    assert "Your settings" in text
    assert "For admins" not in text


async def test_an_admin_sees_schedules_and_posts_too(bot: Bot) -> None:
    await post_question(bot)
    text = all_text((await open_home(bot, bot.ana))["blocks"])

    assert "For admins" in text
    assert "10:05 mon-fri" in text
    assert "confirmed" in text


async def test_its_buttons_answer_by_direct_message(bot: Bot) -> None:
    view = await open_home(bot, bot.ben)
    page = Message("", bot.team.id, "", "", view["blocks"])
    payload = bot.acts.press_payload(bot.ben, page, page.button("Leaderboard"))
    del payload["response_url"], payload["channel"], payload["message"]
    payload["container"] = {"type": "view", "view_id": "V1"}

    await bot.server.deliver("interactive", payload)
    await bot.settle()

    assert (bot.last.kind, bot.last.channel) == ("leaderboard", f"D{bot.ben.id}")


async def test_the_messages_tab_needs_nothing(bot: Bot) -> None:
    event = {"type": "app_home_opened", "user": bot.ben.id, "tab": "messages"}
    await bot.acts.send_event(event)
    await bot.settle()

    assert not bot.server.homes
