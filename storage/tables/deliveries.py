"""Schedules, what is posted by them, and what members did with it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.tables.shared import key, parent


class ScheduleRow(SQLModel, table=True):
    """A daily question. `days` are weekday digits, Monday 0; `at` is wall-clock HH:MM."""

    __tablename__ = "schedules"
    __table_args__ = (UniqueConstraint("workspace_id", "number"),)

    id: int | None = key()
    workspace_id: int = parent("workspaces")
    number: int
    channel: str
    at: str
    days: str
    zone: str
    level: str | None = None
    topic: str | None = None
    pack: str | None = None
    reveal: str = "private"
    reveal_after_seconds: int | None = None
    discussion: bool = False
    digest: int | None = None
    digest_due_at: datetime | None = Field(default=None, index=True)
    next_due_at: datetime | None = Field(default=None, index=True)
    paused_because: str | None = None
    created_by: int | None = Field(
        default=None, foreign_key="members.id", ondelete="SET NULL", index=True
    )
    low_told_at_size: int | None = None
    removed_at: datetime | None = None


class DeliveryRow(SQLModel, table=True):
    """A post and its state. `wake_at` is when somebody must look at it again, if ever.

    `round` is 0 where no question was shown and none will be. A channel's deck is read from the
    index of those that count, which holds all that it takes: after a year that is a fifth of the
    work.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("schedule_id", "slot", "run", "purpose"),
        UniqueConstraint("workspace_id", "key"),
        Index(
            "ix_deliveries_wake_at_live",
            "wake_at",
            info={"where": "wake_at IS NOT NULL"},
        ),
        Index(
            "ix_deliveries_due_at_stuck",
            "due_at",
            info={"where": "state = 'stuck'"},
        ),
        Index("ix_deliveries_workspace_id_channel", "workspace_id", "channel", "posted_at"),
        Index("ix_deliveries_workspace_id_slot", "workspace_id", "slot", "posted_at"),
        Index(
            "ix_deliveries_workspace_id_message_id",
            "workspace_id",
            "message_id",
            info={"where": "message_id IS NOT NULL"},
        ),
        Index("ix_deliveries_member_id", "member_id", info={"where": "member_id IS NOT NULL"}),
        Index(
            "ix_deliveries_channel_shown",
            "workspace_id",
            "channel",
            "question_id",
            "round",
            info={"where": "purpose = 'question' AND member_id IS NULL AND round > 0"},
        ),
    )

    id: int | None = key()
    workspace_id: int = parent("workspaces")
    schedule_id: int | None = Field(default=None, foreign_key="schedules.id", ondelete="CASCADE")
    member_id: int | None = Field(default=None, foreign_key="members.id", ondelete="CASCADE")
    question_key: int | None = Field(default=None, foreign_key="questions.id", index=True)
    question_id: str | None = None
    channel: str
    slot: date
    run: int = 0
    purpose: str
    key: str = Field(max_length=25)
    round: int = 0
    state: str
    due_at: datetime
    expires_at: datetime
    wake_at: datetime | None = None
    owner: str | None = None
    fence: int = 0
    tries: int = 0
    posted_at: datetime | None = None
    message_id: str | None = None
    reason: str | None = Field(default=None, sa_type=Text)


class AttemptRow(SQLModel, table=True):
    """What a member did. `once` is the kind where it may be there once only, else NULL."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("member_id", "delivery_id", "once"),
        Index("ix_attempts_workspace_id_at", "workspace_id", "at"),
        Index("ix_attempts_member_id_slot", "member_id", "slot"),
    )

    id: int | None = key()
    workspace_id: int = parent("workspaces")
    member_id: int = parent("members")
    delivery_id: int = parent("deliveries", index=True)
    slot: date
    kind: str
    once: str | None = None
    at: datetime
    late: bool = False
    points: int = 0
    score: float | None = None
    answer: str = Field(default="", sa_type=Text)
    grade: str | None = Field(default=None, sa_type=Text)
