"""Thrown out of a workspace: nothing is delivered, all is kept for a while, then all is erased."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from adapters.local.platform import NAME
from bot.domain.events import AccessLost, AccessRegained, CommandCalled, Origin
from bot.questions.loader import load_pack
from bot.services import erasing
from storage import tenancy
from storage.adapter_words import AdapterWords
from tests.services.conftest import Engine
from tests.stage import PACKS

THIRTY_DAYS = timedelta(days=30)
TEAM = Origin(NAME, "acme", "", "")
LOST = AccessLost(TEAM, "The bot was removed.")
SUGGESTION = {
    "question": "What does an APIRouter prefix change?",
    "answer": "It goes in front of every path of the router.",
    "level": "fresher",
    "topic": "routing",
}


def by(member: str, team: str = "acme") -> Origin:
    return Origin(NAME, team, "#general", member, member_name=member)


async def live(engine: Engine, team: str = "acme") -> None:
    """Let a workspace have something in every corner: an own question, posted and answered."""
    schedule = await engine.add_schedule(team)
    await engine.app.handle(CommandCalled(by("ben", team), "suggest", SUGGESTION))
    async with engine.app.storage.writing() as work:
        question = load_pack(PACKS["small"])[0]
        await work.questions.add_own(schedule.workspace_id, "own", question)
        await work.curation.retire(schedule.workspace_id, "bad-body", engine.clock.now())
    await engine.advance(timedelta(minutes=10))
    await engine.app.handle(CommandCalled(by("ben", team), "answer", {"text": "It depends."}))
    await engine.app.handle(
        CommandCalled(by("ben", team), "settings", {"away-until": "2026-12-01"})
    )


async def count_rows(engine: Engine, team: str) -> dict[str, int]:
    """Count a team's rows by table."""
    counts = {}
    async with engine.app.engine.connect() as connection:
        found = await connection.execute(
            text("SELECT id FROM workspaces WHERE external_id = :team"), {"team": team}
        )
        workspace = found.scalar()
        for table in SQLModel.metadata.tables.values():
            if "workspace_id" in table.columns:
                rows = await connection.execute(
                    text(f"SELECT count(*) FROM {table.name} WHERE workspace_id = :id"),
                    {"id": workspace},
                )
                counts[table.name] = rows.scalar() or 0
    return {"workspaces": int(workspace is not None)} | counts


async def test_nothing_is_delivered_after_leaving_and_all_is_erased_in_time(
    engine: Engine,
) -> None:
    await live(engine)
    await live(engine, "globex")
    before = await count_rows(engine, "globex")
    left_at = engine.clock.now()
    await engine.app.handle(LOST)
    await engine.app.handle(AccessLost(TEAM, "Its tokens were revoked."))
    posted = len([message for message in engine.posted if message.workspace == "acme"])
    await engine.advance(timedelta(days=29))
    assert len([message for message in engine.posted if message.workspace == "acme"]) == posted
    kept = await count_rows(engine, "acme")
    assert kept["attempts"] == 1

    await engine.advance(left_at + THIRTY_DAYS - timedelta(seconds=1) - engine.clock.now())
    assert await count_rows(engine, "acme") == kept
    await engine.advance(timedelta(seconds=1))
    assert set((await count_rows(engine, "acme")).values()) == {0}
    after = await count_rows(engine, "globex")
    assert after.pop("deliveries") > before.pop("deliveries")
    assert {name: after[name] for name in before} == before


async def test_a_return_before_that_restores_everything(engine: Engine) -> None:
    await live(engine)
    rows = await count_rows(engine, "acme")
    await engine.app.handle(LOST)
    await engine.advance(timedelta(days=20))
    await engine.app.handle(AccessRegained(TEAM))
    told = len(engine.posted)
    await engine.advance(timedelta(days=20))
    after = await count_rows(engine, "acme")
    assert after["attempts"] == rows["attempts"]
    assert after["drafts"] == rows["drafts"]
    new = engine.posted[told:]
    assert "The bot is back. Schedule 1 posts again" in str(new[0].card)
    assert len([message for message in new if message.card.kind == "question"]) == 20


