"""Packs of a workspace's own, retirements and statistics: alike on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from bot.domain.attempt import Attempt, AttemptKind
from bot.domain.bank import QuestionStatistics, StoredPack
from bot.domain.delivery import Delivery, DeliveryState, Draft, Purpose
from bot.domain.grading import Grade, band_of
from bot.domain.people import Level, Member, Workspace, WorkspaceId
from bot.domain.question import Kind, Markdown, Question, QuestionFilter
from bot.ports import UnitOfWork
from storage.unit_of_work import SqlStorage

NOW = datetime(2026, 3, 27, 8, 0, tzinfo=UTC)
ALL = QuestionFilter()


def make_question(name: str, pack: str = "ours", prompt: str = "Why?") -> Question:
    return Question(
        id=name,
        pack=pack,
        title=name.title(),
        level=Level.FRESHER,
        topics=("routing",),
        kind=Kind.OPEN,
        prompt=Markdown(prompt),
        answer=Markdown("Because."),
    )


async def make_tenants(work: UnitOfWork) -> tuple[Workspace, Workspace]:
    return (
        await work.workspaces.ensure("local", "acme", "Acme"),
        await work.workspaces.ensure("local", "globex", "Globex"),
    )


async def deck_ids(
    work: UnitOfWork, workspace_id: WorkspaceId, wanted: QuestionFilter = ALL
) -> list[str]:
    return [question.id for question in await work.questions.deck(workspace_id, wanted)]


@contextmanager
def counting_statements(storage: SqlStorage) -> Iterator[list[str]]:
    seen: list[str] = []

    def see(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(storage.engine.sync_engine, "before_cursor_execute", see)
    yield seen
    event.remove(storage.engine.sync_engine, "before_cursor_execute", see)


async def test_an_own_pack_is_its_workspaces_alone(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        acme, globex = await make_tenants(work)
        await work.questions.store_pack("fastapi", "1", [make_question("a", "fastapi")])
        await work.questions.store_pack("ours", "1", [make_question("b")], acme.id)
        assert await deck_ids(work, acme.id) == ["a", "b"]
        assert await deck_ids(work, acme.id, QuestionFilter(pack="ours")) == ["b"]
        assert await deck_ids(work, globex.id) == ["a"]
        assert await deck_ids(work, globex.id, QuestionFilter(pack="ours")) == []
        [own] = await work.questions.deck(acme.id, QuestionFilter(pack="ours"))
        assert await work.questions.get_many(globex.id, [own.key]) == {}
        assert await work.questions.pack_questions(globex.id, "ours") == []
        assert await work.questions.pack_questions(acme.id, "ours") == [make_question("b")]
        assert await work.curation.packs(acme.id) == [
            StoredPack("fastapi", own=False, on_request=False, questions=1),
            StoredPack("ours", own=True, on_request=False, questions=1),
        ]
        assert [pack.name for pack in await work.curation.packs(globex.id)] == ["fastapi"]


async def test_two_workspaces_may_give_their_packs_one_name(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        acme, globex = await make_tenants(work)
        await work.questions.store_pack("ours", "1", [make_question("a")], acme.id)
        await work.questions.store_pack("ours", "2", [make_question("b")], globex.id)
        assert await deck_ids(work, acme.id) == ["a"]
        assert await deck_ids(work, globex.id) == ["b"]


async def test_an_edited_own_question_keeps_its_history(storage: SqlStorage) -> None:
    before, after = make_question("a"), make_question("a", prompt="How?")
    async with storage.writing() as work:
        acme, _ = await make_tenants(work)
        await work.questions.store_pack("ours", "1", [before, make_question("b")], acme.id)
        [old, _] = await work.questions.deck(acme.id, ALL)
        await work.questions.store_pack("ours", "2", [after], acme.id)
        [new] = await work.questions.deck(acme.id, ALL)
        assert await work.questions.get_many(acme.id, [old.key, new.key]) == {
            old.key: before,
            new.key: after,
        }


async def test_single_questions_join_an_own_pack(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        acme, globex = await make_tenants(work)
        first = await work.questions.add_own(acme.id, "custom", make_question("a", "draft"))
        await work.questions.add_own(acme.id, "custom", make_question("b", "draft"))
        edited = make_question("a", "custom", prompt="How?")
        second = await work.questions.add_own(acme.id, "custom", edited)
        again = await work.questions.add_own(acme.id, "custom", make_question("a", "draft"))
        assert again == first != second
        assert await deck_ids(work, acme.id) == ["a", "b"]
        assert await deck_ids(work, globex.id) == []
        [current, _] = await work.questions.pack_questions(acme.id, "custom")
        assert current == make_question("a", "custom")


async def test_a_pack_that_breaks_off_leaves_what_was_there(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        acme, _ = await make_tenants(work)
        await work.questions.store_pack("ours", "1", [make_question("a")], acme.id)

    async def break_off() -> None:
        async with storage.writing() as work:
            many = [make_question(f"b{number}") for number in range(1200)]
            await work.questions.store_pack("ours", "2", many, acme.id)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await break_off()
    async with storage.reading() as work:
        assert await deck_ids(work, acme.id) == ["a"]


async def test_a_retirement_is_the_workspaces_own_and_can_be_taken_back(
    storage: SqlStorage,
) -> None:
    async with storage.writing() as work:
        acme, globex = await make_tenants(work)
        shared = [make_question("a", "fastapi"), make_question("b", "fastapi")]
        await work.questions.store_pack("fastapi", "1", shared)
        assert await work.curation.retire(acme.id, "a", NOW)
        assert not await work.curation.retire(acme.id, "a", NOW)
        assert await deck_ids(work, acme.id) == ["b"]
        assert await deck_ids(work, acme.id, QuestionFilter(pack="fastapi")) == ["b"]
        assert await deck_ids(work, globex.id) == ["a", "b"]
        entries = await work.curation.entries(acme.id, ALL)
        assert [(entry.summary.id, entry.state) for entry in entries] == [
            ("a", "retired"),
            ("b", "active"),
        ]
        edited = make_question("a", "fastapi", prompt="How?")
        await work.questions.store_pack("fastapi", "2", [edited])
        assert await deck_ids(work, acme.id) == []
        assert not await work.curation.restore(globex.id, "a")
        assert await work.curation.restore(acme.id, "a")
        assert not await work.curation.restore(acme.id, "a")
        assert await deck_ids(work, acme.id) == ["a"]


async def test_of_one_id_the_own_question_counts(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        acme, globex = await make_tenants(work)
        own = replace(make_question("a"), level=Level.FIVE_YEAR)
        await work.questions.store_pack("ours", "1", [own], acme.id)
        await work.questions.store_pack("fastapi", "1", [make_question("a", "fastapi")])
        [mine] = await work.questions.deck(acme.id, ALL)
        assert (mine.pack, mine.level) == ("ours", Level.FIVE_YEAR)
        assert await deck_ids(work, acme.id, QuestionFilter(level=Level.FRESHER)) == []
        [theirs] = await work.questions.deck(globex.id, ALL)
        [named] = await work.questions.deck(acme.id, QuestionFilter(pack="fastapi"))
        assert theirs == named


async def test_a_pack_on_request_is_in_no_deck_that_does_not_name_it(
    storage: SqlStorage,
) -> None:
    async with storage.writing() as work:
        acme, _ = await make_tenants(work)
        made = [make_question("g", "fastapi-generated")]
        await work.questions.store_pack("fastapi", "1", [make_question("a", "fastapi")])
        await work.questions.store_pack("fastapi-generated", "1", made, on_request=True)
        assert await deck_ids(work, acme.id) == ["a"]
        named = QuestionFilter(pack="fastapi-generated")
        assert await deck_ids(work, acme.id, named) == ["g"]
        packs = await work.curation.packs(acme.id)
    assert [(pack.name, pack.on_request) for pack in packs] == [
        ("fastapi", False),
        ("fastapi-generated", True),
    ]


async def test_decks_that_did_not_change_are_one_statement(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        acme, globex = await make_tenants(work)
        await work.questions.store_pack("fastapi", "1", [make_question("c", "fastapi")])
        shared = [make_question("a"), make_question("b")]
        await work.questions.store_pack("ours", "1", shared, acme.id)
        await work.curation.retire(acme.id, "a", NOW)
    async with storage.reading() as work:
        before = await work.questions.decks([acme.id, globex.id])
        with counting_statements(storage) as seen:
            after = await work.questions.decks([acme.id, globex.id])
        assert len(seen) == 1
        assert all(before[one] is after[one] for one in (acme.id, globex.id))
        assert await deck_ids(work, acme.id) == ["b", "c"]
        assert await deck_ids(work, globex.id) == ["c"]


async def test_any_change_is_in_the_next_deck(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        acme, globex = await make_tenants(work)
        await work.questions.store_pack("fastapi", "1", [make_question("c", "fastapi")])
        assert await deck_ids(work, acme.id) == ["c"]
        await work.questions.store_pack("ours", "1", [make_question("a")], acme.id)
        assert await deck_ids(work, acme.id) == ["a", "c"]
        await work.questions.add_own(acme.id, "ours", make_question("b"))
        assert await deck_ids(work, acme.id) == ["a", "b", "c"]
        await work.curation.retire(acme.id, "b", NOW)
        assert await deck_ids(work, acme.id) == ["a", "c"]
        await work.questions.store_pack("fastapi", "2", [make_question("d", "fastapi")])
        assert await deck_ids(work, acme.id) == ["a", "d"]
        await work.curation.restore(acme.id, "b")
        assert await deck_ids(work, acme.id) == ["a", "b", "d"]
        assert await deck_ids(work, globex.id) == ["d"]


async def show(work: UnitOfWork, workspace: Workspace, name: str, key: str) -> Delivery:
    draft = Draft(
        workspace_id=workspace.id,
        channel="#general",
        slot=NOW.date(),
        key=key,
        purpose=Purpose.QUESTION,
        due_at=NOW,
        expires_at=NOW + timedelta(hours=6),
        question_id=name,
        state=DeliveryState.CONFIRMED,
        posted_at=NOW,
    )
    await work.deliveries.insert([draft])
    delivery = await work.deliveries.by_key(workspace.id, key)
    assert delivery is not None
    return delivery


async def answer(
    work: UnitOfWork, member: Member, delivery: Delivery, score: float, first: bool = True
) -> None:
    await work.attempts.add(
        Attempt(
            workspace_id=member.workspace_id,
            member_id=member.id,
            delivery_id=delivery.id,
            slot=delivery.slot,
            kind=AttemptKind.ANSWER,
            at=NOW,
            late=False,
            first=first,
            grade=Grade(score, band_of(score), (), None, "lexical"),
        )
    )


async def test_statistics_count_posts_and_first_answers(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        acme, globex = await make_tenants(work)
        ana = await work.members.ensure(acme.id, "U1", "ana")
        ben = await work.members.ensure(acme.id, "U2", "ben")
        monday = await show(work, acme, "a", "k1")
        await show(work, acme, "a", "k2")
        await show(work, acme, "b", "k3")
        await show(work, globex, "a", "k4")
        await answer(work, ana, monday, 0.9)
        await answer(work, ana, monday, 0.1, first=False)
        await answer(work, ben, monday, 0.3)
        found = await work.curation.statistics(acme.id)
        assert found["b"] == QuestionStatistics(shown=1)
        assert (found["a"].shown, found["a"].answered, found["a"].right) == (2, 2, 0.5)
        assert found["a"].mean_score == pytest.approx(0.6)
        assert await work.curation.statistics(globex.id) == {"a": QuestionStatistics(shown=1)}


async def test_what_was_erased_is_never_shown_to_whoever_comes_next(storage: SqlStorage) -> None:
    """A service keeps questions by their numbers, and people by theirs while a model grades."""
    async with storage.writing() as work:
        acme = await work.workspaces.ensure("local", "acme", "Acme")
        ana = await work.members.ensure(acme.id, "ana", "Ana")
        secret = await work.questions.add_own(acme.id, "own", make_question("secret", "own"))
        assert secret in await work.questions.get_many(acme.id, [secret])
        while await work.tenancy.erase_some(acme, 100):
            pass
    async with storage.writing() as work:
        globex = await work.workspaces.ensure("local", "globex", "Globex")
        ben = await work.members.ensure(globex.id, "ben", "Ben")
        theirs = make_question("theirs", "own", prompt="How?")
        key = await work.questions.add_own(globex.id, "own", theirs)
        found = await work.questions.get_many(globex.id, [key])
    assert [question.id for question in found.values()] == ["theirs"]
    assert acme.id != globex.id
    assert ana.id != ben.id
