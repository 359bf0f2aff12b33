"""Deliveries and their state machine."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.domain.deck import Seen
from bot.domain.delivery import Change, Delivery, DeliveryId, Draft
from bot.domain.people import Member, MemberId, WorkspaceId
from bot.domain.schedule import Schedule, ScheduleId
from bot.domain.streak import PostedSlot


class Leases(Protocol):
    """The state machine of `bot.domain.delivery`: who may send what until when."""

    async def claim(
        self,
        owner: str,
        now: datetime,
        lease_until: datetime,
        limit: int,
        full: Collection[WorkspaceId] = (),
        platforms: Collection[str] | None = None,
    ) -> Sequence[Delivery]:
        """Take due work: scheduled, or claimed by somebody whose lease has run out. What is past
        its grace is left to `expire`.

        Of the `full` workspaces none is taken, and only workspaces of `platforms` count (None
        means all): who can't post must not claim.

        No two claims return the same row while a lease lasts; each raises the fence.
        """
        ...

    async def take_new(
        self, drafts: Sequence[Draft], owner: str, lease_until: datetime
    ) -> Mapping[tuple[WorkspaceId, str], DeliveryId]:
        """Insert what is posted as soon as this is committed: planned, claimed under the first
        fence and marked as being sent, all in one step.

        Return the ids by workspace and key. A (schedule, slot, run, purpose) that exists is left
        alone and is not ours.
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
        self,
        now: datetime,
        lease_until: datetime,
        limit: int,
        platforms: Collection[str] | None = None,
        held: Collection[DeliveryId] = (),
        full: Collection[WorkspaceId] = (),
    ) -> Sequence[Delivery]:
        """Take over sends whose lease ran out: posted or not, nobody knows. The `held` ones are
        left to whoever asks, those of `full` workspaces for later."""
        ...

    async def prolong(
        self,
        now: datetime,
        lease_until: datetime,
        limit: int,
        platforms: Collection[str] | None = None,
    ) -> None:
        """Give sends whose lease ran out another one, in the same hands."""
        ...

    async def settle(self, changes: Sequence[tuple[Delivery, Change]]) -> set[DeliveryId]:
        """Apply transitions where the fence still fits; return those that were applied. What is
        put back goes to the channel that its schedule has now, but for an answer for all."""
        ...

    async def expire(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Skip what is scheduled past its grace, and return it."""
        ...


class Deliveries(Protocol):
    """Deliveries: what was posted or will be, and to whom."""

    async def insert(self, drafts: Sequence[Draft]) -> None:
        """Insert; a (schedule, slot, run, purpose) that exists is left alone."""
        ...

    async def hasten(self, draft: Draft) -> None:
        """Insert; if it is there already and waits for a later time, make it due as drafted."""
        ...

    async def cancel_waiting(self, schedule: Schedule, reason: str) -> None:
        """Skip what still waits to be sent for a schedule. What is being sent is not sent again:
        it expires as it is due, so that it is skipped if it proves to be absent."""
        ...

    async def redirect_waiting(self, schedule: Schedule) -> None:
        """Send what still waits to the channel that the schedule has now. An answer for all stays
        with its question, and what is in doubt where it may be, until it is put back."""
        ...

    async def seen(
        self, channels: Collection[tuple[WorkspaceId, str]]
    ) -> Mapping[tuple[WorkspaceId, str], Seen]:
        """Return what these channels were shown or are about to be; the others are absent."""
        ...

    async def rounds_of(self, workspace_id: WorkspaceId, member_id: MemberId) -> Mapping[str, int]:
        """Return the same for the questions that a member asked for."""
        ...

    async def planned_slots(
        self, schedules: Collection[Schedule], since: date
    ) -> Mapping[ScheduleId, set[date]]:
        """Return the dates from `since` on whose own post has a row, skipped ones included."""
        ...

    async def failed_before(self, delivery: Delivery) -> bool:
        """Tell whether the schedule's post of the same purpose before this one was refused."""
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
        self, workspace_id: WorkspaceId, channel: str, member_id: MemberId | None
    ) -> Delivery | None:
        """Return the newest question in the channel that the member can see; None: that all can."""
        ...

    async def put_behind(self, member: Member, channel: str, at: datetime) -> None:
        """Date what the channel asked the member alone since then as of then."""
        ...

    async def question_message_id(self, reveal: Delivery) -> str | None:
        """Return the message of the question that a reveal delivery answers."""
        ...

    async def in_doubt(
        self, workspace_id: WorkspaceId, channel: str, limit: int
    ) -> Sequence[Delivery]:
        """Return the channel's question deliveries that are sending or stuck, newest first."""
        ...

    async def is_over(self, delivery: Delivery, now: datetime) -> bool:
        """Tell whether a question of a later date was posted after this one."""
        ...

    async def is_answer_known(self, delivery: Delivery, member_id: MemberId, at: datetime) -> bool:
        """Tell whether by then it was posted for all, or the member saw it elsewhere: by a reveal
        or an answer where the same question came on that date or later, in another channel or in
        practice. What they saw before is what they know."""
        ...

    async def posted_slots(self, workspace_id: WorkspaceId) -> Sequence[PostedSlot]:
        """Return the dates on which the workspace got questions, oldest first."""
        ...
