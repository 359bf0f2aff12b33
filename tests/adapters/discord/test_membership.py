"""What members may do, and whether they are still in the server, where no interaction says it."""

from __future__ import annotations

import asyncio

import pytest

from adapters.discord import desk
from tests.adapters.discord.conftest import Stage, schedule_question
from tests.fakes.discord.checks import walk
from tests.fakes.discord.interactions import MODAL
from tests.fakes.discord.world import User
from tests.fakes.discord_server import text_of


async def test_rights_lost_meanwhile_count_in_a_direct_message(stage: Stage) -> None:
    server = stage.server
    olga, ana = server.member("olga"), server.member("ana", manages=True)
    await schedule_question(stage)
    await server.answered(await server.call(ana, "schedule list"))
    server.guild.managers.discard(ana.id)
    direct = server.world.direct(ana)
    refused = await server.answered(
        await server.call(ana, "schedule pause", {"id": 1}, channel=direct)
    )
    assert "Only admins" in text_of(refused.messages[0])
    direct = server.world.direct(olga)
    allowed = await server.answered(
        await server.call(olga, "schedule pause", {"id": 1}, channel=direct)
    )
    assert "is paused" in text_of(allowed.messages[0])


async def test_nothing_is_suggested_to_who_has_left_the_server(stage: Stage) -> None:
    server = stage.server
    ben = server.member("ben")
    await server.answered(await server.call(ben, "help"))
    direct = server.world.direct(ben)

    async def count_topics() -> int:
        asked = await server.call(ben, "ask", {"topic": ""}, direct, focused="topic")
        return len((await server.answered(asked)).choices or ())

    assert await count_topics() > 0
    del server.guild.members[ben.id]
    assert stage.platform
    stage.platform.chat.presence.lasts = 0
    assert await count_topics() == 0


async def test_who_has_left_the_server_is_nobody_there_any_more(stage: Stage) -> None:
    """Also whoever was let configure the bot: direct messages go on when somebody is gone."""
    server = stage.server
    olga, ben = server.member("olga", manages=True), server.member("ben")
    await schedule_question(stage)
    await server.answered(await server.call(ben, "help"))
    await server.answered(await server.call(olga, "admins add", {"member": str(ben.id)}))
    direct = server.world.direct(ben)
    paused = await server.call(ben, "schedule pause", {"id": 1}, channel=direct)
    assert "is paused" in text_of((await server.answered(paused)).messages[0])

    del server.guild.members[ben.id]
    refused = await server.call(ben, "schedule resume", {"id": 1}, channel=direct)
    assert "Only admins" in text_of((await server.answered(refused)).messages[0])
    assert stage.platform
    stage.platform.chat.presence.lasts = 0
    for command, options in (
        ("schedule resume", {"id": 1}),
        ("leaderboard", {}),
        ("console", {}),
        ("answer", {}),
    ):
        asked = await server.call(ben, command, options, channel=direct)
        assert "Use me in a server" in text_of((await server.answered(asked)).messages[0])


async def test_help_shows_admins_what_they_have_and_nobody_else(stage: Stage) -> None:
    server = stage.server
    ben, ana = server.member("ben"), server.member("ana", manages=True)
    shown = {}
    for member in (ben, ana):
        asked = await server.answered(await server.call(member, "help"))
        labels = [one.get("label") for one in walk(asked.messages[-1]["components"])]
        words = "".join(map(text_of, asked.messages))
        shown[member.name] = ("schedule pause" in words, "Schedule" in labels)
    assert shown == {"ben": (False, False), "ana": (True, True)}
    assert count_questions_about(stage, ben) == 0


def count_questions_about(stage: Stage, member: User) -> int:
    """Count how often Discord was asked what somebody is in the server."""
    path = f"/members/{member.id}"
    return sum(call.path.endswith(path) for call in stage.server.rest.calls)


async def test_discord_is_not_asked_with_each_direct_message(stage: Stage) -> None:
    server = stage.server
    ben = server.member("ben")
    await server.answered(await server.call(ben, "help"))
    await stage.restart()
    direct = server.world.direct(ben)
    for command in ("help", "leaderboard", "streak"):
        await server.answered(await server.call(ben, command, channel=direct))
    assert count_questions_about(stage, ben) == 1


async def test_who_acts_in_a_server_is_there_without_a_question(stage: Stage) -> None:
    server = stage.server
    ben, cleo = server.member("ben"), server.member("cleo")
    question = await schedule_question(stage)
    await server.answered(await server.press(ben, question, "Reveal"))
    await server.answered(await server.call(cleo, "help"))
    for member in (ben, cleo):
        direct = server.world.direct(member)
        await server.answered(await server.call(member, "streak", channel=direct))
        assert count_questions_about(stage, member) == 0


async def test_forget_me_forgets_that_somebody_was_there(stage: Stage) -> None:
    server = stage.server
    ben = server.member("ben")
    assert stage.platform
    presence, who = stage.platform.chat.presence, (str(server.guild.id), str(ben.id))
    now = asyncio.get_running_loop().time()
    await server.answered(await server.call(ben, "help"))
    assert presence.is_fresh(*who, now)
    await server.answered(await server.call(ben, "forget-me", {"confirm": True}))
    assert not presence.is_fresh(*who, now)


async def test_who_can_not_be_told_from_a_stranger_is_taken_for_one(stage: Stage) -> None:
    server = stage.server
    ben = server.member("ben")
    await server.answered(await server.call(ben, "help"))
    await stage.restart()
    fault = server.fail("GET .*/members/.*", "status", status=503)
    asked = await server.call(ben, "leaderboard", channel=server.world.direct(ben))
    assert "Use me in a server" in text_of((await server.answered(asked)).messages[0])
    assert fault.times == 0


async def test_a_form_for_whom_discord_is_slow_to_tell_about_comes_by_a_button(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord takes the first answer within three seconds, and a form as nothing later."""
    monkeypatch.setattr(desk, "WHO_TAKES", 0.01)
    server = stage.server
    ben = server.member("ben")
    await server.answered(await server.call(ben, "help"))
    await stage.restart()
    server.fail("GET .*/members/.*", "slow", wait=0.2)
    asked = await server.call(ben, "suggest", channel=server.world.direct(ben))
    shown = (await server.answered(asked)).messages[0]
    assert "ready to be filled in" in text_of(shown)
    opened = await server.answered(await server.press(ben, shown, "Open the form"))
    assert opened.callback
    assert opened.callback["type"] == MODAL


async def test_rights_are_asked_anew_where_nothing_of_discord_says_them(stage: Stage) -> None:
    """The web console acts between a member's interactions, for hours."""
    server = stage.server
    ana = server.member("ana", manages=True)
    await server.answered(await server.call(ana, "schedule list"))
    assert stage.platform
    chat, who = stage.platform.chat, (str(server.guild.id), str(ana.id))
    async with asyncio.timeout(5):  # what follows the answer touches nothing of Discord's
        while chat.memberships.recall(*who):
            await asyncio.sleep(0)
    assert await chat.is_admin(*who)
    server.guild.managers.discard(ana.id)
    assert not await chat.is_admin(*who)
    assert await chat.is_member(*who)
    del server.guild.members[ana.id]
    assert not await chat.is_member(*who)
