"""What opens the web console."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.visit import Pass, Visit
from storage.mapping import to_member, to_workspace
from storage.tables import MemberRow, VisitRow, WorkspaceRow


@dataclass
class VisitRepository:
    """Implements `bot.ports.Visits`."""

    session: AsyncSession

    async def add(
        self, digest: str, kind: Pass, visit: Visit, now: datetime, expires_at: datetime
    ) -> None:
        await self.session.exec(delete(VisitRow).where(col(VisitRow.expires_at) <= now))
        self.session.add(
            VisitRow(
                digest=digest,
                kind=kind,
                workspace_id=visit.workspace.id,
                member_id=visit.member.id,
                channel=visit.channel,
                zone=visit.zone,
                expires_at=expires_at,
            )
        )
        await self.session.flush()

    async def find(self, digest: str, kind: Pass, now: datetime) -> Visit | None:
        rows = await self.session.exec(
            select(VisitRow, WorkspaceRow, MemberRow)
            .select_from(VisitRow)
            .join(WorkspaceRow, col(WorkspaceRow.id) == col(VisitRow.workspace_id))
            .join(MemberRow, col(MemberRow.id) == col(VisitRow.member_id))
            .where(*_is_good(digest, kind, now), col(WorkspaceRow.left_at).is_(None))
        )
        found = rows.first()
        if found is None:
            return None
        row, workspace, member = found
        return Visit(to_workspace(workspace), to_member(member), row.channel, row.zone)

    async def take(self, digest: str, kind: Pass, now: datetime) -> Visit | None:
        visit = await self.find(digest, kind, now)
        used = await self.session.exec(
            delete(VisitRow)
            .where(*_is_good(digest, kind, now))
            .execution_options(synchronize_session=False)
        )
        return visit if used.rowcount else None


def _is_good(digest: str, kind: Pass, now: datetime) -> tuple[Any, ...]:
    return (
        col(VisitRow.digest) == digest,
        col(VisitRow.kind) == kind,
        col(VisitRow.expires_at) > now,
    )
