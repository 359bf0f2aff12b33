"""The only table classes. Every row belongs to a workspace, but for the shipped bank."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING_CONVENTION


def _key() -> int | None:
    return Field(default=None, primary_key=True)  # type: ignore[no-any-return]


_NEVER_AGAIN = {"sqlite_autoincrement": True}
"""For what a running process knows by its number: SQLite would give the number of the newest row
to another one once that was erased, and with it to another workspace. PostgreSQL does not."""


def _parent(table: str, *, index: bool = False) -> int:
    return Field(foreign_key=f"{table}.id", ondelete="CASCADE", index=index)  # type: ignore[no-any-return]


def restrict_indexes(dialect: str) -> None:
    """Restrict the partial indexes to their rows before they are made in a database.

    An Index that names a dialect imports all of it, and only one of them is used.
    """
    for table in SQLModel.metadata.tables.values():
        for index in table.indexes:
            if "where" in index.info:
                index.dialect_options[dialect]["where"] = text(index.info["where"])


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
        _NEVER_AGAIN,
    )

    id: int | None = _key()
    platform: str
    external_id: str
    name: str
    seed: int
    emoji: str = "bulb"
    left_at: datetime | None = None
    left_because: str | None = Field(default=None, sa_type=Text)
    erase_at: datetime | None = None


class MemberRow(SQLModel, table=True):
    """A member with their own settings; `admin` was given by another admin of the bot."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("workspace_id", "external_id"), _NEVER_AGAIN)

    id: int | None = _key()
    workspace_id: int = _parent("workspaces")
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

    id: int | None = _key()
    workspace_id: int = _parent("workspaces")
    member_id: int = _parent("members", index=True)
    since: datetime
    until: date
    ended_at: datetime | None = None


class ScheduleRow(SQLModel, table=True):
    """A daily question. `days` are weekday digits, Monday 0; `at` is wall-clock HH:MM."""

    __tablename__ = "schedules"
    __table_args__ = (UniqueConstraint("workspace_id", "number"),)

    id: int | None = _key()
    workspace_id: int = _parent("workspaces")
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

    id: int | None = _key()
    workspace_id: int | None = Field(default=None, foreign_key="workspaces.id", ondelete="CASCADE")
    name: str
    digest: str
    on_request: bool = False


class QuestionRow(SQLModel, table=True):
    """One version of a question. `body` is the whole of it as JSON, `topics` a JSON list."""

    __tablename__ = "questions"
    __table_args__ = (UniqueConstraint("pack_id", "slug", "version"), _NEVER_AGAIN)

    id: int | None = _key()
    pack_id: int = _parent("packs")
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

    id: int | None = _key()
    workspace_id: int = _parent("workspaces")
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

    id: int | None = _key()
    workspace_id: int = _parent("workspaces")
    member_id: int = _parent("members")
    delivery_id: int = _parent("deliveries", index=True)
    slot: date
    kind: str
    once: str | None = None
    at: datetime
    late: bool = False
    points: int = 0
    score: float | None = None
    answer: str = Field(default="", sa_type=Text)
    grade: str | None = Field(default=None, sa_type=Text)


class ReviewRow(SQLModel, table=True):
    """What FSRS remembers of a member and a question, by the question's id."""

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("member_id", "question_id"),
        Index("ix_reviews_member_id_due_at", "member_id", "due_at"),
    )

    id: int | None = _key()
    workspace_id: int = _parent("workspaces")
    member_id: int = _parent("members")
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

    id: int | None = _key()
    workspace_id: int = _parent("workspaces")
    member_id: int = _parent("members")
    at: str
    zone: str
    channel: str
    wake_at: datetime = Field(index=True)
    told_on: date | None = None


class InterviewRow(SQLModel, table=True):
    """A mock interview. `open` is 1 or, when it has ended, NULL: one open a member."""

    __tablename__ = "interviews"
    __table_args__ = (UniqueConstraint("member_id", "open"),)

    id: int | None = _key()
    workspace_id: int = _parent("workspaces")
    member_id: int = _parent("members")
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

    id: int | None = _key()
    workspace_id: int = _parent("workspaces")
    interview_id: int = _parent("interviews")
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
    workspace_id: int = _parent("workspaces", index=True)
    through: date
    as_of: datetime
    current: int
    longest: int
    freezes: int


class NoticeRow(SQLModel, table=True):
    """A message to an admin that was not handed over yet."""

    __tablename__ = "notices"

    id: int | None = _key()
    workspace_id: int = _parent("workspaces")
    member_id: int = _parent("members")
    channel: str
    body: str = Field(sa_type=Text)
    wake_at: datetime = Field(index=True)


class DraftRow(SQLModel, table=True):
    """What waits for an admin, or was decided. `body` is the whole question as JSON."""

    __tablename__ = "drafts"
    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        Index("ix_drafts_workspace_id_state", "workspace_id", "state"),
    )

    id: int | None = _key()
    workspace_id: int = _parent("workspaces")
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

    id: int | None = _key()
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


class OneTimeTokenRow(SQLModel, table=True):
    """A token that is good once, kept as its digest."""

    __tablename__ = "one_time_tokens"

    digest: str = Field(primary_key=True, max_length=64)
    purpose: str
    expires_at: datetime = Field(index=True)


class VisitRow(SQLModel, table=True):
    """What lets a member into the web console, by the digest of its secret."""

    __tablename__ = "visits"

    digest: str = Field(primary_key=True, max_length=64)
    kind: str
    workspace_id: int = _parent("workspaces", index=True)
    member_id: int = _parent("members", index=True)
    channel: str
    zone: str
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

    id: int | None = _key()
    workspace_id: int = _parent("workspaces")
    member_id: int = _parent("members", index=True)
    digest: str = Field(max_length=64)
    grade: str = Field(sa_type=Text)
    at: datetime = Field(index=True)
