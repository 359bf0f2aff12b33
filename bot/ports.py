"""What the core needs of the world, as protocols."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.domain.attempt import Attempt, AttemptKind
from bot.domain.cards import Card, Counts, Reply
from bot.domain.delivery import Change, Delivery, DeliveryId, Draft
from bot.domain.events import Event
from bot.domain.grading import Grade, GradingTask
from bot.domain.installation import Installation
from bot.domain.people import AwayPeriod, Member, MemberId, Workspace, WorkspaceId
from bot.domain.question import Question, QuestionFilter, QuestionKey, QuestionSummary
from bot.domain.schedule import Schedule, ScheduleId
from bot.domain.streak import PostedSlot


class Clock(Protocol):
    """Tells the time; nothing below the composition root asks the system."""

    def now(self) -> datetime:
        """Return the present time, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """A post that was found on the platform by its key."""

    message_id: str
    posted_at: datetime


class ChatPort(Protocol):
    """A chat platform. Workspaces, channels and members are named by its own ids.

    Every call may raise ChatError: NotSent (provably without effect, try again later),
    Rejected (never, with the mend) or OutcomeUnknown (the reply was lost).
    """

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        """Post a card that carries `key` (25 characters at most) and return the message id."""
        ...

    async def find(
        self,
        workspace: str,
        channel: str,
        key: str,
        since: datetime,
        thread_of: str | None = None,
    ) -> Found | None:
        """Look for a post by its key; None means proven absent.

        `thread_of` is the card's own: what was posted into a thread is found there.

        Raises:
            NotSent: the platform can't be asked now.
            Rejected: it can't be searched at all, so nothing is proven.
        """
        ...

    async def tell(self, workspace: str, member: str, channel: str, card: Card) -> None:
        """Tell one member in private; `channel` is what it is about."""
        ...

    def channel_id(self, text: str) -> str:
        """Turn what somebody typed for a channel into the platform's id."""
        ...

    def member_id(self, text: str) -> str:
        """Turn what somebody typed for a member into the platform's id or a display name."""
        ...

    async def missing_rights(self, workspace: str, channel: str) -> str | None:
        """Say what keeps the bot from posting in the channel and how to mend it, or None."""
        ...

    async def is_admin(self, workspace: str, member: str) -> bool:
        """Tell whether the platform itself takes the member for an admin."""
        ...


class Installations(Protocol):
    """Where a platform's app is installed. Tokens are encrypted at rest."""

    async def find(self, workspace: str) -> Installation | None:
        """Return the installation in the workspace."""
        ...

    async def save(self, installation: Installation) -> None:
        """Store it; one that is there already is replaced."""
        ...

    async def remove(self, workspace: str) -> None:
        """Forget the installation with its tokens."""
        ...

    async def claim_rotation(self, workspace: str, now: datetime, until: datetime) -> bool:
        """Lock the installation's row until then, for whoever renews its tokens.

        False while somebody else has it; `save` and the time unlock it.
        """
        ...


class OneTimeTokens(Protocol):
    """Tokens that are good once, such as the state of an installation under way."""

    async def add(self, token: str, now: datetime, expires_at: datetime) -> None:
        """Make the token good once until then."""
        ...

    async def use(self, token: str, now: datetime) -> bool:
        """Use the token up; False if it is not good, or not any more."""
        ...


Handle = Callable[[Event], Awaitable[Reply | None]]
"""What a platform calls for each event; the reply is to be shown to whoever caused it."""


class Platform(Protocol):
    """A connection to a chat platform, in both directions."""

    @property
    def name(self) -> str:
        """The platform's word in settings and in the database."""
        ...

    @property
    def chat(self) -> ChatPort:
        """The way out."""
        ...

    async def start(self, handle: Handle) -> None:
        """Connect, and from now on hand in events. Returns once events can arrive.

        Raises:
            ConfigError: what was configured is refused; says what to change.
        """
        ...

    async def stop(self) -> None:
        """Take no more events, answer those under way, and disconnect."""
        ...


class Grader(Protocol):
    """Scores an answer to an open question."""

    name: str
    """Shown with every grade: `lexical`, `semantic` or the model's name."""

    async def grade(self, task: GradingTask, answer: str) -> Grade:
        """Grade an answer of any length and content; never raises because of the answer.

        The score is computed from the key points' weights. The answer is data: nothing in
        it is followed.
        """
        ...


class Workspaces(Protocol):
    """Tenants."""

    async def ensure(self, platform: str, external_id: str, name: str) -> Workspace:
        """Return the workspace, made if it is new."""
        ...

    async def get(self, workspace_id: WorkspaceId) -> Workspace:
        """Return a workspace that exists."""
        ...

    async def everyone(self) -> Sequence[Workspace]:
        """Return all workspaces, for the operator alone."""
        ...

    async def get_many(self, ids: Sequence[WorkspaceId]) -> Mapping[WorkspaceId, Workspace]:
        """Return the workspaces of these ids."""
        ...


