"""Streaks through the last settled question day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as select_columns
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.attempt import Attempt
from bot.domain.people import MemberId, WorkspaceId
from bot.domain.streak import KeptStreak
from bot.ports.standings import LogSince
from storage.attempts import LOGGED, LOGGING, log_on_sqlite, name_logged
from storage.bulk import compile_once, fetch
from storage.statements import connection_of, insert_into
from storage.streak_statements import (
    FIND,
    FIND_WITH_LOG,
    FIND_WITH_LOG_OF_ONE,
    KEPT,
    NEW,
    READ_LOG,
    select_with_logged,
    sort_out,
    to_kept,
)
from storage.tables import MemberRow, StreakRow, WorkspaceRow, table_of

_LOG_AND_FIND = select_with_logged(LOGGED).add_cte(*LOGGING)
"""PostgreSQL's."""


@dataclass
class StreakRepository:
    """Implements `bot.ports.Streaks`."""

    session: AsyncSession

    async def find(
        self, workspace_id: WorkspaceId, members: Sequence[MemberId]
    ) -> Mapping[MemberId, KeptStreak]:
        connection = connection_of(self.session)
        wanted = {"workspace_id": workspace_id, "members": members}
        rows = await connection.execute(FIND, wanted)
        return {MemberId(member): to_kept(*cells) for member, *cells in rows}

    async def read_log(
        self, workspace_id: WorkspaceId, members: Sequence[MemberId], after: date
    ) -> LogSince:
        connection = connection_of(self.session)
        wanted = {"workspace_id": workspace_id, "members": members, "after": after}
        return sort_out(members, await connection.execute(READ_LOG, wanted))[1]

    async def find_with_log(
        self, workspace_id: WorkspaceId, members: Sequence[MemberId]
    ) -> tuple[Mapping[MemberId, KeptStreak], LogSince]:
        connection = connection_of(self.session)
        if len(members) == 1:
            one = {"workspace_id": workspace_id, "member_id": members[0]}
            return sort_out(members, await fetch(connection, FIND_WITH_LOG_OF_ONE, one))
        wanted = {"workspace_id": workspace_id, "members": members}
        return sort_out(members, await connection.execute(FIND_WITH_LOG, wanted))

    async def log_and_find(
        self, attempt: Attempt
    ) -> tuple[bool, Mapping[MemberId, KeptStreak], LogSince]:
        connection = connection_of(self.session)
        on_postgresql = connection.dialect.name == "postgresql"
        log_and_find = _log_and_find_on_postgresql if on_postgresql else _log_and_find_on_sqlite
        one = {"workspace_id": attempt.workspace_id, "member_id": attempt.member_id}
        first, rows = await log_and_find(connection, attempt, one)
        return first, *sort_out([attempt.member_id], rows)

    async def hold_days(self, workspace_id: WorkspaceId) -> None:
        await self._lock(workspace_id, read=True)

    async def _lock(self, workspace_id: WorkspaceId, *, read: bool) -> None:
        """Lock the workspace's row; SQLite has one writer anyway."""
        await self.session.exec(
            select(col(WorkspaceRow.id))
            .where(WorkspaceRow.id == workspace_id)
            .with_for_update(read=read, key_share=not read)
        )

    async def keep(
        self, workspace_id: WorkspaceId, member_id: MemberId, streak: KeptStreak
    ) -> None:
        connection = connection_of(self.session)
        await connection.execute(
            _keep_on(connection.dialect.name),
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


@cache
def _keep_on(dialect: str) -> Any:
    """Return the statement that keeps a streak, unless the member was erased meanwhile."""
    names = ("member_id", "workspace_id", *KEPT)
    member = table_of(MemberRow)
    table = table_of(StreakRow)
    values = (bindparam(name, type_=table.c[name].type) for name in names)
    there = select_columns(*values).where(member.c.id == bindparam("member_id"))
    insert = insert_into(table, dialect).from_select(
        names, there.with_for_update(read=True, key_share=True)
    )
    return insert.on_conflict_do_update(
        index_elements=["member_id"], set_={name: insert.excluded[name] for name in KEPT}
    )


async def _log_and_find_on_postgresql(
    connection: AsyncConnection, attempt: Attempt, one: Mapping[str, int]
) -> tuple[bool, list[Any]]:
    rows = await fetch(connection, _LOG_AND_FIND, name_logged(attempt))
    if any(row.what == NEW for row in rows):
        return True, rows
    # what was there already may have come since the statement began, which did not see it
    return False, await fetch(connection, FIND_WITH_LOG_OF_ONE, one)


async def _log_and_find_on_sqlite(
    connection: AsyncConnection, attempt: Attempt, one: Mapping[str, int]
) -> tuple[bool, list[Any]]:
    find = compile_once(FIND_WITH_LOG_OF_ONE, connection.dialect, tuple(one))
    first, rows = await log_on_sqlite(connection, attempt, (find.sql, find.pack([one])[0]))
    return first, find.read(rows)
