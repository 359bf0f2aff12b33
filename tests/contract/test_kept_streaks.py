"""Kept streaks are those of the whole ledger, whatever happened and in whatever order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.domain import delivery as moves
from bot.domain.attempt import AttemptKind
from bot.domain.delivery import Delivery, DeliveryState, Draft, Purpose
from bot.domain.people import Member, MemberId, Workspace
from bot.domain.schedule import Schedule
from bot.domain.streak import SETTLED_AFTER, Streak, sum_up, unsettles
from bot.services.settling import settle
from bot.services.streaks import count_streaks, load_ledger, log_and_count
from storage.unit_of_work import SqlStorage
from tests.contract.makers import attempt, make_schedule

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
GRACE = timedelta(hours=6)
LONG_AGO = START - timedelta(days=1000)

Act = tuple[str, int, int]
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("post"), st.sampled_from([0, 0, 0, -1, 1]), st.just(0)),
        st.tuples(st.just("late post"), st.integers(0, 30), st.integers(0, 3)),
        st.tuples(st.just("take part"), st.integers(0, 2), st.integers(0, 3)),
        st.tuples(st.just("answer"), st.integers(0, 2), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.integers(1, 60), st.just(0)),
        st.tuples(st.just("days"), st.integers(1, 25), st.integers(0, 15)),
        st.tuples(st.just("away"), st.integers(0, 2), st.integers(0, 20)),
        st.tuples(st.just("back"), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("look"), st.integers(0, 7), st.just(0)),
    ),
    min_size=3,
    max_size=30,
)


@dataclass
class World:
    """A workspace that lives through what hypothesis thinks of."""

    storage: SqlStorage
    workspace: Workspace
    schedule: Schedule
    members: list[Member]
    now: datetime = START
    posts: int = 0
    deliveries: list[Delivery] = field(default_factory=list)

    async def act(self, act: Act) -> None:
        """Do one thing."""
        match act:
            case ("post", offset, _):
                await self._post(self.now.date() + timedelta(days=offset), self.now)
            case ("late post", ago, hours):
                posted_at = self.now - timedelta(days=ago, hours=hours)
                await self._post(posted_at.date(), posted_at)
            case ("take part", number, back):
                await self._take_part(self.members[number], back)
            case ("answer", number, back):
                await self._answer(self.members[number], back)
            case ("wait", hours, _):
                self.now += timedelta(hours=hours)
            case ("days", count, who):
                await self._live(count, who)
            case ("away", number, days):
                await self._leave(self.members[number], days)
            case ("back", number, _):
                async with self.storage.writing() as work:
                    await work.members.end_away(self.members[number], self.now)
            case ("look", who, _):
                await self.check([one for n, one in enumerate(self.members) if who & 1 << n])

    async def _live(self, count: int, who: int) -> None:
        """Days on which a question is posted, or every other day, and some take part."""
        for _ in range(count):
            await self._post(self.now.date(), self.now)
            for number, member in enumerate(self.members):
                if who & 1 << number:
                    await self._take_part(member, 0)
            self.now += timedelta(days=2 if who & 8 else 1)

    async def _post(self, slot: date, posted_at: datetime) -> None:
        """Confirm a post, as the delivery engine does, at any time after it was made."""
        self.posts += 1
        key = f"{self.workspace.id}-{self.posts}"
        draft = Draft(
            self.workspace.id,
            "#general",
            slot,
            key,
            Purpose.QUESTION,
            due_at=LONG_AGO,
            expires_at=self.now + GRACE,
            run=self.posts,
            schedule_id=self.schedule.id,
        )
        async with self.storage.writing() as work:
            await work.deliveries.insert([draft])
            claimed = await work.leases.claim("me", self.now, self.now + GRACE, 1)
            await work.leases.mark_sending(claimed, self.now + GRACE)
        change = moves.confirm(key, posted_at)
        await settle(self.storage, [(one, change) for one in claimed], self.now)
        async with self.storage.reading() as work:
            delivery = await work.deliveries.by_key(self.workspace.id, key)
        assert delivery is not None
        self.deliveries.append(delivery)

    async def _take_part(self, member: Member, back: int) -> None:
        if len(self.deliveries) <= back:
            return
        delivery = self.deliveries[-1 - back]
        async with self.storage.writing() as work:
            late = await work.deliveries.is_over(delivery, self.now)
            await work.attempts.add(
                attempt(member, delivery, AttemptKind.REVEAL, late=late, at=self.now)
            )

    async def _answer(self, member: Member, back: int) -> None:
        """Answer a question, perhaps again; the numbers with that are those of the ledger."""
        if len(self.deliveries) <= back:
            return
        delivery = self.deliveries[-1 - back]
        async with self.storage.writing() as work:
            late = await work.deliveries.is_over(delivery, self.now)
            done = await work.attempts.kinds(self.workspace.id, member.id, delivery.id)
            answer = attempt(member, delivery, AttemptKind.ANSWER, late=late, first=True)
            new, streak = await log_and_count(work, answer, self.now)
            assert new is (AttemptKind.ANSWER not in done)
            assert streak == sum_up((await load_ledger(work, member))[0])

    async def _leave(self, member: Member, days: int) -> None:
        until = self.now.date() + timedelta(days=days)
        async with self.storage.writing() as work:
            await work.members.end_away(member, self.now)
            await work.members.announce_away(member, self.now, until)

    async def check(self, members: list[Member]) -> None:
        """Compare what is kept with what the whole ledger adds up to."""
        async with self.storage.writing() as work:
            expected = {one.id: sum_up((await load_ledger(work, one))[0]) for one in members}
            ids = [one.id for one in members]
            assert await count_streaks(work, self.workspace.id, ids, self.now) == expected


async def make_world(storage: SqlStorage) -> World:
    async with storage.writing() as work:
        team = f"team{len(await work.workspaces.everyone())}"
        workspace, schedule = await make_schedule(work, team)
        members = [await work.members.ensure(workspace.id, f"U{n}", f"m{n}") for n in range(3)]
    return World(storage, workspace, schedule, members)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=ACTS)
async def test_kept_streaks_are_those_of_the_ledger(storage: SqlStorage, acts: list[Act]) -> None:
    world = await make_world(storage)
    await world.act(("days", 12, 15))
    await world.check(world.members)
    for act in acts:
        await world.act(act)
    await world.check(world.members)


async def test_a_year_is_kept_but_for_its_last_two_weeks(storage: SqlStorage) -> None:
    world = await make_world(storage)
    ben = world.members[0]
    for _ in range(20):
        await world.act(("days", 18, 1))
        await world.check([ben])
    async with storage.reading() as work:
        kept = (await work.streaks.find(world.workspace.id, [ben.id]))[ben.id]
        log = await work.streaks.read_log(world.workspace.id, [ben.id], kept.through)
    assert kept.streak.current >= 340
    assert len(log.slots) <= 2 * SETTLED_AFTER.days + 18


async def test_a_post_found_long_after_it_was_made_counts(storage: SqlStorage) -> None:
    """A reply was lost in a gap; weeks later the post turns up: a day that everybody missed."""
    world = await make_world(storage)
    ben = world.members[0]
    await world.act(("days", 10, 1))
    world.now += timedelta(days=3)
    await world.act(("days", 25, 1))
    await world.check([ben])
    gap = START + timedelta(days=11)
    await world._post(gap.date(), gap)
    async with storage.reading() as work:
        assert await work.streaks.find(world.workspace.id, [ben.id]) == {}
    await world.check([ben])
    async with storage.writing() as work:
        counted = await count_streaks(work, world.workspace.id, [ben.id], world.now)
    assert counted[ben.id] == Streak(35, 35, 2)


async def test_posts_in_order_leave_what_is_kept_alone(storage: SqlStorage) -> None:
    world = await make_world(storage)
    await world.act(("days", 25, 7))
    await world.check(world.members)
    await world.act(("days", 5, 7))
    async with storage.reading() as work:
        kept = await work.streaks.find(world.workspace.id, [one.id for one in world.members])
    assert len(kept) == 3


async def test_an_answer_to_a_private_question_goes_on_no_streak(storage: SqlStorage) -> None:
    world = await make_world(storage)
    ben = world.members[0]
    await world.act(("days", 3, 0))
    await world.check([ben])
    own = Draft(
        world.workspace.id,
        "#general",
        world.deliveries[-1].slot,
        "own",
        Purpose.QUESTION,
        due_at=world.now,
        expires_at=world.now,
        state=DeliveryState.CONFIRMED,
        posted_at=world.now,
        member_id=ben.id,
    )
    async with storage.writing() as work:
        await work.deliveries.insert([own])
        delivery = await work.deliveries.by_key(world.workspace.id, "own")
        assert delivery
        answer = attempt(ben, delivery, AttemptKind.ANSWER, first=True)
        assert await log_and_count(work, answer, world.now) == (True, Streak())


async def test_an_answer_sent_twice_at_once_counts_in_both_replies(storage: SqlStorage) -> None:
    world = await make_world(storage)
    ben = world.members[0]
    await world.act(("post", 0, 0))
    await world.check([ben])
    answer = attempt(ben, world.deliveries[0], AttemptKind.ANSWER, first=True)

    async def send_again() -> tuple[bool, Streak]:
        async with storage.writing() as work:
            return await log_and_count(work, answer, world.now)

    async with storage.writing() as work:
        assert await log_and_count(work, answer, world.now) == (True, Streak(1, 1))
        again = asyncio.create_task(send_again())
        await wait_for_a_lock(storage)
    assert await again == (False, Streak(1, 1))


async def wait_for_a_lock(storage: SqlStorage) -> None:
    """Wait until another transaction waits for one; on SQLite writers wait in this process."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    if storage.engine.dialect.name == "postgresql":
        async with storage.engine.connect() as connection:
            while not await connection.scalar(waiting):
                await connection.rollback()


