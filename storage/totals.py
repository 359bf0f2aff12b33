"""Points by period, kept in the transaction that logs an attempt.

Beside the totals stand steps: how many listed members have each number of points, and how many
have points in each range of 128. A rank is one more than the members in higher steps, so that
it costs a walk over steps, whose number hangs on the points that can be won and not on the
number of members or attempts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.attempt import Attempt
from bot.domain.people import Member, MemberId, WorkspaceId
from bot.domain.standing import STEP, list_periods, list_steps
from storage.mapping import to_member
from storage.tables import MemberRow, TotalRow, TotalStepRow

_ADD = """
WITH m AS (
    SELECT id, workspace_id, on_leaderboard FROM members
    WHERE id = :member_id AND workspace_id = :workspace_id AND EXISTS (
        SELECT 1 FROM deliveries AS d WHERE d.id = :delivery_id AND d.member_id IS NULL
    ) {lock}
), p AS (
    SELECT CAST(:first AS VARCHAR) AS period
    UNION ALL SELECT CAST(:second AS VARCHAR)
    UNION ALL SELECT CAST(:third AS VARCHAR)
)
INSERT INTO totals (workspace_id, period, member_id, points, attempts, listed)
SELECT m.workspace_id, p.period, m.id, CAST(:points AS INTEGER), 1, m.on_leaderboard
FROM m CROSS JOIN p WHERE true
ON CONFLICT (workspace_id, period, member_id) DO UPDATE
SET points = totals.points + excluded.points, attempts = totals.attempts + 1
RETURNING period, points, attempts, listed
"""
_ADD_ON = {
    "sqlite": text(_ADD.format(lock="")),
    "postgresql": text(_ADD.format(lock="FOR SHARE")),
}
"""A question that a member asked for alone adds nothing. The member is locked, lest somebody
who takes themselves off the list just now is listed by a new row."""
_RANK = text(
    """
SELECT t.points, 1
  + (SELECT COALESCE(SUM(w.members), 0) FROM total_steps AS w
     WHERE w.workspace_id = t.workspace_id AND w.period = t.period AND w.size = :step
       AND w.start > t.points)
  + (SELECT COALESCE(SUM(n.members), 0) FROM total_steps AS n
     WHERE n.workspace_id = t.workspace_id AND n.period = t.period AND n.size = 1
       AND n.start > t.points AND n.start < t.points - t.points % :step + :step)
FROM totals AS t
WHERE t.workspace_id = :workspace_id AND t.period = :period AND t.member_id = :member_id
  AND t.listed = :listed
"""
)
Step = tuple[int, str, int, int]
"""Workspace, period, size and start: the key of a step."""


async def add_points(session: AsyncSession, attempt: Attempt) -> None:
    """Add a new attempt to the totals of its periods."""
    first, second, third = list_periods(attempt.slot)
    connection = await session.connection()
    added = await connection.execute(
        _ADD_ON[connection.dialect.name],
        {
            "workspace_id": attempt.workspace_id,
            "member_id": attempt.member_id,
            "delivery_id": attempt.delivery_id,
            "points": attempt.points,
            "first": first,
            "second": second,
            "third": third,
        },
    )
    steps: Counter[Step] = Counter()
    for period, points, attempts, listed in added:
        if listed:
            before = None if attempts == 1 else points - attempt.points
            _move(steps, attempt.workspace_id, period, before, points)
    await _add_steps(session, steps)


def _move(
    steps: Counter[Step], workspace_id: int, period: str, before: int | None, after: int | None
) -> None:
    """Note that a member goes from so many points to others; None is for no place at all."""
    for points, change in ((before, -1), (after, 1)):
        if points is not None:
            for size, start in list_steps(points):
                steps[workspace_id, period, size, start] += change


async def _add_steps(session: AsyncSession, steps: Counter[Step]) -> None:
    """Add to the steps, in an order that is the same for everybody: nobody waits in a ring."""
    rows = [
        {"workspace_id": key[0], "period": key[1], "size": key[2], "start": key[3], "members": by}
        for key, by in sorted(steps.items())
        if by
    ]
    if rows:
        connection = await session.connection()
        await connection.execute(_STEPS_ON[connection.dialect.name], rows)


def _make_step_statement(dialect: Any) -> Any:
    table = TotalStepRow.__table__  # type: ignore[attr-defined]
    insert = dialect.insert(table)
    return insert.on_conflict_do_update(
        index_elements=["workspace_id", "period", "size", "start"],
        set_={"members": table.c.members + insert.excluded.members},
    )


_STEPS_ON = {
    "sqlite": _make_step_statement(sqlite),
    "postgresql": _make_step_statement(postgresql),
}


async def set_listed(session: AsyncSession, member: Member) -> None:
    """Take the member into the standings or out of them, as the member now wishes."""
    await _relist(session, member, listed=member.on_leaderboard)


async def drop_totals(session: AsyncSession, member: Member) -> None:
    """Take the member out of the standings, before the rows go with the member."""
    await _relist(session, member, listed=False)


async def _relist(session: AsyncSession, member: Member, *, listed: bool) -> None:
    table = TotalRow.__table__  # type: ignore[attr-defined]
    connection = await session.connection()
    changed = await connection.execute(
        table.update()
        .where(
            table.c.member_id == member.id,
            table.c.workspace_id == member.workspace_id,
            table.c.listed != listed,
        )
        .values(listed=listed)
        .returning(table.c.period, table.c.points)
    )
    steps: Counter[Step] = Counter()
    for period, points in changed:
        places = (None, points) if listed else (points, None)
        _move(steps, member.workspace_id, period, *places)
    await _add_steps(session, steps)


@dataclass
class TotalRepository:
    """Implements `bot.ports.Totals`."""

    session: AsyncSession

    async def top(
        self, workspace_id: WorkspaceId, period: str, limit: int
    ) -> Sequence[tuple[Member, int]]:
        rows = await self.session.exec(
            select(MemberRow, TotalRow.points)
            .join(TotalRow, col(TotalRow.member_id) == col(MemberRow.id))
            .where(
                TotalRow.workspace_id == workspace_id,
                TotalRow.period == period,
                col(TotalRow.listed).is_(True),
            )
            .order_by(col(TotalRow.points).desc(), col(TotalRow.member_id).desc())
            .limit(limit)
        )
        found = [(to_member(row), points) for row, points in rows]
        return sorted(found, key=lambda pair: (-pair[1], pair[0].name))

    async def place(
        self, workspace_id: WorkspaceId, period: str, member_id: MemberId
    ) -> tuple[int, int] | None:
        connection = await self.session.connection()
        rows = await connection.execute(
            _RANK,
            {
                "workspace_id": workspace_id,
                "period": period,
                "member_id": member_id,
                "listed": True,
                "step": STEP,
            },
        )
        found = rows.first()
        return (int(found[0]), int(found[1])) if found else None
