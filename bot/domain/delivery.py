"""What goes to a channel by itself, and the state machine that sends it exactly once.

scheduled ──claim──▶ claimed ──mark──▶ sending ──posted────▶ confirmed
    ▲                   │                 │ ├──rejected──▶ failed
    ├──put back─────────┘                 │ └──not sent──▶ scheduled, not before …
    └──proven absent──── look by key ◀────┘ reply lost, lease expired
                            │ └──found────▶ confirmed
                            └──cannot look, or in vain for a day──▶ stuck: alert, never re-post
planned, due and there is room ──▶ sending; missed before it was planned ──▶ skipped
claimed, lease expired ──▶ claimed by whoever comes next
scheduled or claimed, past its grace or its schedule paused or removed ──▶ skipped
stuck, seen in the channel ──▶ confirmed; said not to be there ──▶ scheduled
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NewType

from bot.domain.people import MemberId, WorkspaceId
from bot.domain.question import QuestionKey
from bot.domain.schedule import RevealMode, Schedule, ScheduleId, local_date
from bot.errors import Rejected, RejectReason

DeliveryId = NewType("DeliveryId", int)

LATE_AFTER = timedelta(minutes=5)
"""A post later than this is marked as late."""

LONGEST_BACKOFF = timedelta(minutes=5)
"""The longest wait between two tries at a platform that does not answer."""

LONGEST_WAIT = timedelta(hours=1)
"""A platform that asks for more is asked again then: one answer must not silence a workspace for
days."""

LOOKED_FOR = timedelta(days=1)
"""How long a platform may fail to say whether a post is there, before a person has to look: few
outages last as long."""

LEAST_LOOKS = 12
"""Looks that a person is not asked before, however long nothing ran: they take half an hour."""


class DeliveryState(StrEnum):
    """Where a delivery stands; the last four are final but for a stuck one that is found."""

    SCHEDULED = "scheduled"
    CLAIMED = "claimed"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    STUCK = "stuck"
    SKIPPED = "skipped"


MISSED = (DeliveryState.SKIPPED, DeliveryState.FAILED)
"""Of a post that was due: left out, or refused for good."""


class Purpose(StrEnum):
    """What a delivery brings: the question, the answer for all after the reveal time, or what
    the week was like.
    """

    QUESTION = "question"
    REVEAL = "reveal"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One post, unique by (schedule, slot, run, purpose).

    `run` is 0 for the slot's own post and counts the extra ones an admin asked for.
    `key` (25 characters at most, Discord's limit for a nonce) travels to the platform.
    `round` is 0 where no question was shown and none will be.
    `fence` rises with every claim: whoever holds an older one can't change the row.
    `reveal`, `reveal_after`, `discussion` and `zone` are what the schedule says when the delivery
    is read.
    A question asked by one member for themselves has `member_id` and no schedule.
    """

    id: DeliveryId
    workspace_id: WorkspaceId
    channel: str
    slot: date
    key: str
    purpose: Purpose
    state: DeliveryState
    due_at: datetime
    expires_at: datetime
    run: int = 0
    schedule_id: ScheduleId | None = None
    schedule_number: int | None = None
    question_key: QuestionKey | None = None
    question_id: str | None = None
    round: int = 0
    not_before: datetime | None = None
    lease_until: datetime | None = None
    fence: int = 0
    tries: int = 0
    posted_at: datetime | None = None
    message_id: str | None = None
    reason: str | None = None
    member_id: MemberId | None = None
    reveal: RevealMode = RevealMode.PRIVATE
    reveal_after: timedelta | None = None
    discussion: bool = False
    zone: str | None = None

    def is_its_date(self, now: datetime) -> bool:
        """Tell whether it is still the slot's date, or an earlier one, where the schedule is."""
        return self.zone is not None and local_date(now, self.zone) <= self.slot