async def test_who_uses_the_bot_shows_that_it_is_back(engine: Engine) -> None:
    await live(engine)
    await engine.app.handle(LOST)
    await engine.advance(timedelta(seconds=30))
    await engine.app.handle(CommandCalled(by("ben"), "streak"))
    assert await erase_at(engine) is not None
    await engine.advance(timedelta(minutes=2))
    await engine.app.handle(CommandCalled(by("ben"), "streak"))
    assert await erase_at(engine) is None
    await engine.advance(timedelta(days=40))
    assert (await count_rows(engine, "acme"))["workspaces"] == 1


async def erase_at(engine: Engine) -> Any:
    async with engine.app.engine.connect() as connection:
        rows = await connection.execute(text("SELECT erase_at FROM workspaces"))
        return rows.scalar()


async def test_who_is_told_of_the_removal_after_a_post_was_refused_erases_in_time(
    engine: Engine,
) -> None:
    await live(engine)
    async with engine.app.storage.writing() as work:
        [workspace] = await work.tenancy.find("acme")
        assert await work.tenancy.leave(workspace, engine.clock.now(), "Its token.", None)
    assert await erase_at(engine) is None
    await engine.app.handle(LOST)
    async with engine.app.storage.reading() as work:
        [workspace] = await work.tenancy.find("acme")
    assert (workspace.left_at, await erase_at(engine) is None) == (engine.clock.now(), False)
    await engine.app.handle(AccessRegained(TEAM))
    assert await erase_at(engine) is None


async def test_a_digest_waits_for_the_return_as_well(engine: Engine) -> None:
    await live(engine)
    engine.platform.workspaces["acme"].admins.add("ana")
    edit = CommandCalled(by("ana"), "schedule edit", {"id": "1", "digest": "fri"})
    reply = await engine.app.handle(edit)
    assert reply is not None
    assert reply.cards[0].kind == "schedule", reply.cards[0]
    await engine.app.handle(LOST)
    assert await engine.app.next_wake_at() == engine.clock.now() + THIRTY_DAYS
    await engine.advance(timedelta(days=9))
    await engine.app.handle(AccessRegained(TEAM))
    async with engine.app.storage.reading() as work:
        [workspace] = await work.tenancy.find("acme")
        [schedule] = await work.schedules.of_workspace(workspace.id)
    assert schedule.digest_due_at is not None
    assert schedule.digest_due_at > engine.clock.now()


async def test_what_an_admin_paused_stays_paused(engine: Engine) -> None:
    await live(engine)
    engine.platform.workspaces["acme"].admins.add("ana")
    await engine.app.handle(CommandCalled(by("ana"), "schedule pause", {"id": "1"}))
    await engine.app.handle(LOST)
    await engine.advance(timedelta(days=1))
    await engine.app.handle(AccessRegained(TEAM))
    assert await engine.app.next_wake_at() is None


async def test_an_unknown_workspace_leaves_no_trace(engine: Engine) -> None:
    await engine.app.handle(LOST)
    await engine.app.handle(AccessRegained(TEAM))
    assert (await count_rows(engine, "acme"))["workspaces"] == 0
    assert await engine.app.next_wake_at() is None


async def test_a_lost_channel_is_not_a_lost_workspace(engine: Engine) -> None:
    await live(engine)
    await engine.app.handle(AccessLost(by(""), "The channel was deleted."))
    assert await erase_at(engine) is None


