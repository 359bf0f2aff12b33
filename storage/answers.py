"""Answers as members may read them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.attempt import AttemptKind, PastAnswer
from bot.domain.people import MemberId, WorkspaceId
from bot.domain.question import QuestionKey
from storage.grades import read_grade
from storage.tables import AttemptRow, DeliveryRow


@dataclass
class PastAnswerRepository:
    """Implements `bot.ports.PastAnswers`."""

    session: AsyncSession

    async def count(self, workspace_id: WorkspaceId, member_id: MemberId) -> int:
        rows = await self.session.exec(
            select(func.count())
            .select_from(AttemptRow)
            .join(DeliveryRow)
            .where(*_first_answers(workspace_id, member_id))
        )
        return int(rows.one())

    async def newest(
        self, workspace_id: WorkspaceId, member_id: MemberId, skip: int, limit: int
    ) -> Sequence[PastAnswer]:
        rows = await self.session.exec(
            select(AttemptRow, col(DeliveryRow.question_key))
            .join(DeliveryRow)
            .where(*_first_answers(workspace_id, member_id))
            .order_by(col(AttemptRow.id).desc())
            .offset(skip)
            .limit(limit)
        )
        last = await self.count(workspace_id, member_id) - skip
        return [_read(row, key, last - place) for place, (row, key) in enumerate(rows)]

    async def find(
        self, workspace_id: WorkspaceId, member_id: MemberId, number: int
    ) -> PastAnswer | None:
        if number < 1:
            return None
        rows = await self.session.exec(
            select(AttemptRow, col(DeliveryRow.question_key))
            .join(DeliveryRow)
            .where(*_first_answers(workspace_id, member_id))
            .order_by(col(AttemptRow.id))
            .offset(number - 1)
            .limit(1)
        )
        found = rows.first()
        return _read(*found, number) if found else None


def _first_answers(workspace_id: WorkspaceId, member_id: MemberId) -> tuple[Any, ...]:
    return (
        AttemptRow.workspace_id == workspace_id,
        AttemptRow.member_id == member_id,
        AttemptRow.once == AttemptKind.ANSWER.value,
        col(AttemptRow.grade).is_not(None),
        col(DeliveryRow.question_key).is_not(None),
    )


def _read(row: AttemptRow, question_key: int | None, number: int) -> PastAnswer:
    assert row.grade is not None
    assert question_key is not None
    return PastAnswer(
        number=number,
        question_key=QuestionKey(question_key),
        slot=row.slot,
        late=row.late,
        points=row.points,
        text=row.answer,
        grade=read_grade(row.grade),
    )
