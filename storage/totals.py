"""Points by period, kept in the transaction that logs an attempt.

Beside the totals stand steps: how many listed members have each number of points, and how many
have points in each range of 128. A rank is one more than the members in higher steps, so that
it costs a walk over steps, whose number hangs on the points that can be won and not on the
number of members or attempts.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, Integer, bindparam, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.attempt import Attempt
from bot.domain.people import Member, MemberId, WorkspaceId
from bot.domain.standing import STEP, list_periods, list_steps
from storage.mapping import to_member
from storage.statements import connection_of
from storage.tables import MemberRow, TotalRow, table_of

_MEMBER_ADDED = """
SELECT id, workspace_id, on_leaderboard FROM members
WHERE id = :member_id AND workspace_id = :workspace_id AND EXISTS (
    SELECT 1 FROM deliveries AS d WHERE d.id = :delivery_id AND d.member_id IS NULL
) {condition}"""
"""A question that a member asked for alone adds nothing. The member is locked, lest somebody
who takes themselves off the list just now is listed by a new row; SQLite has one writer."""
_PERIODS = """
SELECT CAST(:first AS VARCHAR) AS period
UNION ALL SELECT CAST(:second AS VARCHAR)
UNION ALL SELECT CAST(:third AS VARCHAR)"""
_ADD_TOTALS = """
INSERT INTO totals (workspace_id, period, member_id, points, attempts, listed)
SELECT m.workspace_id, p.period, m.id, CAST(:points AS INTEGER), 1, m.on_leaderboard
FROM m CROSS JOIN p WHERE true
ON CONFLICT (workspace_id, period, member_id) DO UPDATE
SET points = totals.points + excluded.points, attempts = totals.attempts + 1
RETURNING period, points, attempts, listed
"""
_ADD_STEPS = """
INSERT INTO total_steps (workspace_id, period, size, start, members)
{values}
ON CONFLICT (workspace_id, period, size, start) DO UPDATE
SET members = total_steps.members + excluded.members
"""
_MOVES = """
SELECT CAST(:workspace_id AS INTEGER), c.period, s.size, c.points - c.points % s.size, SUM(c.by)
FROM (
    SELECT period, points, 1 AS by FROM t WHERE listed
    UNION ALL
    SELECT period, points - CAST(:points AS INTEGER), -1 FROM t WHERE listed AND attempts > 1
) AS c CROSS JOIN (SELECT 1 AS size UNION ALL SELECT CAST(:step AS INTEGER)) AS s
GROUP BY 2, 3, 4 HAVING SUM(c.by) <> 0 ORDER BY 2, 3, 4
"""
"""The steps that a member leaves and enters whose totals `t` have got these points."""

_ADD_IN_THREAD = (
    f"WITH m AS ({_MEMBER_ADDED.format(condition='')}), p AS ({_PERIODS}) {_ADD_TOTALS}"
)
_MOVE_IN_THREAD = _ADD_STEPS.format(
    values="VALUES (:workspace_id, :period, :size, :start, :members)"
)
_MOVE = text(_MOVE_IN_THREAD)
_RANK_BY_STEPS = """
SELECT t.points, 1
  + (SELECT COALESCE(SUM(w.members), 0) FROM total_steps AS w
     WHERE w.workspace_id = t.workspace_id AND w.period = t.period AND w.size = {step}
       AND w.start > t.points)
  + (SELECT COALESCE(SUM(n.members), 0) FROM total_steps AS n
     WHERE n.workspace_id = t.workspace_id AND n.period = t.period AND n.size = 1
       AND n.start > t.points AND n.start < t.points - t.points % {step} + {step})
FROM totals AS t
WHERE t.workspace_id = :workspace_id AND t.period = :period AND t.member_id = :member_id
  AND t.listed
