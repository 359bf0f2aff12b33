"""Suggesting, reporting and deciding as Slack users do: by modals that hold what is known."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack_bot import Bot, post_question
from tests.fakes.slack_limits import all_text

FILLED = {
    "question": "What does a router prefix change?\n```python\n@router.get('/a')\n```",
    "answer": "It goes in front of every path of the router.",
    "level": "fresher",
    "topic": "routing",
}


def elements(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {block["block_id"]: block["element"] for block in view["blocks"] if "element" in block}


async def test_a_question_is_suggested_edited_and_approved_by_forms(bot: Bot) -> None:
    await bot.type(bot.ben, 'suggest question:"What does a prefix change?"')
    view = bot.acts.open_view(bot.ben)
    assert view
    assert view["title"]["text"] == "Suggest a question"
    fields = elements(view)
    assert fields["question"]["initial_value"] == "What does a prefix change?"
    assert "initial_option" not in fields["level"]
    answer = await bot.acts.submit(bot.ben, FILLED | {"topic": "??"})
    assert list(answer["errors"]) == ["topic"]
    await bot.acts.submit(bot.ben, FILLED)
    await bot.settle()
    assert "as number 1" in bot.last.text

    await bot.type(bot.ana, "questions list")
    queue = bot.last
    assert (queue.kind, queue.only) == ("queue", bot.ana.id)
    assert "\n@router.get('/a')\n" in all_text(queue.blocks), "a draft's code is there to be copied"
    await bot.acts.press(bot.ana, queue, "Edit 1")
    await bot.settle()
    view = bot.acts.open_view(bot.ana)
    assert view
    fields = elements(view)
    assert fields["question"]["initial_value"] == FILLED["question"]
    assert fields["level"]["initial_option"]["value"] == "fresher"
    assert fields["topic"]["initial_value"] == "routing"
    await bot.acts.submit(bot.ana, FILLED | {"level": "5-year"})
    await bot.settle()
    await bot.acts.press(bot.ana, queue, "Approve 1")
    await bot.settle()
    assert "was changed meanwhile" in bot.last.text
    await bot.type(bot.ana, "questions list")
    await bot.acts.press(bot.ana, bot.last, "Approve 1")
    await bot.settle()
    assert "is in your own pack" in [m for m in bot.messages if m.only == bot.ana.id][-1].text
    told = [message for message in bot.messages if "was taken into the bank" in message.text]
    assert len(told) == 1


async def test_a_question_is_reported_by_its_button(bot: Bot) -> None:
    question = await post_question(bot)
    await bot.acts.press(bot.ben, question, "Report")
    await bot.settle()
    answer = await bot.acts.submit(bot.ben, {"reason": "a\u202eb"})
    assert "turns the direction" in answer["errors"]["reason"]
    await bot.acts.submit(bot.ben, {"reason": "Out of date <!channel> <@U1>"})
    await bot.settle()
    await bot.type(bot.ana, "questions list")
    assert "Out of date" in bot.last.text
    assert "<!channel>" not in str(bot.last.blocks)
    await bot.acts.press(bot.ana, bot.last, "Reject 1")
    await bot.settle()
    await bot.acts.submit(bot.ana, {"reason": "It is right since 0.95"})
    await bot.settle()
    assert any("It is right since 0.95" in m.text for m in bot.messages)


async def test_who_is_no_admin_can_t_decide_with_a_button_of_somebody_else(bot: Bot) -> None:
    await bot.type(bot.ben, "suggest")
    await bot.acts.submit(bot.ben, FILLED)
    await bot.settle()
    await bot.type(bot.ana, "questions list")
    queue = bot.last
    for label in ("Approve 1", "Edit 1", "Reject 1"):
        await bot.acts.press(bot.ben, queue, label)
        await bot.settle()
        assert "Only admins" in bot.last.text


async def test_each_draft_has_its_buttons_right_below_it(bot: Bot) -> None:
    for number in range(3):
        await bot.type(bot.ben, "suggest")
        prompt = f"{number} " + f"word{number} " * 400
        await bot.acts.submit(bot.ben, FILLED | {"question": prompt, "answer": prompt})
        await bot.settle()
    before = len(bot.messages)
    await bot.type(bot.ana, "questions list")

    blocks = [block for message in bot.messages[before:] for block in message.blocks]
    shown = [
        block["elements"][0]["text"]["text"] if block["type"] == "actions" else all_text(block)
        for block in blocks
        if block["type"] in ("header", "actions")
    ]
    assert len(bot.messages) > before + 1, "they take several messages"
    assert [words.split(" (")[0][:9] for words in shown] == [
        "1. 0 word", "Approve 1", "2. 1 word", "Approve 2", "3. 2 word", "Approve 3",
    ]  # fmt: skip
