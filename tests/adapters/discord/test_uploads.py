"""Files that come along with a command or with a form."""

from __future__ import annotations

from bot.domain.events import MOST_UPLOADED
from bot.questions.writing import write_json
from tests.adapters.discord.conftest import Stage
from tests.adapters.discord.questions import QUESTION
from tests.fakes.discord_server import text_of

PACK = write_json([QUESTION]).encode()


async def import_file(stage: Stage, name: str, content: bytes) -> str:
    """Hand in a file with the command, and return what is said."""
    server = stage.server
    olga = server.member("olga", manages=True)
    file = server.add_file(name, content)
    asked = await server.answered(await server.call(olga, "questions import", {"file": file}))
    assert asked.is_deferred
    assert asked.private
    return text_of(asked.messages[0])


async def test_file_with_the_command_becomes_a_pack(stage: Stage) -> None:
    said = await import_file(stage, "ours.json", PACK)
    assert "pack:ours" in said.replace("\\", "")
    assert "fault" in await import_file(stage, "theirs.json", b"[{}]")


async def test_file_in_the_form_becomes_a_pack(stage: Stage) -> None:
    server = stage.server
    olga = server.member("olga", manages=True)
    opened = await server.answered(await server.call(olga, "questions import"))
    assert opened.modal is not None
    kinds = [label["component"]["type"] for label in opened.modal["components"]]
    assert 19 in kinds
    await stage.restart()
    file = server.add_file("ours.json", PACK)
    sent = await server.submit(olga, opened, {"file": file, "pack": "mine"})
    said = text_of((await server.answered(sent)).messages[0])
    assert "pack:mine" in said.replace("\\", "")
    empty = await server.answered(await server.submit(olga, opened, {}))
    assert text_of(empty.messages[0])


async def test_file_that_is_gone_or_too_large_gets_a_sentence(stage: Stage) -> None:
    stage.server.fail("GET /cdn/", "status", status=404)
    assert "does not hand out the file" in await import_file(stage, "ours.json", PACK)
    stage.server.fail("GET /cdn/", "dropped", times=9)
    assert "does not hand out the file" in await import_file(stage, "ours.json", PACK)
    calls = stage.server.rest.calls
    before = sum("/cdn/" in call.path for call in calls)
    said = await import_file(stage, "ours.json", b" " * (MOST_UPLOADED + 1))
    assert "larger than 10 MB" in said
    assert "fastapi-quiz questions import FILE" in said
    assert sum("/cdn/" in call.path for call in calls) == before, "it is not fetched"


async def test_members_may_hand_in_nothing(stage: Stage) -> None:
    server = stage.server
    file = server.add_file("ours.json", PACK)
    asked = await server.call(server.member("ben"), "questions import", {"file": file})
    assert "Only admins" in text_of((await server.answered(asked)).messages[0])


async def test_questions_are_suggested_to_admins(stage: Stage) -> None:
    server = stage.server
    olga, ben = server.member("olga", manages=True), server.member("ben")

    async def suggested(user: object, path: str, typed: str) -> list[str]:
        asked = await server.call(user, path, {"id": typed}, focused="id")  # type: ignore[arg-type]
        return [str(choice["value"]) for choice in (await server.answered(asked)).choices or ()]

    some = await suggested(olga, "questions retire", "")
    assert len(some) > 5
    assert await suggested(olga, "questions retire", some[3][:-1]) == [some[3]]
    assert await suggested(olga, "questions restore", "") == []
    await server.answered(await server.call(olga, "questions retire", {"id": some[3]}))
    assert await suggested(olga, "questions restore", "") == [some[3]]
    assert some[3] not in await suggested(olga, "questions retire", "")
    assert await suggested(ben, "questions retire", "") == []
