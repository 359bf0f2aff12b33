"""What an operator looks at, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from bot.domain import delivery as moves
from bot.domain.delivery import DeliveryState
from bot.domain.health import OVERDUE_AFTER, Process, Tally
from bot.services.reporting import Reporting
from storage.unit_of_work import SqlStorage
from tests.contract.makers import LEASE, NOW, claim_all, make_draft, make_schedule

LATER = NOW + OVERDUE_AFTER + timedelta(seconds=1)


async def test_a_process_says_that_it_lives_and_goodbye(storage: SqlStorage) -> None:
    one = Process("a/1", ("discord", "slack"), NOW, NOW, NOW)
    async with storage.writing() as work:
        await work.operations.beat(one)
        moved = Process("a/1", ("discord", "slack"), NOW, NOW + LEASE, NOW + LEASE)
        await work.operations.beat(moved)
        assert await work.operations.processes() == [moved]
        other = Process("b/2", ("slack",), NOW + LEASE, NOW + timedelta(days=2))
        await work.operations.beat(other)
        assert await work.operations.processes() == [other], "the dead are forgotten after a day"
        await work.operations.leave("b/2")
        assert await work.operations.processes() == []


async def make_stuck(storage: SqlStorage) -> str:
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        await work.deliveries.insert([make_draft(workspace, schedule)])
    [mine] = await claim_all(storage)
    async with storage.writing() as work:
        await work.leases.mark_sending([mine], NOW + LEASE)
        await work.leases.settle([(mine, moves.give_up_looking())])
    return mine.key


async def test_what_waits_is_counted(storage: SqlStorage) -> None:
    await make_stuck(storage)
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work, "second")
        await work.deliveries.insert([make_draft(workspace, schedule)])
        assert await work.operations.tally(NOW) == Tally({"scheduled": 1}, {}, stuck=1)
        # a delivery of one schedule, and both schedules themselves
        assert await work.operations.tally(LATER) == Tally({"scheduled": 1}, {"local": 3}, stuck=1)
        assert len(await work.leases.expire(NOW + timedelta(hours=7), 100)) == 1
        assert (await work.operations.tally(NOW)).missed == 1


async def test_a_stuck_delivery_is_found_and_put_back_once(storage: SqlStorage) -> None:
    key = await make_stuck(storage)
    async with storage.writing() as work:
        assert await work.operations.find("nokey") is None
        found = await work.operations.find(key)
        assert found is not None
        workspace, stuck = found
        assert (workspace.platform, stuck.state) == ("local", DeliveryState.STUCK)
        assert await work.operations.send_again(stuck, LATER, LATER + LEASE)
        assert not await work.operations.send_again(stuck, LATER, LATER + LEASE)
    [again] = await claim_all(storage, LATER)
    assert (again.key, again.expires_at) == (key, LATER + LEASE)


async def test_an_old_stuck_delivery_is_found_behind_many_newer_ones(storage: SqlStorage) -> None:
    key = await make_stuck(storage)
    later = NOW + timedelta(days=60)
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        await work.deliveries.insert(
            [
                replace(make_draft(workspace, schedule, run=run), due_at=later, expires_at=later)
                for run in range(1, 60)
            ]
        )
        assert len(await work.leases.expire(later + timedelta(seconds=1), 100)) == 59
        newest = await work.posts.newest(workspace.id, 50)
        assert {one.state for one in newest} == {DeliveryState.SKIPPED}
        [stuck] = await work.posts.newest(workspace.id, 50, state=DeliveryState.STUCK)
        first, *others = await work.posts.missed(workspace.id, later, 20)
        assert first.key == stuck.key == key
        assert [one.run for one in others] == list(range(59, 40, -1))
        assert len(await work.posts.missed(workspace.id, later + LEASE, 20)) == 1
    found = await Reporting(storage).deliveries(50, DeliveryState.STUCK)
    assert [(team.name, one.key) for team, one in found] == [("acme", key)]


async def test_counting_the_stuck_reads_no_other_row(storage: SqlStorage) -> None:
    if storage.engine.dialect.name == "sqlite":
        plan = "EXPLAIN QUERY PLAN SELECT count(*) FROM deliveries WHERE state = 'stuck'"
    else:
        plan = "EXPLAIN SELECT count(*) FROM deliveries WHERE state = 'stuck'"
    async with storage.engine.begin() as connection:
        if storage.engine.dialect.name == "postgresql":
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
        rows = (await connection.execute(text(plan))).all()
    assert "ix_deliveries_due_at_stuck" in str(rows)
