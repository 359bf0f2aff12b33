"""The queue that admins decide on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.draft import ItemKind, ItemState, QueueItem
from bot.domain.people import Member, MemberId, WorkspaceId
from storage.mapping import read_question
from storage.tables import DraftRow, WorkspaceRow


@dataclass
class DraftRepository:
    """Implements `bot.ports.Drafts`."""

    session: AsyncSession

    async def lock(self, workspace_id: WorkspaceId) -> None:
        await self.session.exec(
            select(col(WorkspaceRow.id))
            .where(WorkspaceRow.id == workspace_id)
            .with_for_update(key_share=True)
        )

    async def add(self, item: QueueItem) -> QueueItem:
        await self.lock(item.workspace_id)
        newest = await self.session.exec(
            select(func.max(col(DraftRow.number))).where(DraftRow.workspace_id == item.workspace_id)
        )
        numbered = replace(item, number=(newest.one() or 0) + 1)
        self.session.add(DraftRow(**_from_item(numbered)))
        await self.session.flush()
        return numbered

    async def find(self, workspace_id: WorkspaceId, number: int) -> QueueItem | None:
        rows = await self.session.exec(
            select(DraftRow).where(
                DraftRow.workspace_id == workspace_id,
                DraftRow.number == number,
                col(DraftRow.state) != ItemState.ERASED,
            )
        )
        row = rows.first()
        return _to_item(row) if row else None

    async def waiting(self, workspace_id: WorkspaceId) -> Sequence[QueueItem]:
        rows = await self.session.exec(
            select(DraftRow)
            .where(DraftRow.workspace_id == workspace_id, col(DraftRow.state) == ItemState.WAITING)
            .order_by(col(DraftRow.number))
        )
        return [_to_item(row) for row in rows]

    async def count_waiting(self, workspace_id: WorkspaceId, author: MemberId | None = None) -> int:
        wanted = [col(DraftRow.state) == ItemState.WAITING]
        if author is not None:
            wanted.append(col(DraftRow.author_id) == author)
        return await self._count(workspace_id, *wanted)

    async def count_since(
        self, workspace_id: WorkspaceId, author: MemberId, since: datetime
    ) -> int:
        return await self._count(
            workspace_id, col(DraftRow.author_id) == author, col(DraftRow.at) > since
        )

    async def has_reported(
        self, workspace_id: WorkspaceId, author: MemberId, question_id: str
    ) -> bool:
        found = await self._count(
            workspace_id,
            col(DraftRow.author_id) == author,
            col(DraftRow.kind) == ItemKind.REPORT,
            col(DraftRow.state) == ItemState.WAITING,
            col(DraftRow.question_id) == question_id,
        )
        return found > 0

    async def _count(self, workspace_id: WorkspaceId, *conditions: Any) -> int:
        rows = await self.session.exec(
            select(func.count())
            .select_from(DraftRow)
            .where(col(DraftRow.workspace_id) == workspace_id, *conditions)
        )
        return rows.one()

    async def rewrite(self, item: QueueItem) -> None:
        values = _from_item(item)
        await self._update(item, question_id=values["question_id"], body=values["body"])

    async def decide(self, item: QueueItem, state: ItemState, at: datetime) -> bool:
        return await self._update(item, state=state.value, decided_at=at)

    async def _update(self, item: QueueItem, **values: object) -> bool:
        done = await self.session.exec(
            update(DraftRow)
            .where(
                col(DraftRow.workspace_id) == item.workspace_id,
                col(DraftRow.number) == item.number,
                col(DraftRow.state) == ItemState.WAITING,
            )
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        return bool(done.rowcount)


async def erase_drafts_of(session: AsyncSession, member: Member) -> None:
    """Erase what the member handed in; an approved question stays, without its author.

    Rows stay as empty shells, so that no number is given twice.
    """
    mine = (
        col(DraftRow.workspace_id) == member.workspace_id,
        col(DraftRow.author_id) == member.id,
    )
    approved_question = (
        col(DraftRow.state) == ItemState.APPROVED,
        col(DraftRow.kind) == ItemKind.SUGGESTION,
    )
    blank = {"author_id": None, "words": "", "channel": ""}
    for conditions, values in (
        (approved_question, blank),
        ((), blank | {"state": ItemState.ERASED.value, "body": "", "question_id": ""}),
    ):
        await session.exec(
            update(DraftRow)
            .where(*mine, *conditions)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _to_item(row: DraftRow) -> QueueItem:
    return QueueItem(
        workspace_id=WorkspaceId(row.workspace_id),
        number=row.number,
        kind=ItemKind(row.kind),
        question=read_question(json.loads(row.body)),
        source=row.source,
        at=row.at,
        channel=row.channel,
        author=None if row.author_id is None else MemberId(row.author_id),
        words=row.words,
        state=ItemState(row.state),
    )


def _from_item(item: QueueItem) -> dict[str, Any]:
    return {
        "workspace_id": item.workspace_id,
        "number": item.number,
        "kind": item.kind.value,
        "question_id": item.question.id,
        "body": json.dumps(asdict(item.question), ensure_ascii=False),
        "source": item.source,
        "at": item.at,
        "channel": item.channel,
        "author_id": item.author,
        "words": item.words,
        "state": item.state.value,
    }
