"""Sums over a week's questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.attempt import AttemptKind
from bot.domain.delivery import Purpose
from bot.domain.people import WorkspaceId
from bot.domain.question import QuestionKey
from bot.ports.digests import Hardest
from storage.tables import AttemptRow, DeliveryRow, MemberRow


@dataclass
class DigestRepository:
    """Implements `bot.ports.Digests`."""

    session: AsyncSession

    async def hardest(
        self, workspace_id: WorkspaceId, first: date, last: date, at_least: int
    ) -> Hardest | None:
        average, answers = func.avg(AttemptRow.score), func.count(col(AttemptRow.id))
        rows = await self.session.exec(
            select(col(DeliveryRow.question_key), average, answers)
            .join(AttemptRow, col(AttemptRow.delivery_id) == col(DeliveryRow.id))
            .join(MemberRow, col(MemberRow.id) == col(AttemptRow.member_id))
            .where(
                DeliveryRow.workspace_id == workspace_id,
                DeliveryRow.purpose == Purpose.QUESTION,
                col(DeliveryRow.slot).between(first, last),
                col(DeliveryRow.member_id).is_(None),
                col(DeliveryRow.question_key).is_not(None),
                AttemptRow.once == AttemptKind.ANSWER,
                col(AttemptRow.score).is_not(None),
                col(MemberRow.on_leaderboard),
            )
            .group_by(col(DeliveryRow.question_key))
            .having(func.count(func.distinct(AttemptRow.member_id)) >= at_least)
            .order_by(average, answers.desc(), col(DeliveryRow.question_key))
            .limit(1)
        )
        found = rows.first()
        if found is None or found[0] is None:
            return None
        return Hardest(QuestionKey(found[0]), float(found[1]), int(found[2]))
