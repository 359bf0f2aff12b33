"""From the invitation to the last button, on a local Discord."""

from __future__ import annotations

from datetime import timedelta

from tests.adapters.discord.conftest import Stage
from tests.fakes.discord_server import text_of


async def schedule_question(stage: Stage) -> dict[str, object]:
    """Let an admin set a schedule, and its first question be posted."""
    server = stage.server
    olga = server.member("olga", manages=True)
    asked = await server.call(olga, "schedule add", {"time": "10:00"})
    await server.answered(asked)
    assert "is set" in text_of(asked.messages[0])
    stage.clock.move_to(stage.clock.now() + timedelta(hours=1))
    await stage.run_due()
    (post,) = server.posts()
    return post


async def test_question_is_posted_and_answered_in_private(stage: Stage) -> None:
    server = stage.server
    post = await schedule_question(stage)
    ben = server.member("ben")
    opened = await server.answered(await server.press(ben, post, "Answer"))
    assert opened.modal is not None
    graded = await server.submit(ben, opened, {"text": "Depends resolves a tree once a request"})
    await server.answered(graded)
    assert graded.is_deferred
    assert graded.private
    assert "Model answer" in text_of(graded.messages[0])


async def test_reaction_is_answered_by_direct_message(stage: Stage) -> None:
    server = stage.server
    post = await schedule_question(stage)
    ben = server.member("ben")
    await server.react(ben, post)
    (told,) = await server.until(lambda: server.told(ben))
    assert "Answer: " in text_of(told)
    assert len(server.posts()) == 1
