"""Who may send what until when: the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain import delivery as moves
from bot.domain.delivery import DeliveryState
from bot.errors import Rejected, RejectReason
from storage.unit_of_work import SqlStorage
from tests.contract.makers import LEASE, NOW, claim_all, make_draft, make_schedule

GONE = Rejected(RejectReason.CHANNEL_GONE, "No channel.", "Choose another.")
UNFIT = Rejected(RejectReason.INVALID, "Not to be shown.", "Report it.")


async def test_complaint_1_a_slot_has_one_delivery(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        draft = make_draft(workspace, schedule)
        another = replace(draft, key="another", channel="elsewhere")
        run = make_draft(workspace, schedule, run=1)
        await work.deliveries.insert([draft, another, run])
        await work.deliveries.insert([another])
        stored = await work.posts.newest(workspace.id, 10)
        assert {one.key for one in stored} == {draft.key, run.key}
        assert await work.deliveries.count_runs(schedule, NOW.date()) == 1


async def test_complaint_2_a_lease_keeps_a_second_process_away(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        await work.deliveries.insert([make_draft(*await make_schedule(work))])
    [mine] = await claim_all(storage)
    assert (mine.state, mine.fence) == (DeliveryState.CLAIMED, 1)
    assert await claim_all(storage) == []
    [theirs] = await claim_all(storage, NOW + LEASE)
    assert theirs.fence == 2
    async with storage.writing() as work:
        assert await work.leases.mark_sending([mine], NOW + LEASE) == set()
        assert await work.leases.mark_sending([theirs], NOW + 2 * LEASE) == {theirs.id}


async def test_a_process_takes_only_what_its_platforms_can_post(storage: SqlStorage) -> None:
    later = NOW + timedelta(days=1)
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        await work.schedules.save(replace(schedule, next_due_at=later))
        await work.deliveries.insert([make_draft(workspace, schedule)])
        ana = await work.members.ensure(workspace.id, "ana", "ana")
        await work.notices.add(workspace.id, ana.id, "#general", "hello", NOW)
        assert (await work.agenda.next_wakes(["slack"])).earliest() == later
        assert (await work.agenda.next_wakes(["slack", "local"])).earliest() == NOW
        assert not await work.leases.claim("me", NOW, NOW + LEASE, 10, (), ["slack"])
        assert not await work.notices.take_due(NOW, NOW + LEASE, 10, ["slack"])
        assert len(await work.notices.take_due(NOW, NOW + LEASE, 10, ["local"])) == 1
        [claimed] = await work.leases.claim("me", NOW, NOW + LEASE, 10, (), ["slack", "local"])
        await work.leases.mark_sending([claimed], NOW + LEASE)
        after = NOW + LEASE
        assert not await work.leases.take_ambiguous(after, after, 10, ["slack"])
        assert len(await work.leases.take_ambiguous(after, after, 10, ["local"])) == 1


async def test_only_the_holder_of_the_fence_settles(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        await work.deliveries.insert([make_draft(workspace, schedule)])
    [mine] = await claim_all(storage)
    async with storage.writing() as work:
        await work.leases.mark_sending([mine], NOW + LEASE)
        [taken] = await work.leases.take_ambiguous(NOW + LEASE, NOW + 2 * LEASE, 10)
        assert await work.leases.settle([(mine, moves.confirm("1", NOW))]) == set()
        assert await work.leases.settle([(taken, moves.confirm("1", NOW))]) == {taken.id}
        assert await work.leases.settle([(taken, moves.fail(GONE))]) == set()
        stored = await work.deliveries.by_message(workspace.id, "#general", "1")
    assert stored is not None
    assert (stored.state, stored.posted_at, stored.tries) == (DeliveryState.CONFIRMED, NOW, 1)


async def test_what_has_left_a_state_does_not_leave_it_again(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        await work.deliveries.insert([make_draft(*await make_schedule(work))])
    [mine] = await claim_all(storage)
    back = moves.leave_for_later(NOW, "Others go first.")
    async with storage.writing() as work:
        assert await work.leases.settle([(mine, back)]) == set(), "it is claimed, and not sent"
        assert await work.leases.mark_sending([mine], NOW + LEASE) == {mine.id}
        assert await work.leases.mark_sending([mine], NOW + LEASE) == set(), "it is sent already"
        await work.leases.release([(mine, back)])
        assert await work.leases.settle([(mine, moves.confirm("1", NOW))]) == {mine.id}


async def test_a_lease_that_is_prolonged_stays_in_the_same_hands(storage: SqlStorage) -> None:
    until, later = NOW + LEASE, NOW + 2 * LEASE
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        await work.deliveries.insert([make_draft(workspace, schedule)])
    [mine] = await claim_all(storage)
    async with storage.writing() as work:
        await work.leases.mark_sending([mine], until)
        await work.leases.prolong(until, later, 10, ["slack"])
        await work.leases.prolong(until, later, 0)
        assert (await work.agenda.next_wakes()).deliveries == until
        await work.leases.prolong(until, later, 10, ["local"])
        assert not await work.leases.take_ambiguous(until, later, 10)
        assert await work.leases.settle([(mine, moves.confirm("1", NOW))]) == {mine.id}


async def test_what_a_channel_was_not_shown_may_be_picked_again(storage: SqlStorage) -> None:
    """Its channel is gone, past its grace, cancelled: none of these was seen. In doubt it was, and
    what is not fit to be shown must not come back."""
    ends = ("refused", "unfit", "expired", "cancelled", "in doubt", "posted")
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        drafts = [
            replace(make_draft(workspace, schedule, run=run), question_id=name)
            for run, name in enumerate(ends)
        ]
        await work.deliveries.insert([one for one in drafts if one.question_id != "expired"])
    claimed = {one.question_id: one for one in await claim_all(storage)}
    channel = (workspace.id, schedule.channel)
    async with storage.writing() as work:
        sent = [claimed[name] for name in ("refused", "unfit", "in doubt", "posted")]
        await work.leases.mark_sending(sent, NOW + LEASE)
        changes = [
            (claimed["refused"], moves.fail(GONE)),
            (claimed["unfit"], moves.fail(UNFIT)),
            (claimed["in doubt"], moves.look_again(claimed["in doubt"], NOW, "lost")),
            (claimed["posted"], moves.confirm("1", NOW)),
        ]
        await work.leases.settle(changes)
        await work.deliveries.cancel_waiting(schedule, "moved")
        await work.deliveries.insert([one for one in drafts if one.question_id == "expired"])
        assert set((await work.deliveries.seen({channel}))[channel].rounds) == {
            "unfit",
            "in doubt",
            "posted",
            "expired",
        }
        await work.leases.expire(NOW + timedelta(days=1), 100)
        seen = (await work.deliveries.seen({channel}))[channel]
    assert seen.rounds == {"unfit": 1, "in doubt": 1, "posted": 1}
    assert seen.last_id == "posted"


async def test_what_is_past_its_grace_is_skipped(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        await work.deliveries.insert([make_draft(workspace, schedule)])
        assert len(await work.leases.expire(NOW + timedelta(hours=6), 100)) == 0
        assert len(await work.leases.expire(NOW + timedelta(hours=6, seconds=1), 100)) == 1
        assert (await work.agenda.next_wakes()).earliest() == schedule.next_due_at
        [skipped] = await work.posts.newest(workspace.id, 10)
    assert (skipped.state, bool(skipped.reason)) == (DeliveryState.SKIPPED, True)


async def test_what_is_taken_as_it_is_planned_is_being_sent(storage: SqlStorage) -> None:
    """Nobody can claim it, and once its lease has run out it is looked for on the platform."""
    until = NOW + LEASE
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        draft = make_draft(workspace, schedule)
        taken = await work.leases.take_new([draft], "me", until)
    assert list(taken) == [(workspace.id, draft.key)]
    delivery = moves.take(draft, taken[workspace.id, draft.key], schedule, until)
    async with storage.writing() as work:
        stored = await work.deliveries.by_key(workspace.id, draft.key)
        assert stored == replace(delivery, state=DeliveryState.SENDING, tries=1)
        assert not await work.leases.claim("other", NOW, until, 10)
        assert not await work.leases.take_ambiguous(NOW, until, 10)
        [doubtful] = await work.leases.take_ambiguous(until, until + LEASE, 10)
    async with storage.writing() as work:
        assert not await work.leases.settle([(delivery, moves.confirm("7", NOW))])
        assert await work.leases.settle([(doubtful, moves.confirm("8", NOW))])


async def test_complaint_1_what_is_taken_has_one_slot(storage: SqlStorage) -> None:
    """A slot that somebody else has written is not ours, in whatever state it is."""
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        drafts = [make_draft(workspace, schedule, run=run) for run in range(123)]
        await work.deliveries.insert(drafts[7:9])
        taken = await work.leases.take_new(drafts, "me", NOW + LEASE)
        again = await work.leases.take_new(drafts, "other", NOW + LEASE)
    assert {key for _, key in taken} == {draft.key for draft in drafts[:7] + drafts[9:]}
    assert len(set(taken.values())) == 121
    assert not again
    assert [one.run for one in sorted(await claim_all(storage), key=lambda one: one.run)] == [7, 8]


async def test_nothing_is_taken_where_nothing_is_planned(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        assert not await work.leases.take_new([], "me", NOW + LEASE)
