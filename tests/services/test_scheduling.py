"""Schedules that several people change at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from adapters.local.platform import NAME, LocalChat
from bot.domain.cards import ErrorCard, Reply
from bot.domain.events import CommandCalled, Origin
from bot.domain.schedule import Schedule
from tests.services.conftest import Engine

ANA = Origin(NAME, "acme", "#general", "ana", member_name="ana")


class Gate:
    """The platform's answer on the bot's rights: it comes when the test lets it."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.opened = asyncio.Event()

    async def __call__(self, _workspace: str, _channel: str) -> str | None:
        self.asked.set()
        await self.opened.wait()
        return None


@pytest.fixture
async def gate(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Gate:
    schedule = await engine.add_schedule()
    async with engine.app.storage.writing() as work:
        admin = await work.members.ensure(schedule.workspace_id, "ana", "ana")
        await work.members.set_admin(admin, True)
    gate = Gate()
    monkeypatch.setattr(LocalChat, "missing_rights", lambda _, *where: gate(*where))
    return gate


async def call(engine: Engine, path: str, **options: str) -> Reply:
    reply = await engine.app.handle(CommandCalled(ANA, path, {"id": "1", **options}))
    assert reply
    return reply


async def meanwhile(engine: Engine, gate: Gate, path: str, then: str, **options: str) -> Reply:
    """Call a command, and another one while the platform is asked for the first."""
    calling = asyncio.create_task(call(engine, path, **options))
    async with asyncio.timeout(10):
        await gate.asked.wait()
    await call(engine, then)
    gate.opened.set()
    return await calling


async def find(engine: Engine) -> Schedule | None:
    async with engine.app.storage.reading() as work:
        workspace = await work.workspaces.find(NAME, "acme")
        assert workspace
        return await work.schedules.find(workspace.id, 1)


async def test_a_schedule_that_was_removed_meanwhile_does_not_post_again(
    engine: Engine, gate: Gate
) -> None:
    reply = await meanwhile(
        engine, gate, "schedule edit", "schedule remove", channel="#other", time="10:00"
    )
    assert isinstance(reply.cards[0], ErrorCard)
    await engine.advance(timedelta(days=3))
    assert engine.posted == []


async def test_one_that_was_removed_meanwhile_is_not_resumed(engine: Engine, gate: Gate) -> None:
    await call(engine, "schedule pause")
    reply = await meanwhile(engine, gate, "schedule resume", "schedule remove")
    assert isinstance(reply.cards[0], ErrorCard)
    await engine.advance(timedelta(days=3))
    assert engine.posted == []


async def test_one_that_was_paused_meanwhile_stays_paused(engine: Engine, gate: Gate) -> None:
    await meanwhile(engine, gate, "schedule edit", "schedule pause", channel="#other")
    changed = await find(engine)
    assert changed
    assert (changed.channel, changed.next_due_at) == ("#other", None)
    assert changed.paused_because


async def test_what_is_saved_late_brings_no_removed_schedule_back(
    engine: Engine, gate: Gate
) -> None:
    """A service that read it before somebody else removed it, as two processes may do."""
    before = await find(engine)
    assert before
    await call(engine, "schedule remove")
    async with engine.app.storage.writing() as work:
        await work.schedules.save(before)
    await engine.advance(timedelta(days=3))
    assert engine.posted == []


async def test_what_was_done_by_hand_does_not_keep_the_name_of_who_is_forgotten(
    engine: Engine,
) -> None:
    schedule = await engine.add_schedule()
    async with engine.app.storage.writing() as work:
        admin = await work.members.ensure(schedule.workspace_id, "U1", "Anastasia")
        await work.members.set_admin(admin, True)
    her = Origin(NAME, "acme", "#general", "U1", member_name="Anastasia")
    for path in ("schedule skip", "schedule pause"):
        assert await engine.app.handle(CommandCalled(her, path, {"id": "1"}))
    assert await engine.app.handle(CommandCalled(her, "forget-me", {"confirm": "yes"}))

    async with engine.app.storage.reading() as work:
        [acme] = await work.tenancy.find("acme")
        rows = [str(row) async for _, row in work.tenancy.export(acme)]
    assert any("An admin skipped it." in row for row in rows)
    assert any("An admin paused it." in row for row in rows)
    assert not any("Anastasia" in row for row in rows)


async def test_a_name_that_several_have_makes_none_of_them_an_admin(engine: Engine) -> None:
    """Anybody can call themselves like the one who is meant, and come first."""
    schedule = await engine.add_schedule()
    async with engine.app.storage.writing() as work:
        for who in ("U666", "U2"):
            await work.members.ensure(schedule.workspace_id, who, "Ben")
        await work.members.set_admin(
            await work.members.ensure(schedule.workspace_id, "ana", "ana"), True
        )
    for named, granted in (("ben", 0), ("U2", 1)):
        await engine.app.handle(CommandCalled(ANA, "admins add", {"member": named}))
        async with engine.app.storage.reading() as work:
            admins = await work.members.admins(schedule.workspace_id)
        assert [one.external_id for one in admins if one.name == "Ben"] == ["U2"] * granted
