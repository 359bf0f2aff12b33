"""A file handed in by a form, on a local Slack."""

from __future__ import annotations

import json

import pytest

from adapters.slack.submissions import SharedFile
from adapters.slack.uploads import fetch_upload
from bot.questions.loader import load_pack
from bot.questions.writing import describe_question, write_json
from tests.fakes.slack_bot import Bot
from tests.fakes.slack_files import give_file
from tests.stage import PACKS

SMALL = load_pack(PACKS["small"])


async def hand_in(
    bot: Bot, name: str, content: bytes, size: int | None = None, **values: str
) -> dict[str, object] | None:
    """Open the form, give it a file and send it; return what Slack is answered."""
    await bot.type(bot.ana, "questions import")
    await bot.settle()
    file = give_file(bot.acts.server.state, bot.team, name, content, size)
    answer: dict[str, object] | None = await bot.acts.submit(bot.ana, {"file": file, **values})
    await bot.settle()
    return answer


async def test_a_file_becomes_a_pack(bot: Bot) -> None:
    await hand_in(bot, "Our Pack.json", write_json(SMALL).encode())
    assert bot.last.only == bot.ana.id
    assert "The pack our-pack has 8 questions: 8 new." in bot.last.text
    await bot.type(bot.ana, "questions bank pack:our-pack")
    await bot.settle()
    assert (bot.last.kind, bot.last.only) == ("bank", bot.ana.id)
    assert SMALL[0].title in bot.last.text


async def test_text_does_where_there_is_no_file(bot: Bot) -> None:
    await bot.type(bot.ana, "questions import")
    await bot.settle()
    text = json.dumps([describe_question(SMALL[0])])
    await bot.acts.submit(bot.ana, {"text": text, "pack": "ours"})
    await bot.settle()
    assert "The pack ours has 1 question: 1 new." in bot.last.text


@pytest.mark.parametrize(
    ("name", "content", "size", "said"),
    [
        ("junk.json", bytes(range(256)), None, "not UTF-8 text"),
        ("pack.zip", b"PK", None, "ends in none of"),
        ("large.json", b"[]", 11 * 1024 * 1024, "larger than 10 MB"),
        ("lied.json", b" " * (10 * 1024 * 1024 + 1), 2, "larger than 10 MB"),
    ],
)
async def test_a_file_that_can_t_be_used_is_refused_in_the_form(
    bot: Bot, name: str, content: bytes, size: int | None, said: str
) -> None:
    answer = await hand_in(bot, name, content, size, pack="ours")
    assert answer
    errors = answer["errors"]
    assert isinstance(errors, dict)
    assert said in errors["file"]


async def test_many_faults_come_as_a_file(bot: Bot) -> None:
    objects = [describe_question(SMALL[0]) | {"id": f"q-{n}", "level": "guru"} for n in range(12)]
    await hand_in(bot, "bad.json", json.dumps(objects).encode())
    [file] = [one for one in bot.acts.server.state.files.values() if one.name == "faults.txt"]
    assert file.content
    assert file.content.count(b"guru") == 12


async def test_an_app_that_may_not_read_files_says_what_to_do(bot: Bot) -> None:
    bot.team.scopes -= {"files:read"}
    answer = await hand_in(bot, "ours.json", write_json(SMALL).encode())
    assert answer
    assert "install it again" in str(answer["errors"])


async def test_the_token_goes_to_slack_alone(bot: Bot) -> None:
    for url in (
        "https://evil.example/x.json",
        "http://files.slack.com/x.json",
        "https://slack.com.evil.example/x.json",
        "https://evilslack.com/x.json",
        "http://[",
        "",
    ):
        upload = await fetch_upload(bot.platform.clients, bot.team.id, SharedFile("x.json", 2, url))
        assert upload.content == b""
        assert "install it again" in upload.problem, "refused without being asked for"
