"""Calls, tokens and kept grades, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

from bot.domain.assessment import ModelUse
from bot.domain.grading import Band, Grade, PointVerdict, Verdict
from bot.domain.people import Member
from bot.domain.writing import Asker
from bot.ports import UnitOfWork
from storage.model_book import KEPT
from storage.unit_of_work import SqlStorage

NOW = datetime(2026, 3, 27, 9, tzinfo=UTC)
TODAY = NOW.date()
GRADE = Grade(
    0.5, Band.PARTIAL, (PointVerdict("a", Verdict.MET, "my “words”"),), None, "m", "Two. Words."
)


async def join(work: UnitOfWork, team: str, name: str) -> Member:
    workspace = await work.workspaces.ensure("local", team, team)
    return await work.members.ensure(workspace.id, name, name)


def asker_of(member: Member) -> Asker:
    return Asker(member.workspace_id, member.id)


async def test_a_day_has_so_many_calls_and_no_more(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        ana, eva = await join(work, "acme", "ana"), await join(work, "globex", "eva")

    async def take() -> bool:
        async with storage.writing() as work:
            return await work.model_book.take_call(ana.workspace_id, TODAY, 3)

    assert sorted(await asyncio.gather(*(take() for _ in range(8)))) == [False] * 5 + [True] * 3
    async with storage.writing() as work:
        book = work.model_book
        assert await book.take_call(eva.workspace_id, TODAY, 3)
        assert await book.take_call(ana.workspace_id, TODAY + timedelta(days=1), 3)
        assert await book.take_call(ana.workspace_id, TODAY, 0)
        assert (await book.use_since(ana.workspace_id, TODAY)).calls == 5
        assert (await book.use_since(eva.workspace_id, TODAY)).calls == 1


async def test_tokens_add_up_by_day(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        ana = await join(work, "acme", "ana")
        book = work.model_book
        await book.add_tokens(ana.workspace_id, TODAY, 700, 90)
        await book.add_tokens(ana.workspace_id, TODAY, 300, 10)
        await book.add_tokens(ana.workspace_id, date(2026, 2, 1), 5, 5)
        assert await book.use_since(ana.workspace_id, TODAY) == ModelUse(0, 1000, 100)
        assert await book.use_since(ana.workspace_id, date(2026, 1, 1)) == ModelUse(0, 1005, 105)


async def test_a_grade_is_found_in_its_workspace_alone_and_goes_with_who_it_quotes(
    storage: SqlStorage,
) -> None:
    async with storage.writing() as work:
        ana, ben = await join(work, "acme", "ana"), await join(work, "acme", "ben")
        eva = await join(work, "globex", "eva")
        book = work.model_book
        await book.keep_grade(asker_of(ana), "d", GRADE, NOW)
        await book.keep_grade(asker_of(ben), "d", GRADE, NOW)
        assert await book.find_grade(ben.workspace_id, "d") == GRADE
        assert await book.find_grade(ben.workspace_id, "e") is None
        assert await book.find_grade(eva.workspace_id, "d") is None
        await work.members.erase(ana)
        assert await book.find_grade(ben.workspace_id, "d") is None


async def test_old_grades_make_room(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        ana = await join(work, "acme", "ana")
        book = work.model_book
        await book.keep_grade(asker_of(ana), "old", GRADE, NOW)
        await book.keep_grade(asker_of(ana), "new", GRADE, NOW + KEPT + timedelta(days=1))
        assert await book.find_grade(ana.workspace_id, "old") is None
        assert await book.find_grade(ana.workspace_id, "new") == GRADE
