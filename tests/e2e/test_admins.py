"""Admins configure; everybody else is told who may."""

from __future__ import annotations

import pytest

from bot.commands import COMMANDS, Rights
from tests.stage import START, Play


@pytest.mark.parametrize(
    "command",
    [
        "schedule add 09:00",
        "schedule list",
        "schedule run 1",
        "schedule remove 1",
        "status",
        "admins add @ben",
    ],
)
async def test_members_may_not_configure(play: Play, command: str) -> None:
    played = await play(f"{START}\n@ben: /fastapi-quiz {command}\nadvance 1m")
    [error] = played.of("error")
    assert (error.only, error.data["reason"]) == ("ben", "forbidden")
    assert "admins add ben" in error.text
    assert not played.of("question")


async def test_an_appointed_admin_may_until_it_is_taken_back(play: Play) -> None:
    played = await play(
        f"""{START}
        @ben: /fastapi-quiz help
        @ana: /fastapi-quiz admins add @ben
        @ben: /fastapi-quiz schedule list
        @ana: /fastapi-quiz admins list
        @ana: /fastapi-quiz admins remove @ben
        @ben: /fastapi-quiz schedule list
        """
    )
    assert played.of("schedule", only="ben")
    assert played.of("notice")[-2].data["admins"] == ["ben"]
    assert played.last("error").only == "ben"


async def test_help_lists_what_the_caller_may_call(play: Play) -> None:
    played = await play(
        f"""{START}
        @ben: /fastapi-quiz help
        @ana: /fastapi-quiz admins add @ben
        @ben: /fastapi-quiz help
        """
    )
    member, admin = played.of("help")
    assert "/fastapi-quiz schedule" not in member.text
    assert "Admins also have schedule, generate, questions, status" in member.text
    assert "[Schedule]" not in member.text
    assert "/fastapi-quiz schedule add TIME" in admin.text
    assert "Admins also" not in admin.text
    assert "[Schedule]" in admin.text
    mine = [command.usage for command in COMMANDS if command.rights is Rights.ALL]
    assert member.data["commands"] == mine
    assert admin.data["commands"] == [command.usage for command in COMMANDS]


async def test_help_on_an_admins_command_says_so_to_everybody(play: Play) -> None:
    played = await play(
        f"""{START}
        @ben: /fastapi-quiz help schedule
        @ben: /fastapi-quiz help schedule pause
        """
    )
    group, one = played.of("help")
    assert group.text.count("(for admins)") == len(group.data["commands"])
    assert "stop posting until `resume` (for admins)" in one.text


async def test_everybody_with_an_appointed_role_may_while_they_have_it(play: Play) -> None:
    played = await play(
        f"""{START}
        @ben gets @&mods
        @ben: /fastapi-quiz schedule list
        @ana: /fastapi-quiz admins add @&mods
        @ben: /fastapi-quiz schedule list
        @cem: /fastapi-quiz schedule list
        @ben loses @&mods
        @ben: /fastapi-quiz schedule list
        @ben gets @&mods
        @ana: /fastapi-quiz admins remove @&mods
        @ben: /fastapi-quiz schedule list
        @ana: /fastapi-quiz admins add @&nobody
        """
    )
    assert len(played.of("schedule", only="ben")) == 1
    assert [error.only for error in played.of("error")] == ["ben", "cem", "ben", "ben", "ana"]
    added, removed = played.of("notice")
    assert "everybody with the role mods may configure" in added.text
    assert (added.data["roles"], removed.data["roles"]) == (["mods"], [])


async def test_without_a_web_server_the_console_says_what_to_do(play: Play) -> None:
    played = await play(f"{START}\n@ana: /fastapi-quiz console\n@ben: /fastapi-quiz console")
    off, forbidden = played.of("error")
    assert "set enabled = true under [web]" in off.text
    assert "demo --web" in off.text
    assert forbidden.data["reason"] == "forbidden"
