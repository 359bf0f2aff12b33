"""Passes to the console, on both databases."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.people import Member, Workspace
from bot.domain.visit import Pass, Visit
from bot.ports import UnitOfWork
from storage.unit_of_work import SqlStorage
from tests.contract.makers import NOW

LATER = NOW + timedelta(minutes=10)


async def make_visit(work: UnitOfWork, team: str = "acme", name: str = "ana") -> Visit:
    workspace: Workspace = await work.workspaces.ensure("local", team, team)
    member: Member = await work.members.ensure(workspace.id, name, name)
    return Visit(workspace, member, "#general", "Europe/Berlin")


async def test_a_pass_lets_one_in_as_what_it_is_until_it_is_taken(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        visit = await make_visit(work)
        await work.visits.add("a" * 64, Pass.LINK, visit, NOW, LATER)
    async with storage.writing() as work:
        assert await work.visits.find("a" * 64, Pass.VISIT, NOW) is None
        assert await work.visits.find("b" * 64, Pass.LINK, NOW) is None
        assert await work.visits.find("a" * 64, Pass.LINK, LATER) is None
        assert await work.visits.find("a" * 64, Pass.LINK, NOW) == visit
        assert await work.visits.take("a" * 64, Pass.LINK, LATER) is None
        assert await work.visits.take("a" * 64, Pass.LINK, NOW) == visit
        assert await work.visits.take("a" * 64, Pass.LINK, NOW) is None


async def test_what_has_expired_is_swept_away(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        visit = await make_visit(work)
        await work.visits.add("a" * 64, Pass.LINK, visit, NOW, LATER)
        await work.visits.add("b" * 64, Pass.LINK, visit, LATER, LATER + timedelta(hours=1))
        tables = [name async for name, _ in work.tenancy.export(visit.workspace)]
    assert tables.count("visits") == 1


async def test_passes_go_with_their_member_and_their_workspace(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        ana, ben = await make_visit(work), await make_visit(work, name="ben")
        eva = await make_visit(work, "globex", "eva")
        for digest, visit in (("a", ana), ("b", ben), ("c", eva)):
            await work.visits.add(digest * 64, Pass.VISIT, visit, NOW, LATER)
        await work.members.erase(ana.member)
        assert await work.visits.find("a" * 64, Pass.VISIT, NOW) is None
        assert await work.visits.find("b" * 64, Pass.VISIT, NOW) == ben
        await work.tenancy.leave(ben.workspace, NOW, "Removed.", None)
        assert await work.visits.find("b" * 64, Pass.VISIT, NOW) is None
        while await work.tenancy.erase_some(ben.workspace, 100):
            pass
        assert await work.visits.find("c" * 64, Pass.VISIT, NOW) == eva
