"""A mock interview on Slack: private cards, forms, and the report as a file to keep."""

from __future__ import annotations

from datetime import timedelta

from tests.fakes.slack_bot import Bot


def labels(bot: Bot) -> list[str]:
    """Return what the buttons of the newest message say."""
    return [button["text"]["text"] for button in bot.last.buttons]


async def press(bot: Bot, label: str) -> None:
    """Press a button of the newest message as ben."""
    await bot.acts.press(bot.ben, bot.last, label)
    await bot.settle()


async def test_an_interview_by_buttons_and_form_ends_in_a_report(bot: Bot) -> None:
    bot.platform.files.waits = (0, 0)
    await bot.type(bot.ben, "mock questions:9")
    assert (bot.last.kind, bot.last.only) == ("mock", bot.ben.id)
    assert "1 of 9" in bot.last.text
    while labels(bot)[0] != "Answer":
        await press(bot, "Skip")
    assert labels(bot) == ["Answer", "Skip", "Stop"]
    await press(bot, "Answer")
    await bot.acts.submit(bot.ben, {"text": "Words about nothing in particular."})
    await bot.settle()
    await press(bot, "Stop")

    (report,) = [message for message in bot.messages if message.kind == "mock_report"]
    assert "\nQuestions\n• " in report.text, "a head stands right above what it heads"
    picture, document = bot.server.state.files.values()
    assert picture.content is not None
    assert picture.content.startswith(b"\x89PNG")
    assert document.name.startswith("mock-interview-")
    assert document.content is not None
    assert b"> Words about nothing in particular." in document.content
    assert document.shared_in == [f"D{bot.ben.id}"]


async def test_the_report_of_one_who_left_comes_by_direct_message(bot: Bot) -> None:
    bot.platform.files.waits = (0, 0)
    await bot.type(bot.ben, "mock questions:2")
    await press(bot, "Skip")
    bot.clock.move_to(bot.clock.now() + timedelta(days=1))
    await bot.app.run_due()
    await bot.settle()

    reports = [message for message in bot.messages if message.kind == "mock_report"]
    assert [message.channel for message in reports] == [f"D{bot.ben.id}"]
    names = [file.name for file in bot.server.state.files.values()]
    assert any(name.endswith(".md") for name in names)
