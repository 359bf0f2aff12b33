"""What is kept beside the log: points and streaks."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.tables.shared import parent


class TotalRow(SQLModel, table=True):
    """A member's points of a period, kept with the attempts (`storage.totals`).

    `listed` repeats the member's wish, so that one index orders those who are listed.
    """

    __tablename__ = "totals"
    __table_args__ = (
        Index("ix_totals_standing", "workspace_id", "period", "listed", "points", "member_id"),
    )

    workspace_id: int = Field(foreign_key="workspaces.id", ondelete="CASCADE", primary_key=True)
    period: str = Field(primary_key=True)
    member_id: int = Field(
        foreign_key="members.id", ondelete="CASCADE", primary_key=True, index=True
    )
    points: int
    attempts: int
    listed: bool


class TotalStepRow(SQLModel, table=True):
    """How many listed members have points in a step: from `start` on, `size` wide."""

    __tablename__ = "total_steps"

    workspace_id: int = Field(foreign_key="workspaces.id", ondelete="CASCADE", primary_key=True)
    period: str = Field(primary_key=True)
    size: int = Field(primary_key=True)
    start: int = Field(primary_key=True)
    members: int


class StreakRow(SQLModel, table=True):
    """A member's streak through the last settled question day (`bot.domain.streak`)."""

    __tablename__ = "streaks"

    member_id: int = Field(foreign_key="members.id", ondelete="CASCADE", primary_key=True)
    workspace_id: int = parent("workspaces", index=True)
    through: date
    as_of: datetime
    current: int
    longest: int
    freezes: int
