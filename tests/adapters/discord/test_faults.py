"""Requests that fail, and rights that lack."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.cards import NoticeCard
from bot.errors import ChatError, NotSent, OutcomeUnknown, Rejected, RejectReason
from tests.adapters.discord.conftest import Stage, schedule_question
from tests.adapters.discord.port import KEY, POST, find, post
from tests.fakes.discord.world import EMBED, HISTORY, SEND, THREADS, VIEW
from tests.fakes.discord_server import text_of


@pytest.mark.parametrize("kind", ["limited", "limited_all"])
async def test_rate_limits_are_waited_out(stage: Stage, kind: str) -> None:
    fault = stage.server.fail(POST, kind, times=2)
    await post(stage)
    assert fault.times == 0
    assert len(stage.server.posts()) == 1


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "blocked"}, NotSent),
        ({"kind": "limited", "wait": 3600.0}, NotSent),
        ({"kind": "limited", "wait": 1e300}, NotSent),
        ({"kind": "status", "status": 503}, OutcomeUnknown),
        ({"kind": "dropped"}, OutcomeUnknown),
        ({"kind": "truncated"}, OutcomeUnknown),
        ({"kind": "reply_lost"}, OutcomeUnknown),
        ({"kind": "status", "status": 401}, NotSent),
        ({"kind": "status", "status": 403, "code": 40333}, NotSent),
        ({"kind": "page", "status": 403}, NotSent),
        ({"kind": "page", "status": 400}, NotSent),
        ({"kind": "status", "status": 400, "code": 50035}, Rejected),
    ],
)
async def test_what_a_failed_post_means(
    stage: Stage, fault: dict[str, Any], expected: type[ChatError]
) -> None:
    stage.server.fail(POST, **fault)
    with pytest.raises(expected):
        await post(stage)


async def test_a_server_whose_automod_blocks_a_question_is_told_where_to_exempt_the_bot(
    stage: Stage,
) -> None:
    stage.server.fail(POST, "status", status=400, code=200000)
    with pytest.raises(Rejected, match="AutoMod") as refused:
        await post(stage)
    assert refused.value.reason is RejectReason.INVALID
    assert "Server Settings, AutoMod" in refused.value.mend


async def test_no_server_is_left_because_the_bots_token_is_refused(stage: Stage) -> None:
    """It is the bot's own trouble, and would erase the data of all in the end."""
    server = stage.server
    assert stage.app is not None
    await schedule_question(stage)
    olga = server.member("olga")
    await server.answered(await server.call(olga, "schedule run", {"id": 1}))
    server.fail(POST, "status", status=401, times=1)
    before = len(server.posts())
    await stage.run_due()
    stage.clock.move_to(stage.clock.now() + timedelta(minutes=2))
    await stage.run_due()
    assert len(server.posts()) == before + 1


async def test_a_page_of_cloudflare_points_nobody_to_the_channel(stage: Stage) -> None:
    assert stage.platform is not None
    guild, channel = str(stage.server.guild.id), str(stage.server.general.id)
    stage.server.fail(POST, "page", status=403)
    told = stage.platform.chat.tell(
        guild, str(stage.server.member("ben").id), channel, NoticeCard("A secret.")
    )
    with pytest.raises(NotSent):
        await told
    assert stage.server.posts() == []


async def test_a_page_of_cloudflare_says_nothing_of_servers_channels_and_members(
    stage: Stage,
) -> None:
    server = stage.server
    assert stage.platform is not None
    chat = stage.platform.chat
    guild, channel = str(server.guild.id), str(server.general.id)
    ben = str(server.member("ben").id)
    server.fail("GET .*/(guilds|channels)/", "page", status=403, times=3)
    for asked in (
        chat.missing_rights(guild, channel),
        chat.channel_name(guild, channel),
        chat.is_member(guild, ben),
    ):
        with pytest.raises(NotSent):
            await asked
    server.fail("GET .*/members/", "page", status=404)
    with pytest.raises(NotSent):
        await chat.is_member(guild, ben)
    assert await chat.is_member(guild, ben)


async def test_lost_reply_is_found_by_its_key(stage: Stage) -> None:
    server = stage.server
    server.fail(POST, "reply_lost")
    with pytest.raises(OutcomeUnknown):
        await post(stage)
    assert await find(stage) == server.posts()[0]["id"]
    assert await find(stage, "another") is None