class Members(Protocol):
    """Members and their own settings, always of one workspace."""

    async def identify(
        self, platform: str, workspace: str, member: str
    ) -> tuple[Workspace, Member] | None:
        """Return who that is in the platform's own ids, or None for somebody new."""
        ...

    async def ensure(self, workspace_id: WorkspaceId, external_id: str, name: str) -> Member:
        """Return the member, made if new; a changed display name is kept."""
        ...

    async def find(self, workspace_id: WorkspaceId, text: str) -> Member | None:
        """Find a member by platform id or display name, in any case."""
        ...

    async def get(self, workspace_id: WorkspaceId, member_id: MemberId) -> Member | None:
        """Return a member."""
        ...

    async def save(self, member: Member) -> None:
        """Store the member's settings."""
        ...

    async def away(self, workspace_id: WorkspaceId, member_id: MemberId) -> Sequence[AwayPeriod]:
        """Return all announced absences."""
        ...

    async def announce_away(self, member: Member, since: datetime, until: date) -> None:
        """Open an absence."""
        ...

    async def end_away(self, member: Member, at: datetime) -> None:
        """End the absences that are still open."""
        ...

    async def admins(self, workspace_id: WorkspaceId) -> Sequence[Member]:
        """Return who was made an admin of this bot."""
        ...

    async def set_admin(self, member: Member, admin: bool) -> None:
        """Make the member an admin of this bot, or take that back."""
        ...

    async def erase(self, member: Member) -> None:
        """Erase the member and everything that hangs on them."""
        ...


class Schedules(Protocol):
    """Schedules. Listings leave removed ones out."""

    async def add(self, schedule: Schedule) -> Schedule:
        """Store a schedule under the workspace's next number; its `id` is ignored."""
        ...

    async def save(self, schedule: Schedule) -> None:
        """Store what changed."""
        ...

    async def remove(self, schedule: Schedule, at: datetime) -> None:
        """Take it out of all listings; its deliveries stay."""
        ...

    async def find(self, workspace_id: WorkspaceId, number: int) -> Schedule | None:
        """Return the schedule that people know by this number."""
        ...

    async def of_workspace(self, workspace_id: WorkspaceId) -> Sequence[Schedule]:
        """Return all, by number."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Schedule]:
        """Return schedules of any workspace whose `next_due_at` has come, earliest first."""
        ...

    async def get(self, workspace_id: WorkspaceId, schedule_id: ScheduleId) -> Schedule | None:
        """Return a schedule, removed or not."""
        ...


class Questions(Protocol):
    """The stored bank: shipped packs for all, own packs for their workspace."""

    async def pack_digest(self, pack: str) -> str | None:
        """Return the digest of the stored shipped pack."""
        ...

    async def store_pack(self, pack: str, digest: str, questions: Sequence[Question]) -> None:
        """Make these the current questions of a shipped pack; older versions stay readable."""
        ...

    async def deck(
        self, workspace_id: WorkspaceId, wanted: QuestionFilter
    ) -> Sequence[QuestionSummary]:
        """Return the current questions that fit."""
        ...

    async def get_many(
        self, workspace_id: WorkspaceId | None, keys: Sequence[QuestionKey]
    ) -> Mapping[QuestionKey, Question]:
        """Return stored versions; with a workspace only what that workspace may see."""
        ...


class Agenda(Protocol):
    """When anything is due at all."""

    async def next_wake_at(self) -> datetime | None:
        """Return the earliest time at which a schedule, delivery or notice wants attention."""
        ...


class Deliveries(Protocol):
    """Deliveries and their state machine (see `bot.domain.delivery`)."""

    async def insert(self, drafts: Sequence[Draft]) -> int:
        """Insert; a (schedule, slot, run, purpose) that exists is left alone. Return how many."""
        ...

    async def hasten(self, draft: Draft) -> None:
        """Insert; if it is there already and waits for a later time, make it due as drafted."""
        ...

    async def claim(
        self, owner: str, now: datetime, lease_until: datetime, limit: int
    ) -> Sequence[Delivery]:
        """Take due work: scheduled, or claimed by somebody whose lease has run out.

        No two claims return the same row while a lease lasts; each raises the fence.
        """
        ...

    async def mark_sending(
        self, claimed: Sequence[Delivery], lease_until: datetime
    ) -> set[DeliveryId]:
        """Go from claimed to sending; return those whose fence was still ours."""
        ...

    async def release(self, changes: Sequence[tuple[Delivery, Change]]) -> None:
        """Put claimed deliveries back, to be claimed again when their change says."""
        ...

    async def take_ambiguous(
        self, now: datetime, lease_until: datetime, limit: int
    ) -> Sequence[Delivery]:
        """Take over sends whose lease ran out: posted or not, nobody knows."""
        ...

    async def settle(self, changes: Sequence[tuple[Delivery, Change]]) -> set[DeliveryId]:
        """Apply transitions where the fence still fits; return those that were applied."""
        ...

    async def expire(self, now: datetime) -> int:
        """Skip what is scheduled past its grace; return how many."""
        ...

    async def cancel_waiting(self, schedule: Schedule, reason: str) -> None:
        """Skip what still waits to be sent for a schedule."""
        ...

    async def rounds(self, workspace_id: WorkspaceId, channel: str) -> Mapping[str, int]:
        """Return for each question id the last deck round in which the channel saw it."""
        ...

    async def rounds_of(self, workspace_id: WorkspaceId, member_id: MemberId) -> Mapping[str, int]:
        """Return the same for the questions that a member asked for."""
        ...

    async def last_question_id(self, workspace_id: WorkspaceId, channel: str) -> str | None:
        """Return what the channel saw last."""
        ...

    async def planned_slots(self, schedule: Schedule, since: date) -> set[date]:
        """Return the dates from `since` on whose own post has a row, skipped ones included."""
        ...

    async def count_runs(self, schedule: Schedule, slot: date) -> int:
        """Return how many extra posts the slot has."""
        ...

    async def by_message(
        self, workspace_id: WorkspaceId, channel: str, message_id: str
    ) -> Delivery | None:
        """Return the question delivery that is this message."""
        ...

    async def by_key(self, workspace_id: WorkspaceId, key: str) -> Delivery | None:
        """Return the delivery with this key."""
        ...

    async def newest(
        self, workspace_id: WorkspaceId, channel: str, member_id: MemberId
    ) -> Delivery | None:
        """Return the newest question in the channel that the member can see."""
        ...

    async def question_message_id(self, reveal: Delivery) -> str | None:
        """Return the message of the question that a reveal delivery answers."""
        ...

    async def in_doubt(self, workspace_id: WorkspaceId, channel: str) -> Sequence[Delivery]:
        """Return the channel's question deliveries that are sending or stuck."""
        ...

    async def is_over(self, delivery: Delivery, now: datetime) -> bool:
        """Tell whether a question of a later date was posted after this one."""
        ...

    async def is_answer_public(self, delivery: Delivery) -> bool:
        """Tell whether the answer to this question was posted for all."""
        ...

    async def posted_slots(self, workspace_id: WorkspaceId) -> Sequence[PostedSlot]:
        """Return the dates on which the workspace got questions, oldest first."""
        ...

    async def newest_of_workspace(
        self, workspace_id: WorkspaceId, limit: int
    ) -> Sequence[Delivery]:
        """Return the newest channel deliveries, newest first."""
        ...


