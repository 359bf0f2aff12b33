"""Streaks through the last settled question day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, bindparam, cast, func, literal_column, null, union_all
from sqlalchemy import select as select_columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.sqltypes import UTCDateTime

from bot.domain.delivery import DeliveryState, Purpose
from bot.domain.people import AwayPeriod, MemberId, WorkspaceId
from bot.domain.streak import KeptStreak, PostedSlot, Streak
from bot.ports.standings import LogSince
from storage.tables import AttemptRow, AwayRow, DeliveryRow, StreakRow, WorkspaceRow


@dataclass
class StreakRepository:
    """Implements `bot.ports.Streaks`."""

    session: AsyncSession

    async def find(
        self, workspace_id: WorkspaceId, members: Sequence[MemberId]
    ) -> Mapping[MemberId, KeptStreak]:
        connection = await self.session.connection()
        wanted = {"workspace": workspace_id, "members": members}
        rows = await connection.execute(_FIND, wanted)
        return {
            MemberId(row.member_id): KeptStreak(
                row.through, row.as_of, Streak(row.current, row.longest, row.freezes)
            )
            for row in rows
        }

    async def read_log(
        self, workspace_id: WorkspaceId, members: Sequence[MemberId], after: date
    ) -> LogSince:
        connection = await self.session.connection()
        wanted = {"workspace": workspace_id, "members": members, "after": after}
        slots = []
        dates: dict[MemberId, set[date]] = {member: set() for member in members}
        away: dict[MemberId, list[AwayPeriod]] = {member: [] for member in members}
        for what, member, day, since, until in await connection.execute(_READ_LOG, wanted):
            if what == _SLOT:
                slots.append(PostedSlot(day, since, until))
            elif what == _TOOK_PART:
                dates[member].add(day)
            else:
                away[member].append(AwayPeriod(since, day, until))
        return LogSince(sorted(slots, key=lambda slot: slot.date), dates, away)

    async def hold_days(self, workspace_id: WorkspaceId) -> None:
        await self._lock(workspace_id, read=True)

    async def _lock(self, workspace_id: WorkspaceId, *, read: bool) -> None:
        """Lock the workspace's row; SQLite has one writer anyway."""
        await self.session.exec(
            select(col(WorkspaceRow.id))
            .where(WorkspaceRow.id == workspace_id)
            .with_for_update(read=read)
        )

    async def keep(
        self, workspace_id: WorkspaceId, member_id: MemberId, streak: KeptStreak
    ) -> None:
        connection = await self.session.connection()
        await connection.execute(
            _KEEP_ON[connection.dialect.name],
            {
                "member_id": member_id,
                "workspace_id": workspace_id,
                "through": streak.through,
                "as_of": streak.as_of,
                "current": streak.streak.current,
                "longest": streak.streak.longest,
                "freezes": streak.streak.freezes,
            },
        )

    async def forget(self, workspace_id: WorkspaceId) -> None:
        await self._lock(workspace_id, read=False)
        await self.session.exec(
            delete(StreakRow).where(col(StreakRow.workspace_id) == workspace_id)
        )


_TABLE = StreakRow.__table__  # type: ignore[attr-defined]
_FIND = select_columns(_TABLE).where(
    _TABLE.c.workspace_id == bindparam("workspace"),
    _TABLE.c.member_id.in_(bindparam("members", expanding=True)),
)
"""Built once: it is asked with every answer."""
_SLOT, _TOOK_PART, _AWAY = range(3)
_NO_MEMBER, _NO_TIME = cast(null(), Integer), cast(null(), UTCDateTime)


def _select_log() -> Any:
    """Return one statement for all that streaks are made of: three would take three trips."""
    delivery: Any = DeliveryRow.__table__  # type: ignore[attr-defined]
    attempt: Any = AttemptRow.__table__  # type: ignore[attr-defined]
    away: Any = AwayRow.__table__  # type: ignore[attr-defined]
    workspace = bindparam("workspace", type_=Integer)
    members = bindparam("members", expanding=True, type_=Integer)
    after = bindparam("after", type_=Date)
    posted = delivery.c.posted_at
    slots = (
        select_columns(
            literal_column(str(_SLOT)),
            _NO_MEMBER,
            delivery.c.slot,
            func.min(posted),
            func.max(posted),
        )
        .where(
            delivery.c.workspace_id == workspace,
            delivery.c.slot > after,
            delivery.c.purpose == Purpose.QUESTION.value,
            delivery.c.state == DeliveryState.CONFIRMED.value,
            delivery.c.member_id.is_(None),
            posted.is_not(None),
        )
        .group_by(delivery.c.slot)
    )
    dates = (
        select_columns(
            literal_column(str(_TOOK_PART)), attempt.c.member_id, attempt.c.slot, _NO_TIME, _NO_TIME
        )
        .join(delivery, delivery.c.id == attempt.c.delivery_id)
        .where(
            attempt.c.workspace_id == workspace,
            attempt.c.member_id.in_(members),
            attempt.c.slot > after,
            attempt.c.late.is_(False),
            delivery.c.member_id.is_(None),
        )
    )
    absences = select_columns(
        literal_column(str(_AWAY)), away.c.member_id, away.c.until, away.c.since, away.c.ended_at
    ).where(away.c.workspace_id == workspace, away.c.member_id.in_(members))
    return union_all(slots, dates, absences)


_READ_LOG = _select_log()
_KEPT = ("through", "as_of", "current", "longest", "freezes")


def _make_statement(dialect: Any) -> Any:
    insert = dialect.insert(StreakRow.__table__)  # type: ignore[attr-defined]
    return insert.on_conflict_do_update(
        index_elements=["member_id"], set_={name: insert.excluded[name] for name in _KEPT}
    )


_KEEP_ON = {"sqlite": _make_statement(sqlite), "postgresql": _make_statement(postgresql)}
