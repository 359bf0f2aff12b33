"""Rows to domain values and back."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from bot.domain.attempt import Attempt, AttemptKind
from bot.domain.delivery import Delivery, DeliveryId, DeliveryState, Draft, Purpose
from bot.domain.people import AwayPeriod, Level, Member, MemberId, Workspace, WorkspaceId
from bot.domain.question import (
    Choice,
    KeyPoint,
    Kind,
    Markdown,
    Question,
    QuestionFilter,
    QuestionKey,
    QuestionSummary,
    hash_content,
)
from bot.domain.schedule import RevealMode, Rhythm, Schedule, ScheduleId
from storage.grades import write_grade
from storage.tables import (
    AwayRow,
    DeliveryRow,
    MemberRow,
    QuestionRow,
    ScheduleRow,
    WorkspaceRow,
)


def to_workspace(row: WorkspaceRow | Row[Any]) -> Workspace:
    """Read a workspace."""
    assert row.id is not None
    return Workspace(
        WorkspaceId(row.id),
        row.platform,
        row.external_id,
        row.name,
        row.seed,
        row.emoji,
        row.left_at,
    )


def to_member(row: MemberRow) -> Member:
    """Read a member."""
    assert row.id is not None
    return Member(
        id=MemberId(row.id),
        workspace_id=WorkspaceId(row.workspace_id),
        external_id=row.external_id,
        name=row.name,
        level=Level(row.level) if row.level else None,
        zone=row.zone,
        on_leaderboard=row.on_leaderboard,
    )


def to_away(row: AwayRow) -> AwayPeriod:
    """Read an absence."""
    return AwayPeriod(row.since, row.until, row.ended_at)


def to_schedule(row: ScheduleRow | Row[Any]) -> Schedule:
    """Read a schedule, from a whole row of either kind: plain ones are cheaper by the thousand."""
    assert row.id is not None
    return Schedule(
        id=ScheduleId(row.id),
        workspace_id=WorkspaceId(row.workspace_id),
        number=row.number,
        channel=row.channel,
        rhythm=_to_rhythm(row.at, row.zone, row.days),
        wanted=_to_filter(row.level, row.topic, row.pack),
        reveal=RevealMode(row.reveal),
        reveal_after=_to_duration(row.reveal_after_seconds),
        discussion=row.discussion,
        next_due_at=row.next_due_at,
        paused_because=row.paused_because,
        created_by=None if row.created_by is None else MemberId(row.created_by),
        digest=row.digest,
        digest_due_at=row.digest_due_at,
        low_told_at_size=row.low_told_at_size,
    )


@lru_cache(maxsize=4096)
def _to_rhythm(at: str, zone: str, days: str) -> Rhythm:
    """Thousands of schedules share the few rhythms that people choose."""
    hour, minute = at.split(":")
    return Rhythm(time(int(hour), int(minute)), zone, frozenset(map(int, days)))


@lru_cache(maxsize=4096)
def _to_filter(level: str | None, topic: str | None, pack: str | None) -> QuestionFilter:
    return QuestionFilter(Level(level) if level else None, topic, pack)


def _to_duration(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def from_schedule(schedule: Schedule) -> dict[str, Any]:
    """Write a schedule as column values, without its id."""
    after = schedule.reveal_after
    return {
        "workspace_id": schedule.workspace_id,
        "number": schedule.number,
        "channel": schedule.channel,
        "at": f"{schedule.rhythm.time:%H:%M}",
        "days": "".join(map(str, sorted(schedule.rhythm.days))),
        "zone": schedule.rhythm.zone,
        "level": schedule.wanted.level,
        "topic": schedule.wanted.topic,
        "pack": schedule.wanted.pack,
        "reveal": schedule.reveal.value,
        "discussion": schedule.discussion,
        "reveal_after_seconds": None if after is None else int(after.total_seconds()),
        "next_due_at": schedule.next_due_at,
        "paused_because": schedule.paused_because,
        "created_by": schedule.created_by,
        "digest": schedule.digest,
        "digest_due_at": schedule.digest_due_at if schedule.next_due_at else None,
        "low_told_at_size": schedule.low_told_at_size,
    }


def to_question(row: QuestionRow) -> Question:
    """Read a question from its stored body."""
    return read_question(json.loads(row.body))


def read_question(body: dict[str, Any]) -> Question:
    """Read a question from what `asdict` made of it."""
    return Question(
        **body
        | {
            "level": Level(body["level"]),
            "kind": Kind(body["kind"]),
            "prompt": Markdown(body["prompt"]),
            "answer": Markdown(body["answer"]),
            "topics": tuple(body["topics"]),
            "key_points": tuple(KeyPoint(**point) for point in body["key_points"]),
            "choices": tuple(Choice(**choice) for choice in body["choices"]),
            "sources": tuple(body["sources"]),
            "follow_ups": tuple(body["follow_ups"]),
            "mistakes": tuple(body["mistakes"]),
        }
    )


def from_question(question: Question) -> dict[str, Any]:
    """Write a question as column values."""
    content = asdict(question)
    return {
        "slug": question.id,
        "version": hash_content(content),
        "level": question.level.value,
        "topics": json.dumps(question.topics),
        "body": json.dumps(content, ensure_ascii=False),
        "current": True,
    }


def to_summary(
    key: int, slug: str, level: str, topics: str, pack: str, on_request: bool
) -> QuestionSummary:
    """Read what picking needs."""
    about = tuple(json.loads(topics))
    return QuestionSummary(QuestionKey(key), slug, pack, Level(level), about, on_request)


def to_delivery(
    row: DeliveryRow | Row[Any], schedule: ScheduleRow | Row[Any] | None = None
) -> Delivery:
    """Read a delivery, with what its schedule says of it."""
    assert row.id is not None
    state = DeliveryState(row.state)
    leased = state in (DeliveryState.CLAIMED, DeliveryState.SENDING)
    return Delivery(
        id=DeliveryId(row.id),
        workspace_id=WorkspaceId(row.workspace_id),
        channel=row.channel,
        slot=row.slot,
        key=row.key,
        purpose=Purpose(row.purpose),
        state=state,
        due_at=row.due_at,
        expires_at=row.expires_at,
        run=row.run,
        schedule_id=None if row.schedule_id is None else ScheduleId(row.schedule_id),
        schedule_number=schedule.number if schedule else None,
        reveal=RevealMode(schedule.reveal) if schedule else RevealMode.PRIVATE,
        reveal_after=_to_duration(schedule.reveal_after_seconds) if schedule else None,
        discussion=bool(schedule and schedule.discussion),
        zone=schedule.zone if schedule else None,
        question_key=None if row.question_key is None else QuestionKey(row.question_key),
        question_id=row.question_id,
        round=row.round,
        not_before=row.wake_at if state is DeliveryState.SCHEDULED else None,
        lease_until=row.wake_at if leased else None,
        fence=row.fence,
        tries=row.tries,
        posted_at=row.posted_at,
        message_id=row.message_id,
        reason=row.reason,
        member_id=None if row.member_id is None else MemberId(row.member_id),
    )


def from_draft(draft: Draft) -> dict[str, Any]:
    """Write a new delivery as column values."""
    waiting = draft.state is DeliveryState.SCHEDULED
    return {
        "workspace_id": draft.workspace_id,
        "schedule_id": draft.schedule_id,
        "member_id": draft.member_id,
        "question_key": draft.question_key,
        "question_id": draft.question_id,
        "channel": draft.channel,
        "slot": draft.slot,
        "run": draft.run,
        "purpose": draft.purpose.value,
        "key": draft.key,
        "round": draft.round,
        "state": draft.state.value,
        "due_at": draft.due_at,
        "expires_at": draft.expires_at,
        "wake_at": draft.due_at if waiting else None,
        "posted_at": draft.posted_at,
        "reason": draft.reason,
        "fence": 0,
        "tries": 0,
    }


def from_attempt(attempt: Attempt) -> dict[str, Any]:
    """Write an attempt as column values."""
    grade = attempt.grade
    only_once = attempt.first or attempt.kind is not AttemptKind.ANSWER
    return {
        "workspace_id": attempt.workspace_id,
        "member_id": attempt.member_id,
        "delivery_id": attempt.delivery_id,
        "slot": attempt.slot,
        "kind": attempt.kind.value,
        "once": attempt.kind.value if only_once else None,
        "at": attempt.at,
        "late": attempt.late,
        "points": attempt.points,
        "score": grade.score if grade else None,
        "answer": attempt.text,
        "grade": write_grade(grade) if grade else None,
    }
