"""What language models were asked, what it came to, and the grades they gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.assessment import ModelUse
from bot.domain.grading import Grade
from bot.domain.people import WorkspaceId
from bot.domain.writing import Asker
from storage.grades import read_grade, write_grade
from storage.statements import insert_into, insert_new
from storage.tables import KeptGradeRow, ModelUseRow, table_of

KEPT = timedelta(days=90)
"""How long a grade is kept for the same answer to come again."""


@dataclass
class ModelBookRepository:
    """Implements `bot.ports.ModelBook`."""

    session: AsyncSession

    async def take_call(self, workspace_id: WorkspaceId, day: date, limit: int) -> bool:
        more = ModelUseRow.calls < limit if limit else None
        return await self._add(workspace_id, day, {"calls": 1}, more)

    async def add_tokens(
        self, workspace_id: WorkspaceId, day: date, tokens_in: int, tokens_out: int
    ) -> None:
        added = {"tokens_in": tokens_in, "tokens_out": tokens_out}
        await self._add(workspace_id, day, added, None)

    async def _add(
        self, workspace_id: WorkspaceId, day: date, added: dict[str, int], where: Any
    ) -> bool:
        """Add to the day's row in one statement, made if new; False if `where` forbids it."""
        dialect = self.session.get_bind().dialect.name
        table = table_of(ModelUseRow)
        values = {"calls": 0, "tokens_in": 0, "tokens_out": 0, **added}
        statement = (
            insert_into(table, dialect)
            .values(workspace_id=workspace_id, day=day, **values)
            .on_conflict_do_update(
                index_elements=["workspace_id", "day"],
                set_={name: table.c[name] + more for name, more in added.items()},
                where=where,
            )
            .returning(table.c.calls)
        )
        return (await self.session.exec(statement)).first() is not None

    async def use_since(self, workspace_id: WorkspaceId, since: date) -> ModelUse:
        rows = await self.session.exec(
            select(
                func.sum(col(ModelUseRow.calls)),
                func.sum(col(ModelUseRow.tokens_in)),
                func.sum(col(ModelUseRow.tokens_out)),
            ).where(ModelUseRow.workspace_id == workspace_id, col(ModelUseRow.day) >= since)
        )
        return ModelUse(*(int(value or 0) for value in rows.one()))

    async def find_grade(self, workspace_id: WorkspaceId, digest: str) -> Grade | None:
        rows = await self.session.exec(
            select(KeptGradeRow.grade).where(
                KeptGradeRow.workspace_id == workspace_id, KeptGradeRow.digest == digest
            )
        )
        kept = rows.first()
        return read_grade(kept) if kept is not None else None

    async def keep_grade(self, asker: Asker, digest: str, grade: Grade, at: datetime) -> None:
        await self.session.exec(delete(KeptGradeRow).where(col(KeptGradeRow.at) < at - KEPT))
        row = {
            "workspace_id": asker.workspace_id,
            "member_id": asker.member_id,
            "digest": digest,
            "grade": write_grade(grade),
            "at": at,
        }
        await insert_new(self.session, KeptGradeRow, [row])
