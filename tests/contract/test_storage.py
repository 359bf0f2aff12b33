"""What every database must do alike: the same tests on SQLite and on PostgreSQL."""

from __future__ import annotations

import traceback
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from bot.domain import delivery as moves
from bot.domain.attempt import AttemptKind
from bot.domain.deck import Seen
from bot.domain.delivery import DeliveryState, Purpose
from bot.domain.people import Level, MemberId, Role, WorkspaceId
from bot.domain.question import QuestionFilter
from bot.domain.schedule import Rhythm
from bot.domain.standing import ALL
from bot.errors import StorageError
from storage.unit_of_work import SqlStorage
from tests.contract.makers import (
    LEASE,
    NOW,
    TODAY,
    attempt,
    claim_all,
    make_draft,
    make_question,
    make_schedule,
    post,
)


async def test_a_workspace_and_a_member_are_made_once(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        first = await work.workspaces.ensure("local", "acme", "Acme")
        again = await work.workspaces.ensure("local", "acme", "Acme")
        ana = await work.members.ensure(first.id, "U1", "ana")
        renamed = await work.members.ensure(first.id, "U1", "anna")
    assert first == again
    assert renamed == replace(ana, name="anna")


async def test_an_error_rolls_everything_back(storage: SqlStorage) -> None:
    async def fail_half_way() -> None:
        async with storage.writing() as work:
            workspace = await work.workspaces.ensure("local", "acme", "Acme")
            await work.members.ensure(workspace.id, "U1", "ana")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_half_way()
    async with storage.writing() as work:
        workspace = await work.workspaces.ensure("local", "acme", "Acme")
        assert await work.members.find(workspace.id, "ana") is None


async def test_members_of_another_workspace_are_not_found(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        acme = await work.workspaces.ensure("local", "acme", "Acme")
        globex = await work.workspaces.ensure("local", "globex", "Globex")
        ana = await work.members.ensure(acme.id, "U1", "Ana")
        assert await work.members.find(acme.id, "ana") == ana
        assert await work.members.find(globex.id, "ana") is None
        assert await work.members.get(globex.id, ana.id) is None


async def test_schedule_numbers_count_per_workspace_and_are_not_used_again(
    storage: SqlStorage,
) -> None:
    async with storage.writing() as work:
        _, first = await make_schedule(work, "acme")
        _, second = await make_schedule(work, "acme")
        _, other = await make_schedule(work, "globex")
        await work.schedules.remove(second, NOW)
        _, third = await make_schedule(work, "acme")
    assert [first.number, second.number, third.number, other.number] == [1, 2, 3, 1]


async def test_a_schedule_comes_back_as_it_was_stored(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        changed = replace(
            schedule,
            rhythm=Rhythm(time(0, 30), "America/Sao_Paulo", frozenset({6, 0})),
            wanted=QuestionFilter(Level.FIVE_YEAR, "security", "fastapi"),
            reveal_after=timedelta(hours=8),
            next_due_at=NOW + timedelta(microseconds=1),
            paused_because="ana paused it.",
        )
        await work.schedules.save(changed)
    async with storage.reading() as work:
        assert await work.schedules.find(workspace.id, 1) == changed


async def test_due_schedules_come_earliest_first(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        _, one = await make_schedule(work, "a")
        _, two = await make_schedule(work, "b")
        _, later = await make_schedule(work, "c")
        await work.schedules.save(replace(two, next_due_at=NOW - timedelta(hours=1)))
        await work.schedules.save(replace(later, next_due_at=NOW + timedelta(hours=1)))
        due = await work.schedules.due(NOW, 10)
        assert [schedule.id for schedule in due] == [two.id, one.id]
        assert (await work.agenda.next_wakes()).earliest() == NOW - timedelta(hours=1)


async def test_of_a_question_shown_again_the_newest_round_counts(storage: SqlStorage) -> None:
    """Also where the rounds of two filters overlap, so that a lower one comes later."""
    shown = [("a", 1), ("b", 1), ("c", 1), ("b", 3), ("c", 2), ("a", 2)]
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        drafts = [
            replace(make_draft(workspace, schedule, run=run), question_id=name, round=number)
            for run, (name, number) in enumerate(shown)
        ]
        await work.deliveries.insert(drafts)
        channels = {(workspace.id, schedule.channel), (workspace.id, "#empty")}
        seen = await work.deliveries.seen(channels)
    assert seen == {(workspace.id, schedule.channel): Seen({"a": 2, "b": 3, "c": 2}, "a")}


async def test_question_days_are_the_dates_with_posts(storage: SqlStorage) -> None:
    friday, monday = date(2026, 3, 27), date(2026, 3, 30)
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        other, _ = await make_schedule(work, "globex")
        first = await post(work, workspace, schedule, friday, NOW)
        await post(work, workspace, schedule, friday, NOW + timedelta(hours=3), run=1)
        assert not await work.deliveries.is_over(first, NOW + timedelta(days=2))
        await post(work, workspace, schedule, monday, NOW + timedelta(days=3))
        assert await work.deliveries.is_over(first, NOW + timedelta(days=3))
        slots = await work.deliveries.posted_slots(workspace.id)
        assert await work.deliveries.posted_slots(other.id) == []
    assert [slot.date for slot in slots] == [friday, monday]
    assert slots[0].last_posted_at - slots[0].first_posted_at == timedelta(hours=3)


async def test_complaint_11_the_first_answer_is_locked(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        ana = await work.members.ensure(workspace.id, "U1", "ana")
        delivery = await post(work, workspace, schedule, NOW.date(), NOW)
        answer = attempt(ana, delivery, AttemptKind.ANSWER, first=True, points=9)
        assert await work.attempts.add(answer)
        assert not await work.attempts.add(replace(answer, points=20))
        assert await work.attempts.add(replace(answer, first=False, points=0))
        assert await work.attempts.add(replace(answer, first=False, points=0))
        reveal = attempt(ana, delivery, AttemptKind.REVEAL)
        assert await work.attempts.add(reveal)
        assert not await work.attempts.add(reveal)
        assert await work.totals.top(workspace.id, ALL, 10) == [(ana, 9)]
        counts = await work.attempts.counts(delivery)
        assert (counts.answered, counts.revealed) == (1, 1)


async def test_complaint_11_an_answer_is_known_from_another_post_of_that_day(
    storage: SqlStorage,
) -> None:
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        ana = await work.members.ensure(workspace.id, "U1", "ana")
        ben = await work.members.ensure(workspace.id, "U2", "ben")
        here = await post(work, workspace, schedule, TODAY, NOW)
        there = await post(work, workspace, schedule, TODAY, NOW, run=1)
        earlier = await post(work, workspace, schedule, TODAY - timedelta(days=1), NOW)
        know = work.deliveries.is_answer_known
        await work.attempts.add(attempt(ana, there, AttemptKind.SELF_RATING))
        await work.attempts.add(attempt(ana, earlier, AttemptKind.REVEAL))
        assert not await know(here, ana.id, NOW)
        await work.attempts.add(attempt(ana, there, AttemptKind.REVEAL))
        assert (await know(here, ana.id, NOW), await know(there, ana.id, NOW)) == (True, False)
        assert not await know(here, ana.id, NOW - timedelta(seconds=1))
        assert not await know(here, ben.id, NOW)
        answer = make_draft(workspace, schedule)
        public = replace(answer, purpose=Purpose.REVEAL, state=DeliveryState.CONFIRMED)
        await work.deliveries.insert([replace(public, key="answer", posted_at=NOW)])
        assert (await know(here, ben.id, NOW), await know(there, ben.id, NOW)) == (True, False)
        assert not await know(here, ben.id, NOW - timedelta(seconds=1))


async def test_late_and_private_attempts_are_no_part_in_a_question_day(
    storage: SqlStorage,
) -> None:
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        ana = await work.members.ensure(workspace.id, "U1", "ana")
        friday = await post(work, workspace, schedule, date(2026, 3, 27), NOW)
        saturday = await post(work, workspace, schedule, date(2026, 3, 28), NOW)
        asked = replace(
            make_draft(workspace, schedule, date(2026, 3, 29)),
            schedule_id=None,
            member_id=ana.id,
            state=DeliveryState.CONFIRMED,
        )
        await work.deliveries.insert([asked])
        private = await work.deliveries.by_key(workspace.id, asked.key)
        assert private is not None
        await work.attempts.add(attempt(ana, friday, AttemptKind.REVEAL))
        await work.attempts.add(attempt(ana, saturday, AttemptKind.REVEAL, late=True))
        await work.attempts.add(attempt(ana, private, AttemptKind.REVEAL))
        for after, dates in ((date.min, {date(2026, 3, 27)}), (date(2026, 3, 27), set())):
            log = await work.streaks.read_log(workspace.id, [ana.id], after)
            assert log.dates == {ana.id: dates}


async def test_erasing_a_member_erases_what_they_did_and_nothing_else(
    storage: SqlStorage,
) -> None:
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        ana = await work.members.ensure(workspace.id, "U1", "ana")
        ben = await work.members.ensure(workspace.id, "U2", "ben")
        await work.members.announce_away(ana, NOW, date(2026, 4, 1))
        delivery = await post(work, workspace, schedule, NOW.date(), NOW)
        for member in (ana, ben):
            await work.attempts.add(attempt(member, delivery, AttemptKind.REVEAL))
        await work.schedules.save(replace(schedule, created_by=ana.id))
        await work.members.erase(ana)
    async with storage.reading() as work:
        assert await work.members.get(workspace.id, ana.id) is None
        assert await work.members.away(workspace.id, ana.id) == []
        log = await work.streaks.read_log(workspace.id, [ana.id, ben.id], date.min)
        assert log.dates == {ana.id: set(), ben.id: {NOW.date()}}
        [kept] = await work.schedules.of_workspace(workspace.id)
    assert kept.created_by is None


async def test_an_edited_question_keeps_its_older_version_readable(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        workspace = await work.workspaces.ensure("local", "acme", "Acme")
        await work.questions.store_pack("fastapi", "1", [make_question("a"), make_question("b")])
        [old, _] = await work.questions.deck(workspace.id, QuestionFilter())
        edited = make_question("a", prompt="How?")
        await work.questions.store_pack("fastapi", "2", [edited])
        [new] = await work.questions.deck(workspace.id, QuestionFilter())
        both = await work.questions.get_many(workspace.id, [old.key, new.key])
        assert await work.questions.pack_digest("fastapi") == "2"
        await work.questions.store_pack("fastapi", "1", [make_question("a"), make_question("b")])
        back = await work.questions.deck(workspace.id, QuestionFilter())
    assert both == {old.key: make_question("a"), new.key: edited}
    assert [question.key for question in back][:1] == [old.key]


async def test_a_deck_is_filtered_by_level_topic_and_pack(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        workspace = await work.workspaces.ensure("local", "acme", "Acme")
        await work.questions.store_pack(
            "fastapi", "1", [make_question("a"), make_question("b", topic="security")]
        )
        by_topic = await work.questions.deck(workspace.id, QuestionFilter(topic="security"))
        by_level = await work.questions.deck(workspace.id, QuestionFilter(level=Level.FIVE_YEAR))
        by_pack = await work.questions.deck(workspace.id, QuestionFilter(pack="fastapi"))
    assert [question.id for question in by_topic] == ["b"]
    assert (len(by_level), len(by_pack)) == (0, 2)


async def test_a_notice_comes_again_until_it_was_handed_over(storage: SqlStorage) -> None:
    later = NOW + timedelta(minutes=5)
    async with storage.writing() as work:
        workspace = await work.workspaces.ensure("local", "acme", "Acme")
        ana = await work.members.ensure(workspace.id, "U1", "ana")
        await work.notices.add(workspace.id, ana.id, "#general", "Look!", NOW)
        [notice] = await work.notices.take_due(NOW, later, 10)
        assert await work.notices.take_due(NOW, later, 10) == []
        assert (await work.agenda.next_wakes()).earliest() == later
        assert await work.notices.take_due(later, later, 10) == [notice]
        await work.notices.done([notice])
        assert (await work.agenda.next_wakes()).earliest() is None


async def test_roles_that_may_configure(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        acme = await work.workspaces.ensure("discord", "1", "acme")
        globex = await work.workspaces.ensure("discord", "2", "globex")
        for role in (Role("7", "old name"), Role("8", "helpers"), Role("7", "mods")):
            await work.admin_roles.add(acme.id, role)
        await work.admin_roles.remove(globex.id, Role("8", "helpers"))
    async with storage.reading() as work:
        assert await work.admin_roles.of_workspace(acme.id) == [
            Role("8", "helpers"),
            Role("7", "mods"),
        ]
        assert await work.admin_roles.of_workspace(globex.id) == []
    async with storage.writing() as work:
        await work.admin_roles.remove(acme.id, Role("8", ""))
        assert await work.admin_roles.of_workspace(acme.id) == [Role("7", "mods")]


async def test_commits_are_counted_and_neither_looks_nor_what_was_rolled_back(
    storage: SqlStorage,
) -> None:
    async with storage.writing() as work:
        await work.workspaces.ensure("slack", "T9", "acme")
    async with storage.reading() as work:
        await work.workspaces.find("slack", "T9")
    with pytest.raises(KeyError):
        async with storage.writing():
            raise KeyError

    assert storage.commits == 1


async def test_an_error_does_not_repeat_what_members_wrote(storage: SqlStorage) -> None:
    private = "What I think of my manager."
    with pytest.raises(StorageError) as caught:
        async with storage.writing() as work:
            await work.notices.add(WorkspaceId(404), MemberId(404), "#general", private, NOW)
    assert private not in "".join(traceback.format_exception(caught.value))


async def test_a_post_of_another_workspace_is_not_found(storage: SqlStorage) -> None:
    """Keys and message ids are unique within a workspace alone, and buttons carry them."""
    async with storage.writing() as work:
        globex = await work.workspaces.ensure("local", "globex", "Globex")
        workspace, schedule = await make_schedule(work, "acme")
        draft = make_draft(workspace, schedule)
        await work.deliveries.insert([draft])
    [claimed] = await claim_all(storage)
    async with storage.writing() as work:
        await work.leases.mark_sending([claimed], NOW + LEASE)
        await work.leases.settle([(claimed, moves.confirm("1", NOW))])
    async with storage.reading() as work:
        for where, found in ((workspace.id, claimed.id), (globex.id, None)):
            by_key = await work.deliveries.by_key(where, draft.key)
            by_message = await work.deliveries.by_message(where, "#general", "1")
            for one in (by_key, by_message):
                assert (one and one.id) == found
