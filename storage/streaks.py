"""Streaks through the last settled question day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select as select_columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.people import MemberId, WorkspaceId
from bot.domain.streak import KeptStreak, Streak
from storage.tables import StreakRow, WorkspaceRow


@dataclass
class StreakRepository:
    """Implements `bot.ports.Streaks`."""

    session: AsyncSession

    async def find(
        self, workspace_id: WorkspaceId, members: Sequence[MemberId]
    ) -> Mapping[MemberId, KeptStreak]:
        table = StreakRow.__table__  # type: ignore[attr-defined]
        connection = await self.session.connection()
        rows = await connection.execute(
            select_columns(table).where(
                table.c.workspace_id == workspace_id, table.c.member_id.in_(members)
            )
        )
        return {
            MemberId(row.member_id): KeptStreak(
                row.through, row.as_of, Streak(row.current, row.longest, row.freezes)
            )
            for row in rows
        }

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


_KEPT = ("through", "as_of", "current", "longest", "freezes")


def _make_statement(dialect: Any) -> Any:
    insert = dialect.insert(StreakRow.__table__)  # type: ignore[attr-defined]
    return insert.on_conflict_do_update(
        index_elements=["member_id"], set_={name: insert.excluded[name] for name in _KEPT}
    )


_KEEP_ON = {"sqlite": _make_statement(sqlite), "postgresql": _make_statement(postgresql)}
