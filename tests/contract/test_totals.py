"""Kept points say what the log of attempts says, whatever happened, on both databases."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.attempt import AttemptKind
from bot.domain.delivery import Delivery, DeliveryState
from bot.domain.people import Member, MemberId, Workspace
from bot.domain.schedule import Schedule
from bot.domain.standing import ALL, STEP, list_periods, name_month, name_period, name_week
from bot.ports import UnitOfWork
from storage.engine import open_engine
from storage.schema import _alembic_config, _set_foreign_keys, migrate
from storage.unit_of_work import SqlStorage
from tests.contract.makers import attempt, make_draft, make_schedule, post

MONDAY = date(2026, 3, 30)
NOW = datetime(2026, 3, 30, 9, tzinfo=UTC)
_QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@dataclass
class Model:
    """What was logged, kept plainly."""

    points: dict[MemberId, Counter[str]] = field(default_factory=dict)
    listed: dict[MemberId, bool] = field(default_factory=dict)

    def log(self, member: Member, slot: date, points: int) -> None:
        """Count for each period; no points make a row, too."""
        kept = self.points.setdefault(member.id, Counter())
        for period in list_periods(slot):
            kept[period] += points

    def rank(self, period: str) -> dict[MemberId, tuple[int, int]]:
        """Return points and rank of each listed member."""
        rows = {
            one: kept[period]
            for one, kept in self.points.items()
            if period in kept and self.listed[one]
        }
        return {
            one: (points, 1 + sum(other > points for other in rows.values()))
            for one, points in rows.items()
        }


Act = tuple[str, int, int, int]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["answer", "answer", "answer", "reveal", "private", "list", "erase"]),
        st.integers(0, 5),
        st.integers(0, 20),
        st.sampled_from([0, 1, 15, 20, STEP - 1, STEP, 3 * STEP]),
    ),
    max_size=25,
)


@pytest.mark.parametrize("places", [10])
@settings(max_examples=30, deadline=None, suppress_health_check=_QUIET)
@given(acts=ACTS)
async def test_totals_and_ranks_are_those_of_the_log(
    storage: SqlStorage, places: int, acts: list[Act]
) -> None:
    model = Model()
    async with storage.writing() as work:
        team = f"team{id(acts)}-{len(await work.workspaces.everyone())}"
        workspace, schedule = await make_schedule(work, team)
        for act in acts:
            await _do(work, workspace, schedule, model, act)
        periods = {period for kept in model.points.values() for period in kept}
        for period in sorted(periods | {ALL}):
            await _compare(work, workspace, model, period, places)


async def _do(
    work: UnitOfWork, workspace: Workspace, schedule: Schedule, model: Model, act: Act
) -> None:
    what, number, offset, points = act
    member = await work.members.ensure(workspace.id, f"U{number}", f"m{number}")
    model.listed.setdefault(member.id, member.on_leaderboard)
    slot = MONDAY + timedelta(days=offset)
    if what == "list":
        wish = not member.on_leaderboard
        await work.members.save(replace(member, on_leaderboard=wish))
        model.listed[member.id] = wish
    elif what == "erase":
        await work.members.erase(member)
        model.points.pop(member.id, None)
        del model.listed[member.id]  # SQLite gives the number to the next one
    else:
        await _log(work, workspace, schedule, model, member, slot, what, points)


async def _log(
    work: UnitOfWork,
    workspace: Workspace,
    schedule: Schedule,
    model: Model,
    member: Member,
    slot: date,
    what: str,
    points: int,
) -> None:
    if what == "private":
        delivery = await _ask(work, workspace, schedule, member, slot)
    else:
        delivery = await post(work, workspace, schedule, slot, NOW)
    kind = AttemptKind.REVEAL if what == "reveal" else AttemptKind.ANSWER
    first = kind is AttemptKind.ANSWER
    earned = points if first and what != "private" else 0
    one = attempt(member, delivery, kind, first=first, points=earned)
    if await work.attempts.add(one) and what != "private":
        model.log(member, slot, earned)


async def _ask(
    work: UnitOfWork, workspace: Workspace, schedule: Schedule, member: Member, slot: date
) -> Delivery:
    draft = replace(
        make_draft(workspace, schedule, slot),
        key=f"p{member.id}-{slot}",
        schedule_id=None,
        member_id=member.id,
        state=DeliveryState.CONFIRMED,
    )
    await work.deliveries.insert([draft])
    delivery = await work.deliveries.by_key(workspace.id, draft.key)
    assert delivery is not None
    return delivery


async def _compare(
    work: UnitOfWork, workspace: Workspace, model: Model, period: str, places: int
) -> None:
    expected = model.rank(period)
    top = await work.totals.top(workspace.id, period, places)
    assert {one.id: points for one, points in top} == {
        one: points for one, (points, _) in expected.items()
    }
    assert [points for _, points in top] == sorted((p for p, _ in expected.values()), reverse=True)
    for member_id in model.listed:
        place = await work.totals.place(workspace.id, period, member_id)
        assert place == expected.get(member_id)


async def test_equal_points_share_a_rank_across_steps(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        delivery = await post(work, workspace, schedule, MONDAY, NOW)
        points = [3 * STEP + 5, 3 * STEP, 2 * STEP, STEP + 1, STEP + 1, STEP - 1, 0]
        members = []
        for number, won in enumerate(points):
            member = await work.members.ensure(workspace.id, f"U{number}", f"m{number}")
            members.append(member)
            answer = attempt(member, delivery, AttemptKind.ANSWER, first=True, points=won)
            await work.attempts.add(answer)
        places = [await work.totals.place(workspace.id, ALL, one.id) for one in members]
    assert [place and place[1] for place in places] == [1, 2, 3, 4, 4, 6, 7]


async def test_workspaces_have_tables_of_their_own(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        for team, won in (("acme", 5), ("globex", 9)):
            workspace, schedule = await make_schedule(work, team)
            delivery = await post(work, workspace, schedule, MONDAY, NOW)
            member = await work.members.ensure(workspace.id, "U1", team)
            answer = attempt(member, delivery, AttemptKind.ANSWER, first=True, points=won)
            await work.attempts.add(answer)
        acme, _ = await work.workspaces.everyone()
        [(member, points)] = await work.totals.top(acme.id, ALL, 10)
        assert (member.name, points) == ("acme", 5)
        assert await work.totals.place(acme.id, ALL, member.id) == (5, 1)


async def test_nobody_is_listed_by_others_at_the_same_moment(storage: SqlStorage) -> None:
    """Answers and a change of mind at once: the steps still hold every listed member once."""
    async with storage.writing() as work:
        workspace, schedule = await make_schedule(work)
        delivery = await post(work, workspace, schedule, MONDAY, NOW)
        members = [await work.members.ensure(workspace.id, f"U{n}", f"m{n}") for n in range(12)]

    async def answer(member: Member, points: int) -> None:
        async with storage.writing() as work:
            await work.attempts.add(
                attempt(member, delivery, AttemptKind.ANSWER, first=True, points=points)
            )

    async def leave(member: Member) -> None:
        async with storage.writing() as work:
            await work.members.save(replace(member, on_leaderboard=False))

    await asyncio.gather(
        *(answer(member, 10 * number) for number, member in enumerate(members)),
        *(leave(member) for member in members[::3]),
        *(answer(member, 5) for member in members),
    )
    async with storage.reading() as work:
        top = await work.totals.top(workspace.id, ALL, 20)
        last = await work.totals.place(workspace.id, ALL, top[-1][0].id)
    assert len(top) == 8
    assert last is not None
    assert last[1] <= 8


@pytest.fixture
async def old_engine(bare_url: str) -> AsyncIterator[AsyncEngine]:
    """A database without the kept totals, and nothing in it."""
    from tests.contract.test_schema import wipe

    engine = open_engine(bare_url)
    await wipe(engine)
    await migrate(engine)
    yield engine
    await wipe(engine)
    await engine.dispose()


async def test_the_migration_adds_up_what_was_logged_before(old_engine: AsyncEngine) -> None:
    import random

    from alembic import command

    storage = SqlStorage(old_engine, random.Random(1))
    async with storage.writing() as work:
        for team in ("acme", "globex"):
            workspace, schedule = await make_schedule(work, team)
            for number in range(4):
                member = await work.members.ensure(workspace.id, f"U{number}", f"m{number}")
                for offset in range(0, 40, 1 + number):
                    slot = date(2025, 12, 20) + timedelta(days=offset)
                    delivery = await post(work, workspace, schedule, slot, NOW)
                    won = (number * 7 + offset) % 21
                    await work.attempts.add(
                        attempt(member, delivery, AttemptKind.ANSWER, first=True, points=won)
                    )
                if number == 3:
                    await work.members.save(replace(member, on_leaderboard=False))
    before = await _read_tables(old_engine)

    def go_back(connection: object) -> None:
        command.downgrade(_alembic_config(connection), "0008-1")

    async with old_engine.connect() as connection:
        if old_engine.dialect.name == "sqlite":
            await _set_foreign_keys(connection, on=False)
        async with connection.begin():
            await connection.run_sync(go_back)
    await old_engine.dispose()
    await migrate(old_engine)
    assert await _read_tables(old_engine) == before


async def _read_tables(engine: AsyncEngine) -> Mapping[str, Sequence[object]]:
    queries = {
        "totals": "SELECT workspace_id, period, member_id, points, attempts, listed FROM totals",
        "steps": "SELECT workspace_id, period, size, start, members FROM total_steps "
        "WHERE members <> 0",
    }
    async with engine.connect() as connection:
        return {
            name: sorted(tuple(row) for row in await connection.execute(text(query)))
            for name, query in queries.items()
        }


def test_periods_are_named_by_the_slot_s_date() -> None:
    sunday, monday = date(2026, 3, 29), date(2026, 3, 30)
    assert (name_week(sunday), name_week(monday)) == ("w2026-03-23", "w2026-03-30")
    assert name_week(date(2027, 1, 1)) == "w2026-12-28"
    assert name_month(sunday) == "m2026-03"
    assert [name_period(word, sunday) for word in ("week", "month", "all")] == [
        "w2026-03-23",
        "m2026-03",
        "all",
    ]
    assert list_periods(sunday) == tuple(sorted(list_periods(sunday)))