async def test_forgetting_a_member_forgets_their_streak(storage: SqlStorage) -> None:
    world = await make_world(storage)
    ben, ana, _ = world.members
    await world.act(("days", 3, 3))
    await world.check([ana, ben])
    async with storage.writing() as work:
        await work.members.erase(ben)
        kept = await work.streaks.find(world.workspace.id, [ben.id, ana.id])
    assert set(kept) == {ana.id}


def test_only_old_posts_unsettle() -> None:
    now = START
    assert not unsettles(now.date(), now, now)
    assert not unsettles(now.date() - timedelta(days=1), now - timedelta(days=2), now)
    assert unsettles(now.date(), now - timedelta(days=7), now)
    assert unsettles(now.date() - timedelta(days=6), now, now)


async def test_a_digest_and_a_leaderboard_keep_the_same_streaks_at_once(
    storage: SqlStorage,
) -> None:
    """Each has the members in an order of its own."""
    async with storage.writing() as work:
        workspace, _ = await make_schedule(work)
        members = [await work.members.ensure(workspace.id, f"U{n}", f"m{n}") for n in range(40)]

    async def count(ids: list[MemberId]) -> None:
        async with storage.writing() as work:
            await count_streaks(work, workspace.id, ids, START)

    ids = [member.id for member in members]
    await asyncio.gather(count(ids), count(ids[::-1]), count(ids), count(ids[::-1]))
    async with storage.reading() as work:
        assert set(await work.streaks.find(workspace.id, ids)) == set(ids)