"""
_RANK = text(_RANK_BY_STEPS.format(step=STEP))
_MEMBER = table_of(MemberRow)
_TOTAL = table_of(TotalRow)
_TOP = (
    select(_MEMBER, _TOTAL.c.points)
    .join(_TOTAL, _TOTAL.c.member_id == _MEMBER.c.id)
    .where(
        _TOTAL.c.workspace_id == bindparam("workspace"),
        _TOTAL.c.period == bindparam("period"),
        _TOTAL.c.listed.is_(True),
    )
    .order_by(_TOTAL.c.points.desc(), _TOTAL.c.member_id.desc())
    .limit(bindparam("limit", type_=Integer, literal_execute=True))
)
"""PostgreSQL plans a statement once for all calls only where the plan is as good as one made for
the values of each: for that it must see how few rows are wanted, here and in `_RANK`."""
Step = tuple[int, str, int, int]
"""Workspace, period, size and start: the key of a step."""


def write_adding() -> tuple[CTE, ...]:
    """Write PostgreSQL's expressions that add the points of the attempt that is in `logged`.

    They take what `name_added` gives, and belong to a statement in this order, behind an
    expression of that name; where it has no row, nothing is added.
    """
    written = {
        "m": _MEMBER_ADDED.format(condition="AND EXISTS (SELECT 1 FROM logged) FOR SHARE"),
        "p": _PERIODS,
        "t": _ADD_TOTALS,
        "s": _ADD_STEPS.format(values=_MOVES),
    }
    return tuple(text(sql).columns().cte(name) for name, sql in written.items())


def name_added(attempt: Attempt) -> dict[str, Any]:
    """Give the parameters that say what an attempt adds where."""
    first, second, third = list_periods(attempt.slot)
    return {
        "workspace_id": attempt.workspace_id,
        "member_id": attempt.member_id,
        "delivery_id": attempt.delivery_id,
        "points": attempt.points,
        "first": first,
        "second": second,
        "third": third,
        "step": STEP,
    }


def add_in_thread(database: sqlite3.Connection, added: dict[str, Any]) -> None:
    """Add an attempt's points on SQLite, in its thread; `added` is what `name_added` gives."""
    steps: Counter[Step] = Counter()
    workspace_id, points = added["workspace_id"], added["points"]
    for period, after, attempts, listed in database.execute(_ADD_IN_THREAD, added).fetchall():
        if listed:
            _move(steps, workspace_id, period, None if attempts == 1 else after - points, after)
    database.executemany(_MOVE_IN_THREAD, _list_changes(steps))


def _move(
    steps: Counter[Step], workspace_id: int, period: str, before: int | None, after: int | None
) -> None:
    """Note that a member goes from so many points to others; None is for no place at all."""
    for points, change in ((before, -1), (after, 1)):
        if points is not None:
            for size, start in list_steps(points):
                steps[workspace_id, period, size, start] += change


def _list_changes(steps: Counter[Step]) -> list[dict[str, Any]]:
    """List what changes, in an order that is the same for everybody: nobody waits in a ring."""
    return [
        {"workspace_id": key[0], "period": key[1], "size": key[2], "start": key[3], "members": by}
        for key, by in sorted(steps.items())
        if by
    ]


async def set_listed(session: AsyncSession, member: Member, *, listed: bool) -> None:
    """Take the member into the standings, or out of them."""
    connection = connection_of(session)
    changed = await connection.execute(
        _TOTAL.update()
        .where(
            _TOTAL.c.member_id == member.id,
            _TOTAL.c.workspace_id == member.workspace_id,
            _TOTAL.c.listed != listed,
        )
        .values(listed=listed)
        .returning(_TOTAL.c.period, _TOTAL.c.points)
    )
    steps: Counter[Step] = Counter()
    for period, points in changed:
        places = (None, points) if listed else (points, None)
        _move(steps, member.workspace_id, period, *places)
    rows = _list_changes(steps)
    if rows:
        await connection.execute(_MOVE, rows)


@dataclass
class TotalRepository:
    """Implements `bot.ports.Totals`."""

    session: AsyncSession

    async def top(
        self, workspace_id: WorkspaceId, period: str, limit: int
    ) -> Sequence[tuple[Member, int]]:
        wanted = {"workspace": workspace_id, "period": period, "limit": limit}
        rows: Any = await connection_of(self.session).execute(_TOP, wanted)
        found = [(to_member(row), row.points) for row in rows]
        return sorted(found, key=lambda pair: (-pair[1], pair[0].name))

    async def place(
        self, workspace_id: WorkspaceId, period: str, member_id: MemberId
    ) -> tuple[int, int] | None:
        connection = connection_of(self.session)
        rows = await connection.execute(
            _RANK,
            {
                "workspace_id": workspace_id,
                "period": period,
                "member_id": member_id,
            },
        )
        found = rows.first()
        return (int(found[0]), int(found[1])) if found else None
