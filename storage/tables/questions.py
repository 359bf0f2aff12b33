"""Packs, questions and drafts of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.tables.shared import NEVER_AGAIN, key, parent


class PackRow(SQLModel, table=True):
    """A pack; without a workspace it is for all. One `on_request` is in no deck by itself."""

    __tablename__ = "packs"
    __table_args__ = (
        UniqueConstraint("workspace_id", "name"),
        Index(
            "uq_packs_name_shared",
            "name",
            unique=True,
            info={"where": "workspace_id IS NULL"},
        ),
    )

    id: int | None = key()
    workspace_id: int | None = Field(default=None, foreign_key="workspaces.id", ondelete="CASCADE")
    name: str
    digest: str
    on_request: bool = False


class QuestionRow(SQLModel, table=True):
    """One version of a question. `body` is the whole of it as JSON, `topics` a JSON list."""

    __tablename__ = "questions"
    __table_args__ = (UniqueConstraint("pack_id", "slug", "version"), NEVER_AGAIN)

    id: int | None = key()
    pack_id: int = parent("packs")
    workspace_id: int | None = Field(
        default=None, foreign_key="workspaces.id", ondelete="CASCADE", index=True
    )
    slug: str
    version: str
    level: str
    topics: str
    body: str = Field(sa_type=Text)
    current: bool = True


class RetiredQuestionRow(SQLModel, table=True):
    """A question that a workspace took out of its decks, by the id that people know."""

    __tablename__ = "retired_questions"

    workspace_id: int = Field(foreign_key="workspaces.id", ondelete="CASCADE", primary_key=True)
    slug: str = Field(primary_key=True)
    at: datetime


class DraftRow(SQLModel, table=True):
    """What waits for an admin, or was decided. `body` is the whole question as JSON."""

    __tablename__ = "drafts"
    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        Index("ix_drafts_workspace_id_state", "workspace_id", "state"),
    )

    id: int | None = key()
    workspace_id: int = parent("workspaces")
    number: int
    kind: str
    state: str
    question_id: str
    body: str = Field(sa_type=Text)
    source: str
    channel: str
    author_id: int | None = Field(
        default=None, foreign_key="members.id", ondelete="SET NULL", index=True
    )
    words: str = Field(default="", sa_type=Text)
    at: datetime
    decided_at: datetime | None = None
