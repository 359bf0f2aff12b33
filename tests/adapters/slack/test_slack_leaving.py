"""The app is removed from a workspace: once, late, out of order, and with a kill between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

import adapters.slack.install
from bot.errors import StorageError
from storage.installations import SqlInstallations
from storage.tenancy import TenancyRepository
from tests.adapters.slack.installing import engine_of, install, stored
from tests.fakes import slack_server
from tests.fakes.slack_bot import Bot, post_question
from tests.fakes.slack_server import NotAcknowledged

REMOVED: dict[str, Any] = {"type": "app_uninstalled"}
REVOKED: dict[str, Any] = {"type": "tokens_revoked", "tokens": {"bot": ["U1"]}}


async def read_erase_at(bot: Bot) -> object:
    async with engine_of(bot).connect() as connection:
        return (await connection.execute(text("SELECT erase_at FROM workspaces"))).scalar()


@asynccontextmanager
async def restart(bot: Bot) -> AsyncIterator[Bot]:
    restarted = await bot.start_process()
    try:
        yield restarted
    finally:
        await restarted.stop()


def wait(bot: Bot, minutes: float) -> None:
    bot.clock.move_to(bot.clock.now() + timedelta(minutes=minutes))


async def test_uninstalling_forgets_the_tokens_and_pauses_the_schedules(open_bot: Bot) -> None:
    await install(open_bot)
    await post_question(open_bot)

    await open_bot.acts.send_event({"type": "app_uninstalled"})
    await open_bot.settle()

    assert await stored(open_bot) == []
    async with engine_of(open_bot).connect() as connection:
        rows = await connection.execute(text("SELECT paused_because, next_due_at FROM schedules"))
        assert [tuple(row) for row in rows] == [("The app was removed from the workspace.", None)]


async def test_installing_again_before_the_data_is_erased_restores_it(open_bot: Bot) -> None:
    await install(open_bot)
    await post_question(open_bot)
    await open_bot.acts.send_event({"type": "app_uninstalled"})
    await open_bot.settle()
    await install(open_bot)
    await open_bot.settle()

    async with engine_of(open_bot).connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT paused_because, next_due_at IS NULL, erase_at "
                "FROM schedules JOIN workspaces ON workspaces.id = workspace_id"
            )
        )
        assert [tuple(row) for row in rows] == [(None, 0, None)]


async def test_revoked_bot_tokens_count_as_uninstalling_user_tokens_do_not(open_bot: Bot) -> None:
    await install(open_bot)
    await open_bot.acts.send_event({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}})
    await open_bot.settle()
    assert len(await stored(open_bot)) == 1

    await open_bot.acts.send_event({"type": "tokens_revoked", "tokens": {"bot": ["U1"]}})
    await open_bot.settle()
    assert await stored(open_bot) == []


@pytest.mark.parametrize("event", [REMOVED, REVOKED], ids=["app_uninstalled", "tokens_revoked"])
async def test_what_is_told_of_an_earlier_installation_touches_no_newer_one(
    open_bot: Bot, event: dict[str, Any]
) -> None:
    """Slack sends an event again for an hour where nobody answered."""
    await install(open_bot)
    await post_question(open_bot)
    removed_at = open_bot.clock.now().timestamp()
    wait(open_bot, 5)
    await install(open_bot)

    wait(open_bot, 1)
    await open_bot.acts.send_event(event, happened_at=removed_at)
    await open_bot.settle()

    assert len(await stored(open_bot)) == 1
    assert await read_erase_at(open_bot) is None
    await open_bot.type(open_bot.ben, "topics")
    assert open_bot.last.kind == "topics"


async def test_removed_within_the_second_of_its_installing_it_is_gone(open_bot: Bot) -> None:
    """Slack tells times of events in whole seconds."""
    wait(open_bot, 0.01)
    await install(open_bot)
    await open_bot.acts.send_event(REMOVED, happened_at=int(open_bot.clock.now().timestamp()))
    await open_bot.settle()

    assert await stored(open_bot) == []


async def test_renewed_tokens_do_not_make_an_installation_newer(open_bot: Bot) -> None:
    await install(open_bot, rotating=True)
    wait(open_bot, 11 * 60)
    removed_at = open_bot.clock.now().timestamp()
    wait(open_bot, 1)
    await open_bot.type(open_bot.ben, "topics")

    await open_bot.acts.send_event(REMOVED, happened_at=removed_at)
    await open_bot.settle()

    assert await stored(open_bot) == []


async def die(*_: object) -> None:
    raise RuntimeError("killed")


async def test_a_kill_between_the_two_steps_of_leaving_is_healed(
    open_bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await install(open_bot)
    await post_question(open_bot)

    with monkeypatch.context() as killing:
        killing.setattr(SqlInstallations, "remove", die)
        with pytest.raises(NotAcknowledged):
            await open_bot.acts.send_event(REMOVED, "Ev1")
        await open_bot.settle()
    assert await read_erase_at(open_bot), "nothing of it hangs on Slack sending it again"

    async with restart(open_bot) as restarted:
        await restarted.acts.send_event(REMOVED, "Ev1")
        assert await stored(restarted) == []


async def refuse(*_: object) -> None:
    raise StorageError("The database is gone.")


async def test_a_fault_of_ours_is_not_acknowledged_by_the_socket_either(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await post_question(bot)
    monkeypatch.setattr(TenancyRepository, "leave", refuse)
    monkeypatch.setattr(slack_server, "ACK_SECONDS", 0.5)
    with pytest.raises(NotAcknowledged):
        await bot.acts.send_event(REMOVED)


async def test_what_the_database_does_not_take_is_sent_again(
    open_bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await install(open_bot)
    await post_question(open_bot)

    with monkeypatch.context() as failing:
        failing.setattr(TenancyRepository, "leave", refuse)
        with pytest.raises(NotAcknowledged, match="503"):
            await open_bot.acts.send_event(REMOVED, "Ev1")
    assert len(await stored(open_bot)) == 1

    await open_bot.acts.send_event(REMOVED, "Ev1")
    assert await stored(open_bot) == []
    assert await read_erase_at(open_bot)


async def test_a_kill_before_the_core_knows_of_a_return_is_healed_at_the_next_start(
    open_bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await install(open_bot)
    await post_question(open_bot)
    await open_bot.acts.send_event(REMOVED)
    wait(open_bot, 5)

    with monkeypatch.context() as killing:
        killing.setattr(adapters.slack.install, "announce", die)
        with pytest.raises(AssertionError, match="500"):
            await install(open_bot)
    assert await read_erase_at(open_bot)

    async with restart(open_bot) as restarted:
        assert await read_erase_at(restarted) is None
        await restarted.type(restarted.ana, "schedule list")
        assert "paused" not in restarted.last.text


async def test_a_removal_that_was_never_told_of_is_learned_from_the_next_post(
    open_bot: Bot,
) -> None:
    """Slack gives up telling a service that is down. An admin who let the app in again without
    installing it finds all as it was: the token is kept as long as the data."""
    await install(open_bot)
    await open_bot.type(open_bot.ana, "schedule add 10:05 days:mon-sun")
    open_bot.team.installed = False
    wait(open_bot, 5)
    await open_bot.settle()
    assert await read_erase_at(open_bot)
    assert len(await stored(open_bot)) == 1

    open_bot.team.installed = True
    wait(open_bot, 5)
    await open_bot.type(open_bot.ana, "schedule list")
    assert "paused" not in open_bot.last.text
    assert await read_erase_at(open_bot) is None


async def test_a_token_of_the_settings_that_is_refused_erases_nothing(http_bot: Bot) -> None:
    await http_bot.type(http_bot.ana, "schedule add 10:05")
    http_bot.team.installed = False
    wait(http_bot, 5)
    await http_bot.settle()
    assert await read_erase_at(http_bot) is None


async def test_the_only_workspace_heeds_nothing_from_before_it_signed_in(http_bot: Bot) -> None:
    removed_at = http_bot.clock.now().timestamp()
    wait(http_bot, 5)
    async with restart(http_bot) as restarted:
        await restarted.acts.send_event(REMOVED, happened_at=removed_at)
        await restarted.settle()

        await restarted.type(restarted.ben, "topics")
        assert restarted.last.kind == "topics"
