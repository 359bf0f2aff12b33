"""What connects platforms, processes and models."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.tables.shared import key, parent


class AdapterWordRow(SQLModel, table=True):
    """A word that a platform's adapter keeps for itself, of no workspace."""

    __tablename__ = "adapter_words"

    platform: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    word: str = Field(sa_type=Text)


class InstallationRow(SQLModel, table=True):
    """Where a platform's app is installed. Tokens are ciphertext, which outgrows String(200).

    Whoever renews the tokens holds the row until `rotating_until`.
    """

    __tablename__ = "installations"
    __table_args__ = (UniqueConstraint("platform", "external_id"),)

    id: int | None = key()
    platform: str
    external_id: str
    name: str
    bot_user: str
    bot_id: str
    scopes: str = Field(sa_type=Text)
    token: str = Field(sa_type=Text)
    refresh_token: str | None = Field(default=None, sa_type=Text)
    expires_at: datetime | None = None
    rotating_until: datetime | None = None
    installed_at: datetime | None = None


class OneTimeTokenRow(SQLModel, table=True):
    """A token that is good once, kept as its digest."""

    __tablename__ = "one_time_tokens"

    digest: str = Field(primary_key=True, max_length=64)
    purpose: str
    expires_at: datetime = Field(index=True)


class ReceivedEventRow(SQLModel, table=True):
    """An event that a platform sent, by the digest of its platform and key."""

    __tablename__ = "received_events"

    digest: str = Field(primary_key=True, max_length=64)
    keep_until: datetime = Field(index=True)


class ProcessRow(SQLModel, table=True):
    """A `run` that shares this database, as it last said of itself."""

    __tablename__ = "processes"

    owner: str = Field(primary_key=True)
    platforms: str
    started_at: datetime
    seen_at: datetime
    dispatched_at: datetime | None = None


class ModelUseRow(SQLModel, table=True):
    """Calls to a language model and their tokens, by workspace and day in UTC."""

    __tablename__ = "model_use"

    workspace_id: int = Field(foreign_key="workspaces.id", ondelete="CASCADE", primary_key=True)
    day: date = Field(primary_key=True)
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


class KeptGradeRow(SQLModel, table=True):
    """A grade that a model gave, under a digest of all that it depends on.

    It quotes the member who answered first, and goes with them.
    """

    __tablename__ = "kept_grades"
    __table_args__ = (UniqueConstraint("workspace_id", "digest"),)

    id: int | None = key()
    workspace_id: int = parent("workspaces")
    member_id: int = parent("members", index=True)
    digest: str = Field(max_length=64)
    grade: str = Field(sa_type=Text)
    at: datetime = Field(index=True)
