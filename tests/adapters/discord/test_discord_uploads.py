"""A file attached to `questions import`, on a local Discord."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.questions.loader import load_pack
from bot.questions.writing import describe_question, write_json
from tests.adapters.discord.conftest import Stage
from tests.fakes.discord_server import text_of
from tests.stage import PACKS

SMALL = load_pack(PACKS["small"])


async def hand_in(stage: Stage, name: str, content: bytes, **more: Any) -> str:
    """Attach a file as an admin and return what the bot says."""
    server = stage.server
    ana = server.member("ana", manages=True)
    file = server.attached.add(name, content, more.pop("size", None))
    called = await server.call(ana, "questions import", {"file": file, **more})
    await server.answered(called)
    return "\n".join(text_of(message) for message in called.messages)


async def test_an_attached_file_becomes_a_pack(stage: Stage) -> None:
    said = await hand_in(stage, "Our Pack.json", write_json(SMALL).encode())
    assert "The pack our-pack has 8 questions: 8 new." in said
    ana = stage.server.member("ana", manages=True)
    called = await stage.server.call(ana, "questions bank", {"pack": "our-pack"})
    await stage.server.answered(called)
    (message,) = called.messages
    assert message["private"]
    assert SMALL[0].title in text_of(message)
    assert stage.server.problems == []


async def test_a_pack_goes_out_as_a_file_and_comes_back(stage: Stage) -> None:
    server = stage.server
    await hand_in(stage, "ours.json", write_json(SMALL).encode())
    ana = server.member("ana", manages=True)
    called = await server.call(ana, "questions export", {"pack": "ours"})
    await server.answered(called)
    [file] = called.messages[-1]["attachments"]
    assert file["filename"] == "ours.json"
    exported = bytes.fromhex(file["content_base16"])
    assert json.loads(exported) == [describe_question(one) | {"pack": "ours"} for one in SMALL]
    assert "8 unchanged" in await hand_in(stage, "ours.json", exported)


@pytest.mark.parametrize(
    ("name", "content", "size", "said"),
    [
        ("junk.json", bytes(range(256)), None, "not UTF-8 text"),
        ("pack.zip", b"PK", None, "ends in none of"),
        ("large.json", b"[]", 11 * 1024 * 1024, "larger than 10 MB"),
        ("gone.json", b"[]", None, "does not hand over the file"),
    ],
)
async def test_a_file_that_can_t_be_used_is_a_sentence(
    stage: Stage, name: str, content: bytes, size: int | None, said: str
) -> None:
    assert said in await hand_in(stage, name, content, size=size, pack="ours")
    assert bool(stage.server.attached.fetched) is (size is None)


async def test_without_a_file_the_form_takes_text(stage: Stage) -> None:
    server = stage.server
    ana = server.member("ana", manages=True)
    opened = await server.call(ana, "questions import")
    await server.until(lambda: opened.modal)
    text = json.dumps([describe_question(SMALL[0])])
    filled = await server.submit(ana, opened, {"pack": "ours", "text": text})
    await server.answered(filled)
    assert "The pack ours has 1 question: 1 new." in text_of(filled.messages[-1])


async def test_members_may_not_import(stage: Stage) -> None:
    server = stage.server
    file = server.attached.add("ours.json", write_json(SMALL).encode())
    called = await server.call(server.member("ben"), "questions import", {"file": file})
    await server.answered(called)
    assert "Only admins" in text_of(called.messages[-1])
