"""A mock interview on Discord: private cards, forms, and the report with its files."""

from __future__ import annotations

from tests.adapters.discord.conftest import Stage, has_button
from tests.fakes.discord_server import text_of


async def test_an_interview_by_buttons_and_form_ends_in_a_report(stage: Stage) -> None:
    server = stage.server
    ben = server.member("ben")
    call = await server.answered(await server.call(ben, "mock", {"questions": 9}))
    (step,) = call.messages
    assert step["private"]
    assert "Mock interview 1 of 9" in text_of(step)
    while not has_button(step, "Answer"):
        skipped = await server.answered(await server.press(ben, step, "Skip"))
        (step,) = skipped.messages
    opened = await server.answered(await server.press(ben, step, "Answer"))
    assert opened.modal is not None
    asked = opened.modal["components"][0]["content"]
    assert asked in text_of(step)
    sent = await server.submit(ben, opened, {"text": "Words about nothing in particular."})
    (step,) = (await server.answered(sent)).messages
    done = await server.answered(await server.press(ben, step, "Stop"))

    said = "\n".join(text_of(message) for message in done.messages)
    assert "of 9 questions. You stopped it." in said
    files = {file["filename"]: file for file in done.messages[-1]["attachments"]}
    (name,) = (name for name in files if name.endswith(".md"))
    assert name.startswith("mock-interview-")
    content = bytes.fromhex(files[name]["content_base16"])
    assert b"> Words about nothing in particular." in content
    assert "topics.png" in files


async def test_an_interview_is_held_in_a_direct_message_too(stage: Stage) -> None:
    server = stage.server
    ben = server.member("ben")
    await server.answered(await server.call(ben, "help"))
    direct = server.world.direct(ben)
    call = await server.answered(await server.call(ben, "mock", {"questions": 2}, direct))
    await stage.restart()
    skipped = await server.answered(await server.press(ben, call.messages[0], "Skip"))
    assert "Mock interview 2 of 2" in text_of(skipped.messages[0])
    assert stage.events[-1].origin.workspace == str(server.guild.id)
