"""A member is erased while something is written for them, on both databases."""

from __future__ import annotations

import asyncio

from bot.domain.attempt import AttemptKind
from bot.domain.people import Member, Workspace
from bot.domain.review import Review
from bot.domain.streak import Streak
from bot.ports import UnitOfWork
from bot.services.streaks import count_streaks
from storage.unit_of_work import SqlStorage
from tests.contract.makers import NOW, TODAY, attempt, make_schedule, post

MANY_TRIPS = 100
"""In the time of so many, the other transaction comes as far as it can."""


async def erase(storage: SqlStorage, member: Member) -> None:
    async with storage.writing() as work:
        await work.members.erase(member)


async def make_member(work: UnitOfWork) -> tuple[Workspace, Member]:
    workspace, _ = await make_schedule(work)
    return workspace, await work.members.ensure(workspace.id, "U1", "ben")


async def test_who_is_erased_while_answering_meets_no_lock_in_a_ring(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        delivery = await post(work, workspace, schedule, TODAY, NOW)
        ben = await work.members.ensure(workspace.id, "U1", "ben")
    async with storage.writing() as work:
        await work.reviews.add([Review(workspace.id, ben.id, "depends", NOW)])
        erasing = asyncio.create_task(erase(storage, ben))
        for _ in range(MANY_TRIPS):
            await work.attempts.kinds(workspace.id, ben.id, delivery.id)
        await work.attempts.add(attempt(ben, delivery, AttemptKind.ANSWER, first=True))
    await erasing
    async with storage.reading() as work:
        assert await work.members.get(workspace.id, ben.id) is None
        assert await work.attempts.kinds(workspace.id, ben.id, delivery.id) == {}


async def test_streaks_are_counted_of_who_was_erased_meanwhile(storage: SqlStorage) -> None:
    """A leaderboard or a digest has read who is in it; then one of them goes."""
    async with storage.writing() as work:
        workspace, ben = await make_member(work)
        ana = await work.members.ensure(workspace.id, "U2", "ana")
    await erase(storage, ben)
    async with storage.writing() as work:
        both = [ana.id, ben.id]
        counted = await count_streaks(work, workspace.id, both, NOW)
        assert counted == dict.fromkeys(both, Streak())
        assert list(await work.streaks.find(workspace.id, both)) == [ana.id]


async def test_who_comes_under_another_name_while_erased_is_somebody_new(
    storage: SqlStorage,
) -> None:
    async with storage.writing() as work:
        workspace, ben = await make_member(work)

    async def come() -> Member:
        async with storage.writing() as work:
            return await work.members.ensure(workspace.id, "U1", "Benjamin")

    async with storage.writing() as work:
        await work.members.erase(ben)
        coming = asyncio.create_task(come())
        for _ in range(MANY_TRIPS):
            await work.members.admins(workspace.id)
    benjamin = await coming
    assert benjamin.id != ben.id
    async with storage.reading() as work:
        assert await work.members.get(workspace.id, benjamin.id) == benjamin
