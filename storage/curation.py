"""What admins do to the bank: retirements and statistics, always of one workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import case, func, or_
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.attempt import AttemptKind
from bot.domain.bank import (
    RIGHT_FROM,
    BankEntry,
    QuestionState,
    QuestionStatistics,
    StoredPack,
)
from bot.domain.delivery import DeliveryState, Purpose
from bot.domain.draft import ItemKind, ItemState
from bot.domain.people import WorkspaceId
from bot.domain.question import QuestionFilter
from storage.decks import VISIBLE
from storage.mapping import to_summary
from storage.statements import insert_new
from storage.tables import (
    AttemptRow,
    DeliveryRow,
    DraftRow,
    PackRow,
    QuestionRow,
    RetiredQuestionRow,
)


@dataclass
class CurationRepository:
    """Implements `bot.ports.Curation`."""

    session: AsyncSession

    async def packs(self, workspace_id: WorkspaceId | None) -> Sequence[StoredPack]:
        own = col(PackRow.workspace_id).is_not(None)
        rows = await self.session.exec(
            select(PackRow, func.count(col(QuestionRow.id)))
            .outerjoin(
                QuestionRow,
                (col(QuestionRow.pack_id) == col(PackRow.id)) & col(QuestionRow.current),
            )
            .where(
                or_(
                    col(PackRow.workspace_id).is_(None),
                    col(PackRow.workspace_id) == workspace_id,
                )
            )
            .group_by(col(PackRow.id))
            .order_by(own, col(PackRow.name))
        )
        return [
            StoredPack(pack.name, pack.workspace_id is not None, pack.on_request, questions)
            for pack, questions in rows
        ]

    async def entries(
        self, workspace_id: WorkspaceId, wanted: QuestionFilter | None = None
    ) -> Sequence[BankEntry]:
        pack = wanted.pack if wanted else None
        statement = VISIBLE.where(col(PackRow.name) == pack) if pack else VISIBLE
        rows = await self.session.exec(statement, params={"workspace": workspace_id})
        by_id = {row[1]: row for row in rows}
        did = await self.statistics(workspace_id)
        none = QuestionStatistics()
        entries = (
            BankEntry(to_summary(*row[:6]), _state(row[6]), did.get(question_id, none))
            for question_id, row in by_id.items()
        )
        return [entry for entry in entries if wanted is None or wanted.matches(entry.summary)]

    async def statistics(self, workspace_id: WorkspaceId) -> Mapping[str, QuestionStatistics]:
        shown = await self.session.exec(
            select(col(DeliveryRow.question_id), func.count())
            .where(
                DeliveryRow.workspace_id == workspace_id,
                DeliveryRow.purpose == Purpose.QUESTION,
                DeliveryRow.state == DeliveryState.CONFIRMED,
                col(DeliveryRow.question_id).is_not(None),
            )
            .group_by(col(DeliveryRow.question_id))
        )
        found = {str(name): QuestionStatistics(shown=count) for name, count in shown}
        for name, answered, right, mean in await self._count_answers(workspace_id):
            known = found.get(name, QuestionStatistics())
            found[name] = replace(
                known, answered=answered, right=right / answered, mean_score=float(mean)
            )
        for name, reports in await self._count_reports(workspace_id):
            found[name] = replace(found.get(name, QuestionStatistics()), reports=reports)
        return found

    async def _count_reports(self, workspace_id: WorkspaceId) -> Sequence[tuple[str, int]]:
        rows = await self.session.exec(
            select(col(DraftRow.question_id), func.count(func.distinct(col(DraftRow.author_id))))
            .where(
                DraftRow.workspace_id == workspace_id,
                DraftRow.kind == ItemKind.REPORT,
                col(DraftRow.state) != ItemState.REJECTED,
            )
            .group_by(col(DraftRow.question_id))
        )
        return rows.all()

    async def _count_answers(
        self, workspace_id: WorkspaceId
    ) -> Sequence[tuple[str, int, int, float]]:
        score = col(AttemptRow.score)
        right = func.sum(case((score >= RIGHT_FROM, 1), else_=0))
        rows = await self.session.exec(
            select(col(DeliveryRow.question_id), func.count(score), right, func.avg(score))
            .join(AttemptRow, col(AttemptRow.delivery_id) == col(DeliveryRow.id))
            .where(
                DeliveryRow.workspace_id == workspace_id,
                AttemptRow.kind == AttemptKind.ANSWER,
                col(AttemptRow.once).is_not(None),
                score.is_not(None),
                col(DeliveryRow.question_id).is_not(None),
            )
            .group_by(col(DeliveryRow.question_id))
        )
        return [(str(name), count, int(hits), mean) for name, count, hits, mean in rows]

    async def retire(self, workspace_id: WorkspaceId, question_id: str, at: datetime) -> bool:
        values = {"workspace_id": workspace_id, "slug": question_id, "at": at}
        return await insert_new(self.session, RetiredQuestionRow, [values]) == 1

    async def restore(self, workspace_id: WorkspaceId, question_id: str) -> bool:
        gone = await self.session.exec(
            delete(RetiredQuestionRow)
            .where(
                col(RetiredQuestionRow.workspace_id) == workspace_id,
                col(RetiredQuestionRow.slug) == question_id,
            )
            .execution_options(synchronize_session=False)
        )
        return bool(gone.rowcount)


def _state(retired_at: datetime | None) -> QuestionState:
    return QuestionState.RETIRED if retired_at else QuestionState.ACTIVE