async def test_erasing_takes_small_steps_and_what_adapters_noted(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live(engine)
    monkeypatch.setattr(erasing, "ROWS_AT_ONCE", 1)
    words = AdapterWords(engine.app.engine, NAME)
    for name, word in (("home:ben", "acme"), ("greeted:acme", "yes"), ("home:eva", "globex")):
        await words.keep(name, word)
    async with engine.app.storage.reading() as work:
        [workspace] = await work.tenancy.find("acme")
    await engine.app.dispatching.erasing.erase(workspace)
    assert set((await count_rows(engine, "acme")).values()) == {0}
    assert [await words.recall(name) for name in ("home:ben", "greeted:acme", "home:eva")] == [
        None,
        None,
        "globex",
    ]


async def test_an_erasure_that_was_broken_off_goes_on_later(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live(engine)
    monkeypatch.setattr(erasing, "ROWS_AT_ONCE", 1)
    await engine.app.handle(LOST)
    running = engine.app.dispatching.erasing
    running.stop_soon()
    await engine.advance(THIRTY_DAYS)
    assert (await count_rows(engine, "acme"))["workspaces"] == 1
    assert await engine.app.next_wake_at() == engine.clock.now() + running.again_after
    engine.app.dispatching.erasing = erasing.Erasing(engine.app.storage, engine.clock)
    await engine.advance(running.again_after)
    assert set((await count_rows(engine, "acme")).values()) == {0}
    assert await engine.app.next_wake_at() is None


async def test_forget_me_erases_what_the_adapter_noted_here_alone(engine: Engine) -> None:
    await live(engine)
    words = AdapterWords(engine.app.engine, NAME)
    await words.keep("home:ben", "acme")
    await words.keep("home:cem", "globex")
    for member in ("ben", "cem"):
        await engine.app.handle(CommandCalled(by(member), "forget-me", {"confirm": "yes"}))
    assert await words.recall("home:ben") is None
    assert await words.recall("home:cem") == "globex"
    counts = await count_rows(engine, "acme")
    assert (counts["attempts"], counts["away_periods"]) == (0, 0)
    async with engine.app.engine.connect() as connection:
        [draft] = await connection.execute(
            text("SELECT state, body, words, author_id, channel FROM drafts")
        )
    assert tuple(draft) == ("erased", "", "", None, "")


async def test_an_export_holds_every_row_and_no_token(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenancy, "_PAGE", 2)
    await live(engine)
    await live(engine, "globex")
    async with engine.app.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO installations (platform, external_id, name, bot_user, bot_id, "
                "scopes, token) VALUES (:platform, 'acme', 'Acme', 'U', 'B', '', 'cipher')"
            ),
            {"platform": NAME},
        )
    tables: dict[str, list[Any]] = {}
    async with engine.app.storage.reading() as work:
        [workspace] = await work.tenancy.find("acme")
        async for table, row in work.tenancy.export(workspace):
            tables.setdefault(table, []).append(row)
    counts = await count_rows(engine, "acme")
    expected = {name: count for name, count in counts.items() if count}
    assert {name: len(rows) for name, rows in tables.items()} == expected | {"installations": 1}
    assert tables["workspaces"][0]["external_id"] == "acme"
    assert "token" not in tables["installations"][0]
    assert "It depends." in [row["answer"] for row in tables["attempts"]]
    assert datetime.fromisoformat(tables["attempts"][0]["at"]).tzinfo is not None
    assert "globex" not in str(tables)


async def test_an_edit_in_the_instant_of_the_return_stays(engine: Engine) -> None:
    """Another process hears of the return while an admin's first command is carried out."""
    schedule = await engine.add_schedule()
    await engine.app.handle(LOST)
    async with engine.app.storage.writing() as work:
        where = (schedule.workspace_id, schedule.number)
        held = await work.schedules.find(*where, to_change=True)
        assert held
        coming_back = asyncio.create_task(engine.app.handle(AccessRegained(TEAM)))
        for _ in range(50):
            await work.members.admins(schedule.workspace_id)
        later = replace(held.rhythm, time=time(17))
        await work.schedules.save(replace(held, rhythm=later))
    await coming_back
    async with engine.app.storage.reading() as work:
        found = await work.schedules.find(*where)
    assert found
    assert (found.rhythm.time, found.paused_because) == (time(17), None)
    assert found.next_due_at
    assert found.next_due_at.hour == 17