@dataclass(frozen=True, slots=True)
class Draft:
    """A delivery to be inserted: due, or skipped at once with the reason."""

    workspace_id: WorkspaceId
    channel: str
    slot: date
    key: str
    purpose: Purpose
    due_at: datetime
    expires_at: datetime
    state: DeliveryState = DeliveryState.SCHEDULED
    run: int = 0
    schedule_id: ScheduleId | None = None
    question_key: QuestionKey | None = None
    question_id: str | None = None
    round: int = 0
    posted_at: datetime | None = None
    reason: str | None = None
    member_id: MemberId | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A transition out of `sending`. `lease_until` set means: still sending, look again then.

    `tried` is False where the platform was never called; `refusal` says why it refuses for good.
    """

    state: DeliveryState
    not_before: datetime | None = None
    lease_until: datetime | None = None
    message_id: str | None = None
    posted_at: datetime | None = None
    reason: str | None = None
    tried: bool = True
    refusal: RejectReason | None = None

    @property
    def returns_question(self) -> bool:
        """Whether the question may be picked again: nobody saw it, and it is not at fault."""
        failed = self.state is DeliveryState.FAILED
        return failed and self.refusal is not RejectReason.INVALID

    @property
    def wants_more(self) -> bool:
        """Whether somebody has to look at the delivery again by itself."""
        return self.not_before is not None or self.lease_until is not None


def take(draft: Draft, number: DeliveryId, schedule: Schedule, lease_until: datetime) -> Delivery:
    """Return a new delivery as whoever plans it takes it: under the first fence."""
    return Delivery(
        id=number,
        workspace_id=draft.workspace_id,
        channel=draft.channel,
        slot=draft.slot,
        key=draft.key,
        purpose=draft.purpose,
        state=DeliveryState.CLAIMED,
        due_at=draft.due_at,
        expires_at=draft.expires_at,
        run=draft.run,
        schedule_id=draft.schedule_id,
        schedule_number=schedule.number,
        question_key=draft.question_key,
        question_id=draft.question_id,
        round=draft.round,
        lease_until=lease_until,
        fence=1,
        reveal=schedule.reveal,
        reveal_after=schedule.reveal_after,
        discussion=schedule.discussion,
        zone=schedule.rhythm.zone,
    )


def make_key(seed: int, *parts: object) -> str:
    """Return the key of a delivery: 20 characters of a hash, the same for the same parts."""
    return hashlib.blake2b(repr((seed, *parts)).encode(), digest_size=10).hexdigest()


def confirm(message_id: str, posted_at: datetime) -> Change:
    """The platform answered with a message id, or the key was found there."""
    return Change(DeliveryState.CONFIRMED, message_id=message_id, posted_at=posted_at)


def postpone(now: datetime, retry_after: timedelta, reason: str) -> Change:
    """Provably not posted: back to the queue, not before the platform allows."""
    return Change(DeliveryState.SCHEDULED, not_before=now + retry_after, reason=reason)


def leave_for_later(now: datetime, reason: str, wait: timedelta = timedelta(0)) -> Change:
    """The platform was not called: back to the queue, which is no try."""
    return replace(postpone(now, wait, reason), tried=False)


def fail(refused: Rejected) -> Change:
    """The platform refuses for good: this message, its channel, or the whole workspace."""
    return Change(DeliveryState.FAILED, reason=str(refused), refusal=refused.reason)


def back_off(tries: int, first: timedelta = timedelta(seconds=1)) -> timedelta:
    """Return how long to wait after so many tries: twice as long each time, up to a limit."""
    doubled: timedelta = first * 2 ** min(tries, 10)
    return min(LONGEST_BACKOFF, doubled)


def lose_reply(now: datetime, lease: timedelta) -> Change:
    """Posted or not, nobody knows yet: what was sent may arrive, or show up in a search, later. It
    is looked for after a lease, like the posts of a process that died."""
    reason = "The reply was lost; it is looked for."
    return Change(DeliveryState.SENDING, lease_until=now + lease, reason=reason)


def heed(asked: timedelta, wait: timedelta) -> timedelta:
    """Return how long to wait: as long as the platform asks, if that is longer, within reason."""
    return min(LONGEST_WAIT, max(asked, wait))


def look_again(
    delivery: Delivery, now: datetime, reason: str, asked: timedelta = timedelta(0)
) -> Change:
    """Posted or not, nobody knows: look by key after a wait that doubles with each look, or that
    the platform asks for. Within its grace it may still be sent again, if it proves to be absent;
    after a day a person has to look. Each look has raised the fence."""
    looked_for_until = max(delivery.expires_at, delivery.due_at + LOOKED_FOR)
    if now > looked_for_until and delivery.fence >= LEAST_LOOKS:
        return give_up_looking("the platform has not said for a day whether it is there")
    wait = heed(asked, back_off(delivery.fence, timedelta(seconds=5)))
    return Change(DeliveryState.SENDING, lease_until=now + wait, reason=reason)


def give_up_looking(why: str = "the platform can't be searched") -> Change:
    """Nothing can be proven: a missed question is better than a second post."""
    return Change(
        DeliveryState.STUCK, reason=f"The reply was lost, and {why}: look in the channel."
    )


def is_late(due_at: datetime, now: datetime) -> bool:
    """Tell whether a post made now is to be marked as late."""
    return now - due_at > LATE_AFTER


def describe_mend(delivery: Delivery) -> str:
    """Say what an admin can do about a delivery that waits for somebody; nothing for others."""
    if delivery.state is not DeliveryState.STUCK:
        return ""
    if delivery.purpose is not Purpose.QUESTION or delivery.schedule_number is None:
        return "If it is not there, nothing more comes of it by itself."
    return (
        "If it is there, press one of its buttons; if not, type "
        f"/fastapi-quiz schedule run {delivery.schedule_number}"
    )