async def test_a_copy_that_somebody_else_posted_proves_nothing(stage: Stage) -> None:
    server = stage.server
    server.fail(POST, "reply_lost")
    with pytest.raises(OutcomeUnknown):
        await post(stage)
    [ours] = server.posts()
    for author in (server.member("ben"), server.world.user("robo", bot=True)):
        server.world.put_message(server.general, {"components": ours["components"]}, author)
    assert await find(stage) == ours["id"]
    del server.general.messages[int(ours["id"])]
    assert await find(stage) is None


async def test_a_post_is_found_though_much_was_said_before_it(stage: Stage) -> None:
    server = stage.server
    for _ in range(1001):
        server.world.put_message(server.general, {"content": "chat"}, server.member("ben"))
    with pytest.raises(Rejected, match="too many messages"):
        await find(stage)
    posted = await post(stage)
    assert await find(stage) == posted


async def test_the_same_key_is_posted_once(stage: Stage) -> None:
    assert await post(stage) == await post(stage)
    assert len(stage.server.posts()) == 1


async def test_server_error_is_tried_again_with_the_same_nonce(stage: Stage) -> None:
    stage.server.fail(POST, "status", status=502)
    await post(stage)
    posts = [c for c in stage.server.rest.calls if c.path.endswith("/messages")]
    assert [call.body["nonce"] for call in posts] == [KEY, KEY]
    assert all(call.body["enforce_nonce"] for call in posts)


@pytest.mark.parametrize("right", [VIEW, SEND, EMBED])
async def test_post_without_rights_names_the_mend(stage: Stage, right: int) -> None:
    await stage.server.deny(stage.server.general, right)
    with pytest.raises(Rejected) as refused:
        await post(stage)
    assert refused.value.reason is RejectReason.NO_RIGHTS
    assert "Send Messages" in refused.value.mend


async def test_missing_rights_are_named_one_by_one(stage: Stage) -> None:
    server = stage.server
    olga = server.member("olga", manages=True)
    await server.deny(server.general, EMBED | THREADS)
    refused = await server.answered(await server.call(olga, "schedule add", {"time": "09:00"}))
    assert "lacks the permissions Embed Links, Create Public Threads" in text_of(
        refused.messages[0]
    )


async def test_rights_are_those_of_this_moment(stage: Stage) -> None:
    """And not what the gateway told some time ago, or never did."""
    server = stage.server
    assert stage.platform is not None
    guild, channel = str(server.guild.id), server.general
    missing_rights = stage.platform.chat.missing_rights
    assert await missing_rights(guild, str(channel.id)) is None
    channel.denied = HISTORY
    assert "Read Message History in #general" in str(await missing_rights(guild, str(channel.id)))
    channel.denied = VIEW
    assert "View Channel" in str(await missing_rights(guild, str(channel.id)))
    other = server.world.add_channel(server.world.add_guild("Globex"), "there")
    assert "none of this server's" in str(await missing_rights(guild, str(other.id)))
    assert "Invite it again" in str(await missing_rights("1", str(channel.id)))


async def test_channel_that_cannot_be_read_proves_nothing(stage: Stage) -> None:
    await stage.server.deny(stage.server.general, HISTORY)
    with pytest.raises(Rejected):
        await find(stage)


async def test_deleted_channel(stage: Stage) -> None:
    server = stage.server
    del server.world.channels[server.general.id]
    with pytest.raises(Rejected) as refused:
        await post(stage)
    assert refused.value.reason is RejectReason.CHANNEL_GONE
    assert await find(stage) is None


async def test_too_many_refusals_stop_the_bot_before_discord_does(stage: Stage) -> None:
    assert stage.platform is not None
    for _ in range(5000):
        stage.platform.chat._pacer.note_status(403)
    with pytest.raises(NotSent, match="pauses"):
        await post(stage)
    assert stage.server.posts() == []


async def test_what_discord_refuses_is_counted_wherever_it_was_asked(stage: Stage) -> None:
    server = stage.server
    assert stage.platform is not None
    invalid = stage.platform.chat._pacer._invalid
    server.fail(POST, "status", status=403)
    with pytest.raises(Rejected):
        await post(stage)
    fault = server.fail("POST .*/webhooks/", "status", status=401)
    await server.call(server.member("ben"), "streak")
    await server.until(lambda: fault.times == 0)
    await server.answered(await server.call(server.member("ben"), "help"))
    assert len(invalid) == 2
    server.fail(POST, "limited")
    await post(stage)
    assert len(invalid) == 3
