"""What several processes store for the first time in the same instant, they store once."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.installation import Installation
from bot.domain.people import Member, Role
from bot.domain.review import Review
from bot.errors import StorageError
from storage.adapter_words import AdapterWords
from storage.installations import SqlInstallations
from storage.secrets import Cipher
from storage.unit_of_work import SqlStorage
from tests.contract.makers import NOW, make_question, make_schedule

WRITERS = 8
MANY_TRIPS = 30
"""In the time of so many, the other transactions come as far as they can."""


async def test_a_role_that_two_admins_name_at_once(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        workspace, _ = await make_schedule(work)

    async def add(name: str) -> None:
        async with storage.writing() as work:
            await work.admin_roles.add(workspace.id, Role("R1", name))
            for _ in range(MANY_TRIPS):
                await work.members.admins(workspace.id)

    await asyncio.gather(*(add(f"mods{number}") for number in range(WRITERS)))
    await add("mods")
    async with storage.reading() as work:
        assert await work.admin_roles.of_workspace(workspace.id) == [Role("R1", "mods")]


async def test_an_app_that_two_admins_install_at_once(storage: SqlStorage) -> None:
    installations = SqlInstallations(
        storage.engine, Cipher([Fernet.generate_key().decode()]), "slack"
    )
    app = Installation("T1", "Acme", "U1", "B1", "xoxb-1", frozenset({"commands"}))
    await asyncio.gather(*(installations.save(app) for _ in range(WRITERS)))
    assert await installations.everyone() == [app]


async def test_a_word_that_two_processes_keep_at_once(storage: SqlStorage) -> None:
    await asyncio.gather(*(_keep(storage.engine, f"{number}") for number in range(WRITERS)))
    words = AdapterWords(storage.engine, "discord")
    await words.keep("home:U1", "G1")
    assert await words.recall("home:U1") == "G1"


async def _keep(engine: AsyncEngine, word: str) -> None:
    """Each process has words of its own, and takes its own turns."""
    await AdapterWords(engine, "discord").keep("home:U1", word)


async def test_two_imports_of_a_pack_at_once(storage: SqlStorage) -> None:
    """One of what is stored already, one of an edited file: the later one is what counts."""
    old = [make_question(name) for name in ("aa", "bb")]
    new = [make_question(name, prompt="Why not?") for name in ("aa", "bb")]
    async with storage.writing() as work:
        workspace, _ = await make_schedule(work)
        await work.questions.store_pack("ours", "old", old, workspace.id)

    async def store_again() -> None:
        async with storage.writing() as work:
            await work.questions.store_pack("ours", "old", old, workspace.id)

    async with storage.writing() as work:
        await work.questions.store_pack("ours", "new", new, workspace.id)
        storing = asyncio.create_task(store_again())
        for _ in range(MANY_TRIPS):
            await work.members.admins(workspace.id)
    await storing
    async with storage.reading() as work:
        stored = await work.questions.pack_questions(workspace.id, "ours")
    assert [(one.id, one.prompt) for one in stored] == [(one.id, one.prompt) for one in old]


async def test_the_queue_and_what_members_do_meet_in_no_ring(storage: SqlStorage) -> None:
    """Rows that refer to the workspace hold it, too; the queue's own lock is none of theirs."""
    async with storage.writing() as work:
        workspace, _ = await make_schedule(work)
        members = [await work.members.ensure(workspace.id, f"U{n}", f"m{n}") for n in range(2)]

    async def act(member: Member) -> None:
        async with storage.writing() as work:
            await work.reviews.add([Review(workspace.id, member.id, "depends", NOW)])
            for _ in range(MANY_TRIPS):
                await work.members.admins(workspace.id)
            await work.drafts.lock(workspace.id)

    await asyncio.gather(*map(act, members))
    async with storage.reading() as work:
        for member in members:
            assert await work.reviews.find(workspace.id, member.id, "depends")


async def test_where_no_connection_comes_free_that_is_said(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that answers nobody holds those who asked, and others wait for their places."""
    monkeypatch.setattr(storage.engine.pool, "_timeout", 0.01)
    said = "too slow: all connections to it are in use"
    async with AsyncExitStack() as busy:
        for _ in range(15):
            await busy.enter_async_context(storage.reading())
        with pytest.raises(StorageError, match=said):
            await busy.enter_async_context(storage.reading())
    async with storage.reading() as work:
        assert await work.workspaces.everyone() == []
