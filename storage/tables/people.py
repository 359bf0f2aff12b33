"""Workspaces, and who belongs to them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.domain.emoji import BULB
from storage.tables.shared import NEVER_AGAIN, key, parent


class WorkspaceRow(SQLModel, table=True):
    """A tenant. `seed` shuffles its decks. One that was left is erased at `erase_at`."""

    __tablename__ = "workspaces"
    __table_args__ = (
        UniqueConstraint("platform", "external_id"),
        Index(
            "ix_workspaces_erase_at_left",
            "erase_at",
            info={"where": "erase_at IS NOT NULL"},
        ),
        NEVER_AGAIN,
    )

    id: int | None = key()
    platform: str
    external_id: str
    name: str
    seed: int
    emoji: str = BULB
    left_at: datetime | None = None
    left_because: str | None = Field(default=None, sa_type=Text)
    erase_at: datetime | None = None


class MemberRow(SQLModel, table=True):
    """A member with their own settings; `admin` was given by another admin of the bot."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("workspace_id", "external_id"), NEVER_AGAIN)

    id: int | None = key()
    workspace_id: int = parent("workspaces")
    external_id: str
    name: str
    level: str | None = None
    zone: str | None = None
    on_leaderboard: bool = True
    admin: bool = False


class AdminRoleRow(SQLModel, table=True):
    """A role of the platform whose members may configure the bot."""

    __tablename__ = "admin_roles"

    workspace_id: int = Field(foreign_key="workspaces.id", ondelete="CASCADE", primary_key=True)
    external_id: str = Field(primary_key=True)
    name: str


class AwayRow(SQLModel, table=True):
    """An announced absence."""

    __tablename__ = "away_periods"

    id: int | None = key()
    workspace_id: int = parent("workspaces")
    member_id: int = parent("members", index=True)
    since: datetime
    until: date
    ended_at: datetime | None = None


class NoticeRow(SQLModel, table=True):
    """A message to an admin that was not handed over yet."""

    __tablename__ = "notices"

    id: int | None = key()
    workspace_id: int = parent("workspaces")
    member_id: int = parent("members")
    channel: str
    body: str = Field(sa_type=Text)
    wake_at: datetime = Field(index=True)


class VisitRow(SQLModel, table=True):
    """What lets a member into the web console, by the digest of its secret."""

    __tablename__ = "visits"

    digest: str = Field(primary_key=True, max_length=64)
    kind: str
    workspace_id: int = parent("workspaces", index=True)
    member_id: int = parent("members", index=True)
    channel: str
    zone: str
    expires_at: datetime = Field(index=True)
