"""Mock interviews with their steps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.interview import Interview, InterviewId, Step
from bot.domain.people import Level, MemberId, WorkspaceId
from bot.domain.question import QuestionKey
from storage.grades import read_grade, write_grade
from storage.serving import is_served
from storage.statements import insert_new
from storage.tables import InterviewRow, InterviewStepRow, table_of

_TABLE = table_of(InterviewRow)


@dataclass
class InterviewRepository:
    """Implements `bot.ports.Interviews`."""

    session: AsyncSession

    async def begin(self, interview: Interview) -> bool:
        return await insert_new(self.session, InterviewRow, [_from_interview(interview)]) == 1

    async def open_of(self, workspace_id: WorkspaceId, member_id: MemberId) -> Interview | None:
        found = await self._list(
            col(InterviewRow.workspace_id) == workspace_id,
            col(InterviewRow.member_id) == member_id,
            col(InterviewRow.open) == 1,
            lock=True,
        )
        return found[0] if found else None

    async def _list(
        self, *conditions: Any, limit: int | None = None, lock: bool = False
    ) -> Sequence[Interview]:
        wanted = (
            select(InterviewRow)
            .where(*conditions)
            .order_by(col(InterviewRow.began_at), col(InterviewRow.id))
            .limit(limit)
            .execution_options(populate_existing=True)
        )
        if lock:
            wanted = wanted.with_for_update(skip_locked=limit is not None)
        rows = (await self.session.exec(wanted)).all()
        steps = await self._steps_of([row.id for row in rows if row.id is not None])
        return [_to_interview(row, steps.get(row.id, [])) for row in rows]

    async def _steps_of(self, ids: Sequence[int]) -> dict[int | None, list[Step]]:
        if not ids:
            return {}
        rows = await self.session.exec(
            select(InterviewStepRow)
            .where(col(InterviewStepRow.interview_id).in_(ids))
            .order_by(col(InterviewStepRow.number), col(InterviewStepRow.is_follow_up))
            .execution_options(populate_existing=True)
        )
        steps: dict[int | None, list[Step]] = {}
        for row in rows:
            steps.setdefault(row.interview_id, []).append(_to_step(row))
        return steps

    async def add_step(self, interview: Interview, step: Step) -> None:
        values = _from_step(step) | {
            "workspace_id": interview.workspace_id,
            "interview_id": interview.id,
        }
        await insert_new(self.session, InterviewStepRow, [values])

    async def settle_step(self, interview: Interview, step: Step) -> bool:
        settled = await self.session.exec(
            update(InterviewStepRow)
            .where(*_is(interview, step), col(InterviewStepRow.answered_at).is_(None))
            .values(_from_step(step))
            .execution_options(synchronize_session=False)
        )
        return settled.rowcount == 1

    async def show_again(self, interview: Interview, step: Step) -> None:
        await self.session.exec(
            update(InterviewStepRow)
            .where(*_is(interview, step))
            .values(asked_at=step.asked_at)
            .execution_options(synchronize_session=False)
        )
        await self._update(interview, channel=interview.channel)

    async def prolong(self, interview: Interview, expires_at: datetime) -> None:
        await self._update(interview, wake_at=expires_at)

    async def end(self, interview: Interview) -> bool:
        return await self._update(
            interview, open=None, wake_at=None, ended_at=interview.ended_at, score=interview.score
        )

    async def _update(self, interview: Interview, **values: object) -> bool:
        updated = await self.session.exec(
            update(InterviewRow)
            .where(
                col(InterviewRow.workspace_id) == interview.workspace_id,
                col(InterviewRow.id) == interview.id,
                col(InterviewRow.open) == 1,
            )
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        return updated.rowcount == 1

    async def expired(
        self, now: datetime, limit: int, platforms: Collection[str] | None = None
    ) -> Sequence[Interview]:
        ours = is_served(_TABLE.c.workspace_id, platforms)
        return await self._list(_TABLE.c.wake_at <= now, *ours, limit=limit, lock=True)

    async def history(self, workspace_id: WorkspaceId, member_id: MemberId) -> Sequence[Interview]:
        return await self._list(
            col(InterviewRow.workspace_id) == workspace_id,
            col(InterviewRow.member_id) == member_id,
            col(InterviewRow.score).is_not(None),
        )

    async def times_asked(
        self, workspace_id: WorkspaceId, member_id: MemberId
    ) -> Mapping[str, int]:
        rows = await self.session.exec(
            select(col(InterviewStepRow.question_id), func.count())
            .join(InterviewRow, col(InterviewRow.id) == col(InterviewStepRow.interview_id))
            .where(
                InterviewRow.workspace_id == workspace_id,
                InterviewRow.member_id == member_id,
                col(InterviewStepRow.is_follow_up).is_(False),
            )
            .group_by(col(InterviewStepRow.question_id))
        )
        return dict(rows.all())


def _is(interview: Interview, step: Step) -> tuple[Any, ...]:
    return (
        col(InterviewStepRow.workspace_id) == interview.workspace_id,
        col(InterviewStepRow.interview_id) == interview.id,
        col(InterviewStepRow.key) == step.key,
    )


def _to_interview(row: InterviewRow, steps: Sequence[Step]) -> Interview:
    assert row.id is not None
    return Interview(
        id=InterviewId(row.id),
        workspace_id=WorkspaceId(row.workspace_id),
        member_id=MemberId(row.member_id),
        channel=row.channel,
        length=row.length,
        start=Level(row.start),
        began_at=row.began_at,
        expires_at=row.wake_at,
        level=Level(row.level) if row.level else None,
        topic=row.topic,
        ended_at=row.ended_at,
        score=row.score,
        steps=tuple(steps),
    )


def _from_interview(interview: Interview) -> dict[str, Any]:
    return {
        "workspace_id": interview.workspace_id,
        "member_id": interview.member_id,
        "open": 1,
        "channel": interview.channel,
        "length": interview.length,
        "start": interview.start.value,
        "level": interview.level,
        "topic": interview.topic,
        "began_at": interview.began_at,
        "wake_at": interview.expires_at,
    }


def _to_step(row: InterviewStepRow) -> Step:
    return Step(
        number=row.number,
        key=row.key,
        question_key=QuestionKey(row.question_key),
        question_id=row.question_id,
        asked_at=row.asked_at,
        follow_up=row.follow_up,
        answered_at=row.answered_at,
        skipped=row.skipped,
        answer=row.answer,
        grade=read_grade(row.grade) if row.grade else None,
    )


def _from_step(step: Step) -> dict[str, Any]:
    return {
        "number": step.number,
        "is_follow_up": bool(step.follow_up),
        "follow_up": step.follow_up,
        "key": step.key,
        "question_key": step.question_key,
        "question_id": step.question_id,
        "asked_at": step.asked_at,
        "answered_at": step.answered_at,
        "skipped": step.skipped,
        "answer": step.answer,
        "grade": write_grade(step.grade) if step.grade else None,
    }