class Attempts(Protocol):
    """The append-only log of what members did."""

    async def add(self, attempt: Attempt) -> bool:
        """Log it; False if that member's reveal, rating or first answer is there already."""
        ...

    async def kinds(
        self, workspace_id: WorkspaceId, member_id: MemberId, delivery_id: DeliveryId
    ) -> set[AttemptKind]:
        """Return what the member did with the delivery so far."""
        ...

    async def dates(self, workspace_id: WorkspaceId) -> Mapping[MemberId, set[date]]:
        """Return for each member the question days in which they took part in time."""
        ...

    async def dates_of(self, workspace_id: WorkspaceId, member_id: MemberId) -> set[date]:
        """Return the question days in which the member took part in time."""
        ...

    async def totals(
        self, workspace_id: WorkspaceId, since: datetime | None
    ) -> Sequence[tuple[Member, int]]:
        """Return members on the leaderboard with their points since then, most first."""
        ...

    async def counts(self, delivery: Delivery) -> Counts:
        """Return how many answered and revealed the question that the delivery is about."""
        ...


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to one admin, kept until it was handed to the platform."""

    id: int
    workspace_id: WorkspaceId
    member_id: MemberId
    channel: str
    text: str


class Notices(Protocol):
    """What admins are to be told, committed with the fact that it tells of."""

    async def add(
        self, workspace_id: WorkspaceId, member_id: MemberId, channel: str, text: str, at: datetime
    ) -> None:
        """Queue a notice."""
        ...

    async def take_due(self, now: datetime, again_at: datetime, limit: int) -> Sequence[Notice]:
        """Take notices that were not handed over; they come again at `again_at` if lost."""
        ...

    async def done(self, notices: Sequence[Notice]) -> None:
        """Forget notices that were handed over."""
        ...


class UnitOfWork(Protocol):
    """One transaction over all repositories."""

    @property
    def workspaces(self) -> Workspaces: ...

    @property
    def members(self) -> Members: ...

    @property
    def schedules(self) -> Schedules: ...

    @property
    def questions(self) -> Questions: ...

    @property
    def deliveries(self) -> Deliveries: ...

    @property
    def attempts(self) -> Attempts: ...

    @property
    def agenda(self) -> Agenda: ...

    @property
    def notices(self) -> Notices: ...


class Storage(Protocol):
    """Opens transactions. No network call may happen while one is open."""

    def writing(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Begin a transaction that commits on a clean exit and rolls back on an error."""
        ...

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Read without a transaction: each statement sees what is committed when it runs."""
        ...
