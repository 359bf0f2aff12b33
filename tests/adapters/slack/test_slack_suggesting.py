"""Questions that members hand in, and reports."""

from __future__ import annotations

from tests.fakes.slack_bot import Bot, post_question
from tests.fakes.slack_state import Message, User

SUGGESTED = {
    "question": "What does a lifespan do?",
    "answer": "It sets things up before the first request and takes them down after the last.",
    "level": "2-year",
    "topic": "routing",
}


def newest_to(bot: Bot, user: User) -> Message:
    return [message for message in bot.messages if message.only == user.id][-1]


async def test_a_message_becomes_a_suggestion_that_an_admin_approves(bot: Bot) -> None:
    await bot.acts.suggest_message(bot.ben, bot.general.id, "What is `a &lt; b`? &amp; why?")
    await bot.settle()
    view = bot.acts.open_view(bot.ben)
    assert view
    held = {block["block_id"]: block["element"] for block in view["blocks"] if "element" in block}
    assert held["question"]["initial_value"] == "What is `a < b`? & why?"

    await bot.acts.submit(bot.ben, SUGGESTED)
    await bot.settle()
    assert "waits for an admin" in newest_to(bot, bot.ben).text

    await bot.type(bot.ana, "questions list")
    assert "What does a lifespan do?" in str(bot.last.blocks)
    await bot.acts.press(bot.ana, bot.last, "Approve 1")
    await bot.settle()
    told = [message for message in bot.messages if message.channel == f"D{bot.ben.id}"]
    assert told


async def test_a_field_at_fault_is_named_in_the_suggestion(bot: Bot) -> None:
    await bot.acts.suggest_message(bot.ben, bot.general.id, "Why?")
    await bot.settle()

    answer = await bot.acts.submit(bot.ben, {**SUGGESTED, "answer": "   "})

    assert list(answer["errors"]) == ["answer"]
    assert bot.acts.open_view(bot.ben)


async def test_a_message_without_words_opens_the_empty_form(bot: Bot) -> None:
    await bot.acts.suggest_message(bot.ben, bot.general.id, "")
    await bot.settle()

    assert bot.acts.open_view(bot.ben)


async def test_a_long_message_still_opens_the_form(bot: Bot) -> None:
    await bot.acts.suggest_message(bot.ben, bot.general.id, "Why? " * 2000)
    await bot.settle()

    assert "left out: 9,999 characters" in str(bot.acts.open_view(bot.ben))


async def test_a_question_is_reported_by_its_button(bot: Bot) -> None:
    question = await post_question(bot)
    await bot.acts.press(bot.ben, question, "Report")
    await bot.settle()

    await bot.acts.submit(bot.ben, {"reason": "The answer is out of date."})
    await bot.settle()

    assert "An admin will look at it" in newest_to(bot, bot.ben).text
    await bot.type(bot.ana, "questions list")
    assert "The answer is out of date." in str(bot.last.blocks)
