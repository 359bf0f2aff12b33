"""Spaced repetition, reminders and mock interviews."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.tables.shared import key, parent


class ReviewRow(SQLModel, table=True):
    """What FSRS remembers of a member and a question, by the question's id."""

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("member_id", "question_id"),
        Index("ix_reviews_member_id_due_at", "member_id", "due_at"),
    )

    id: int | None = key()
    workspace_id: int = parent("workspaces")
    member_id: int = parent("members")
    question_id: str
    due_at: datetime
    stability: float | None = None
    difficulty: float | None = None
    reviewed_at: datetime | None = None
    reviews: int = 0
    lapses: int = 0
    asked_key: str | None = None


class ReminderRow(SQLModel, table=True):
    """A member who wants to be reminded. `at` is wall-clock HH:MM in `zone`."""

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("member_id"),)

    id: int | None = key()
    workspace_id: int = parent("workspaces")
    member_id: int = parent("members")
    at: str
    zone: str
    channel: str
    wake_at: datetime = Field(index=True)
    told_on: date | None = None


class InterviewRow(SQLModel, table=True):
    """A mock interview. `open` is 1 or, when it has ended, NULL: one open a member."""

    __tablename__ = "interviews"
    __table_args__ = (UniqueConstraint("member_id", "open"),)

    id: int | None = key()
    workspace_id: int = parent("workspaces")
    member_id: int = parent("members")
    open: int | None = 1
    channel: str
    length: int
    start: str
    level: str | None = None
    topic: str | None = None
    began_at: datetime
    wake_at: datetime | None = Field(default=None, index=True)
    ended_at: datetime | None = None
    score: float | None = None


class InterviewStepRow(SQLModel, table=True):
    """One thing that was asked in a mock interview, and what became of it."""

    __tablename__ = "interview_steps"
    __table_args__ = (
        UniqueConstraint("interview_id", "number", "is_follow_up"),
        UniqueConstraint("workspace_id", "key"),
    )

    id: int | None = key()
    workspace_id: int = parent("workspaces")
    interview_id: int = parent("interviews")
    number: int
    is_follow_up: bool = False
    follow_up: str = Field(default="", sa_type=Text)
    key: str = Field(max_length=25)
    question_key: int = Field(foreign_key="questions.id")
    question_id: str
    asked_at: datetime
    answered_at: datetime | None = None
    skipped: bool = False
    answer: str = Field(default="", sa_type=Text)
    grade: str | None = Field(default=None, sa_type=Text)
