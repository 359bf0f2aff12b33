"""What admins are to be told, until it was handed over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.people import MemberId, WorkspaceId
from bot.ports import Notice
from storage.serving import is_served
from storage.tables import NoticeRow, table_of

_TABLE = table_of(NoticeRow)


@dataclass
class NoticeRepository:
    """Implements `bot.ports.Notices`."""

    session: AsyncSession

    async def add(
        self, workspace_id: WorkspaceId, member_id: MemberId, channel: str, text: str, at: datetime
    ) -> None:
        self.session.add(
            NoticeRow(
                workspace_id=workspace_id,
                member_id=member_id,
                channel=channel,
                body=text,
                wake_at=at,
            )
        )
        await self.session.flush()

    async def take_due(
        self,
        now: datetime,
        again_at: datetime,
        limit: int,
        platforms: Collection[str] | None = None,
    ) -> Sequence[Notice]:
        ours = is_served(_TABLE.c.workspace_id, platforms)
        due = (
            select(NoticeRow)
            .where(NoticeRow.wake_at <= now, *ours)
            .order_by(col(NoticeRow.id))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = (await self.session.exec(due)).all()
        notices = [
            Notice(
                row.id,
                WorkspaceId(row.workspace_id),
                MemberId(row.member_id),
                row.channel,
                row.body,
            )
            for row in rows
            if row.id is not None
        ]
        if notices:
            await self.session.exec(
                update(NoticeRow)
                .where(col(NoticeRow.id).in_([notice.id for notice in notices]))
                .values(wake_at=again_at)
                .execution_options(synchronize_session=False)
            )
        return notices

    async def done(self, notices: Sequence[Notice]) -> None:
        await self.session.exec(
            delete(NoticeRow)
            .where(col(NoticeRow.id).in_([notice.id for notice in notices]))
            .execution_options(synchronize_session=False)
        )
