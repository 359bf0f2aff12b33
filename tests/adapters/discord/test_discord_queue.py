"""Suggesting, reporting, deciding, leaving and forgetting, as Discord users do them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from bot.domain.events import AccessLost, AccessRegained
from storage.adapter_words import AdapterWords
from storage.engine import open_engine
from tests.adapters.discord.conftest import Stage, schedule_question
from tests.fakes.discord.world import User
from tests.fakes.discord_server import text_of

FILLED = {
    "question": "What does an APIRouter prefix change?",
    "answer": "It goes in front of every path of the router. @everyone",
    "level": "fresher",
    "topic": "routing",
}


def fields(modal: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["component"]["custom_id"]: row["component"] for row in modal["components"]}


async def test_what_was_typed_into_a_refused_form_is_not_lost(stage: Stage) -> None:
    server = stage.server
    ben = server.member("ben")
    opened = await server.answered(await server.call(ben, "suggest"))
    typed = {
        "question": "Why is this slow?\n```python\nasync def read(): ...\n```" + " why" * 700,
        "answer": "Because it blocks." + " so" * 900,
        "level": "fresher",
        "topic": "x" * 61,
    }
    sent = await server.submit(ben, opened, typed)
    refused, *repeated = await server.until(lambda: len(sent.messages) > 2 and sent.messages)
    assert "topic does not fit" in text_of(refused)
    shown = "".join(map(text_of, repeated))
    assert (shown.count(" why"), shown.count(" so")) == (700, 900)
    assert "async def read(): ..." in shown
    assert all(message["private"] for message in repeated)
    soon = {"question": "Why?", "answer": "So.", "level": "fresher", "topic": "no such"}
    sent = await server.answered(await server.submit(ben, opened, soon))
    await stage.restart()
    assert len(sent.messages) == 1


async def test_a_question_is_suggested_edited_and_approved_by_forms(stage: Stage) -> None:
    server = stage.server
    ben, olga = server.member("ben"), server.member("olga", manages=True)
    await schedule_question(stage)
    asked = {"question": "What does a prefix change?"}
    opened = await server.answered(await server.call(ben, "suggest", asked))
    assert opened.modal is not None
    form = fields(opened.modal)
    assert list(form) == ["question", "answer", "level", "topic", "choices"]
    assert form["question"]["value"] == asked["question"]
    taken = await server.answered(await server.submit(ben, opened, FILLED))
    assert "as number 1" in text_of(taken.messages[0])

    listed = await server.answered(await server.call(olga, "questions list"))
    queue = listed.messages[-1]
    assert "suggested by ben" in text_of(queue)
    opened = await server.answered(await server.press(olga, queue, "Edit 1"))
    assert opened.modal is not None
    form = fields(opened.modal)
    assert form["answer"]["value"] == FILLED["answer"]
    chosen = [option["value"] for option in form["level"]["options"] if option.get("default")]
    assert chosen == ["fresher"]
    edited = await server.answered(await server.submit(olga, opened, {"level": "5-year"}))
    old = await server.answered(await server.press(olga, queue, "Approve 1"))
    assert "was changed meanwhile" in text_of(old.messages[0])
    done = await server.answered(await server.press(olga, edited.messages[-1], "Approve 1"))
    assert "is in your own pack" in text_of(done.messages[0])
    await stage.run_due()
    (told,) = await server.until(lambda: server.told(ben))
    assert "was taken into the bank" in text_of(told)


async def test_a_question_is_reported_by_its_button(stage: Stage) -> None:
    server = stage.server
    ben, olga = server.member("ben"), server.member("olga", manages=True)
    question = await schedule_question(stage)
    opened = await server.answered(await server.press(ben, question, "Report"))
    taken = await server.answered(await server.submit(ben, opened, {"reason": "Out of date"}))
    assert "An admin will look at it" in text_of(taken.messages[0])
    listed = await server.answered(await server.call(olga, "questions list"))
    refused = await server.answered(await server.press(ben, listed.messages[-1], "Approve 1"))
    assert "Only admins" in text_of(refused.messages[0])
    opened = await server.answered(await server.press(olga, listed.messages[-1], "Reject 1"))
    done = await server.answered(await server.submit(olga, opened, {"reason": "It is right"}))
    assert "out of the queue" in text_of(done.messages[0])


async def test_a_decision_is_shown_in_the_channel_to_whom_it_could_not_be_told(
    stage: Stage,
) -> None:
    server = stage.server
    ben, olga = server.member("ben"), server.member("olga", manages=True)
    ben.takes_messages = False
    await schedule_question(stage)
    await server.answered(await server.call(ben, "suggest", FILLED | {"title": "Prefixes"}))
    rejection = {"id": 1, "reason": "We have that one"}
    await server.answered(await server.call(olga, "questions reject", rejection))
    before = len(server.posts())
    await stage.run_due()
    await server.until(lambda: len(server.posts()) > before)
    pointer = server.posts()[-1]
    assert "Prefixes" not in text_of(pointer)
    await stage.restart()

    async def press(member: User) -> str:
        shown = await server.answered(await server.press(member, pointer, "Show"))
        assert shown.private
        return text_of(shown.messages[0])

    assert "nothing new" in await press(olga)
    assert "The admin says: We have that one" in await press(ben)
    async with asyncio.timeout(20):
        while "nothing new" not in await press(ben):
            pass  # what was shown is forgotten a moment later


async def test_a_removed_server_is_erased_in_time_and_restored_on_a_return(stage: Stage) -> None:
    server = stage.server
    assert stage.app is not None
    await schedule_question(stage)
    await server.remove(server.guild)
    await server.until(lambda: AccessLost in map(type, stage.handled))
    engine = open_engine(stage.url)

    async def read(what: str) -> Any:
        async with engine.connect() as connection:
            return (await connection.execute(text(f"SELECT {what}"))).scalar()

    left_at = stage.clock.now()
    assert await stage.app.next_wake_at() == left_at + timedelta(days=30)
    await server.invite_again(server.guild)
    await server.until(lambda: AccessRegained in map(type, stage.handled))
    assert await read("erase_at FROM workspaces") is None
    assert await read("paused_because FROM schedules") is None
    assert await read("next_due_at FROM schedules") is not None
    await engine.dispose()


async def test_forget_me_forgets_where_somebody_writes_from(stage: Stage) -> None:
    server = stage.server
    ben = server.member("ben")
    await server.answered(await server.call(ben, "help"))
    assert stage.platform is not None
    await stage.platform._homes.settle()
    engine = open_engine(stage.url)
    words = AdapterWords(engine, "discord")
    assert await words.recall(f"home:{ben.id}") == str(server.guild.id)
    untold = f"untold:{server.guild.id}:{ben.id}"
    await words.keep(untold, "Your question was not taken.")
    await server.answered(await server.call(ben, "forget-me", {"confirm": True}))
    assert await words.recall(f"home:{ben.id}") is None
    assert await words.recall(untold) is None
    direct = server.world.direct(ben)
    asked = await server.answered(await server.call(ben, "streak", channel=direct))
    assert "Use me in a server first" in text_of(asked.messages[0])
    await engine.dispose()
