"""OAuth v2: installing, tokens at rest and renewed; on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import text

from bot.errors import NotSent, StorageError
from storage.installations import SqlInstallations
from tests.adapters.slack.installing import begin, engine_of, finish, install, stored
from tests.fakes.slack_bot import Bot, post_question
from tests.fakes.slack_oauth import allow
from tests.fakes.slack_server import NotAcknowledged
from tests.fakes.slack_state import Fault


async def test_a_workspace_installs_the_app_and_is_served(open_bot: Bot) -> None:
    await install(open_bot)
    question = await post_question(open_bot)

    await open_bot.acts.react(open_bot.ben, question)
    await open_bot.settle()

    assert (open_bot.last.kind, open_bot.last.only) == ("reveal", open_bot.ben.id)


async def test_tokens_are_encrypted_at_rest(open_bot: Bot) -> None:
    await install(open_bot, rotating=True)

    (row,) = await stored(open_bot)
    token = next(iter(open_bot.team.tokens))
    assert token not in str(row)
    assert not set(open_bot.server.state.refreshes) & set(map(str, row.values()))


async def test_known_installations_cost_no_auth_test(open_bot: Bot) -> None:
    await install(open_bot)
    open_bot.server.state.calls.clear()

    for _ in range(5):
        await open_bot.type(open_bot.ben, "topics")

    methods = [method for method, _ in open_bot.server.state.calls]
    assert methods == ["users.info"]


async def test_a_state_is_good_once_and_for_its_browser(open_bot: Bot) -> None:
    async with aiohttp.ClientSession() as http:
        state, cookie = await begin(open_bot, http)
        code = allow(open_bot.server.state, open_bot.team)
        other, _ = await finish(open_bot, http, state, "none=1", code)
        first, _ = await finish(open_bot, http, state, cookie, code)
        again, _ = await finish(
            open_bot, http, state, cookie, allow(open_bot.server.state, open_bot.team)
        )

    assert (other, first, again) == (400, 200, 401)


async def test_an_expired_state_is_refused(open_bot: Bot) -> None:
    async with aiohttp.ClientSession() as http:
        state, cookie = await begin(open_bot, http)
        open_bot.clock.move_to(open_bot.clock.now() + timedelta(minutes=11))
        code = allow(open_bot.server.state, open_bot.team)
        status, _ = await finish(open_bot, http, state, cookie, code)

    assert status == 401


async def test_tokens_are_renewed_also_outside_a_request(open_bot: Bot) -> None:
    await install(open_bot, rotating=True)
    await open_bot.type(open_bot.ana, "schedule add 20:59 days:mon-sun")
    before = set(open_bot.team.tokens)

    open_bot.clock.move_to(open_bot.clock.now() + timedelta(hours=11))
    open_bot.server.state.calls.clear()
    await open_bot.settle()

    methods = [method for method, _ in open_bot.server.state.calls]
    assert methods[0] == "oauth.v2.access"
    assert open_bot.team.tokens > before
    (row,) = await stored(open_bot)
    assert row["rotating_until"] is None


async def test_tokens_are_renewed_by_one_of_many(open_bot: Bot) -> None:
    await install(open_bot, rotating=True)
    open_bot.clock.move_to(open_bot.clock.now() + timedelta(hours=11))

    for _ in range(10):
        await open_bot.acts.type(open_bot.ben, open_bot.general.id, "topics")
    await open_bot.settle()

    renewals = [c for m, c in open_bot.server.state.calls if c.get("grant_type")]
    assert len(renewals) == 1
    assert len([m for m in open_bot.messages if m.kind == "topics"]) == 10


async def test_an_expired_token_is_not_used_while_another_process_renews_it(open_bot: Bot) -> None:
    await install(open_bot, rotating=True)
    open_bot.clock.move_to(open_bot.clock.now() + timedelta(hours=13))
    clients, team, now = open_bot.platform.clients, open_bot.team.id, open_bot.clock.now()
    assert await clients.installations.claim_rotation(team, now, now + timedelta(seconds=30))

    with pytest.raises(NotSent, match="being renewed"):
        await clients.of(team)

    open_bot.clock.move_to(now + timedelta(seconds=31))
    assert (await clients.of(team)).token, "who claimed it died: the next one renews"


async def test_a_workspace_without_the_app_is_told_so(open_bot: Bot) -> None:
    try:
        await open_bot.acts.type(open_bot.ben, open_bot.general.id, "help")
    except NotAcknowledged as error:
        raise AssertionError("Slack must get its 200") from error
    (told,) = open_bot.messages
    assert "an admin of the workspace must install the app again" in told.text


async def test_installed_again_by_another_process_the_new_token_is_taken(open_bot: Bot) -> None:
    await install(open_bot)
    await open_bot.type(open_bot.ana, "schedule add 10:05")
    installations = open_bot.platform.clients.installations
    found = await installations.find(open_bot.team.id)
    assert found
    open_bot.team.tokens = {"xoxb-another"}
    await installations.save(replace(found, token="xoxb-another"))

    open_bot.clock.move_to(open_bot.clock.now() + timedelta(minutes=5))
    await open_bot.settle()
    open_bot.clock.move_to(open_bot.clock.now() + timedelta(seconds=2))
    await open_bot.settle()

    assert len([m for m in open_bot.messages if m.kind == "question"]) == 1


async def test_a_revoked_token_pauses_the_schedule(open_bot: Bot) -> None:
    await install(open_bot)
    await open_bot.type(open_bot.ana, "schedule add 10:05")
    open_bot.team.installed = False

    open_bot.clock.move_to(open_bot.clock.now() + timedelta(minutes=5))
    await open_bot.settle()

    async with engine_of(open_bot).connect() as connection:
        reason = (await connection.execute(text("SELECT paused_because FROM schedules"))).scalar()
    assert "The app was removed from" in str(reason)


async def test_a_renewal_is_brought_to_its_end_though_nobody_waits_for_it_any_more(
    open_bot: Bot,
) -> None:
    """A refresh token is good once: what Slack gives for it must not get lost. Whoever wants a
    channel's name for a page gives up after a second."""
    await install(open_bot, rotating=True)
    open_bot.clock.move_to(open_bot.clock.now() + timedelta(hours=11))
    clients, team = open_bot.platform.clients, open_bot.team
    open_bot.server.inject("oauth.v2.access", Fault(delay=0.2))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await clients.of(team.id)

    await clients.finish_renewals()
    (row,) = await stored(open_bot)
    assert row["rotating_until"] is None
    open_bot.clock.move_to(open_bot.clock.now() + timedelta(hours=13))
    assert (await clients.of(team.id)).token in team.tokens


async def test_an_installation_for_a_whole_organization_is_refused(open_bot: Bot) -> None:
    """Its events would name workspaces of which nothing is stored: nobody would be answered."""
    open_bot.team.organization = "E0ACME"
    with pytest.raises(AssertionError, match="install it in a workspace"):
        await install(open_bot)
    assert await stored(open_bot) == []


async def test_a_database_that_takes_no_installation_is_told_on_the_page(
    open_bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise StorageError("The database is gone.")

    monkeypatch.setattr(SqlInstallations, "save", refuse)
    with pytest.raises(AssertionError, match=r"503: (?s:.*)The database is gone"):
        await install(open_bot)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            Fault(error="bad_client_secret"),
            "Slack says &quot;bad_client_secret&quot;. Begin again.",
        ),
        (Fault(drop=True), "The connection to Slack was lost"),
        (Fault(status=429, retry_after=5), "Slack asks to wait"),
    ],
    ids=["refused", "lost", "too often"],
)
async def test_the_page_says_what_slack_says(open_bot: Bot, fault: Fault, said: str) -> None:
    open_bot.server.inject("oauth.v2.access", fault)
    with pytest.raises(AssertionError, match=f"503: (?s:.*){said}"):
        await install(open_bot)
