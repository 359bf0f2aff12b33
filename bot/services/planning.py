"""Turns schedules that have come due into deliveries, with the question frozen."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import structlog

from bot.domain.deck import LOW_WATER, Deck, Pick, Seen
from bot.domain.delivery import DeliveryState, Draft, Purpose, make_key
from bot.domain.formatting import format_duration
from bot.domain.people import Workspace, WorkspaceId
from bot.domain.schedule import Schedule, Slot
from bot.ports import NO_METER, Meter, Move, UnitOfWork

AT_ONCE = 40
"""Schedules that are planned before others have their turn: the first picks shuffle decks."""
log = structlog.get_logger(__name__)
_INSTANT = timedelta(microseconds=1)
_ONE_DAY = timedelta(days=1)
_NO_DELAY = timedelta(0)
_NOTHING = Seen({})


@dataclass
class Picker:
    """Picks for channels whose decks and history were read together, and remembers its picks."""

    decks: Mapping[WorkspaceId, Deck]
    seen: dict[tuple[WorkspaceId, str], Seen]
    comes_again: bool
    """Whether any channel is picked for twice."""

    def pick(self, workspace: Workspace, schedule: Schedule) -> Pick | None:
        """Pick the next question of the schedule's channel, or None where none fits."""
        everything = self.decks[workspace.id]
        deck = everything.fitting(schedule.wanted)
        if not deck:
            return None
        channel = (workspace.id, schedule.channel)
        seen = self.seen.get(channel, _NOTHING)
        last_topics = everything.topics_of(seen.last_id)[:1]
        seed = f"{workspace.seed}/{schedule.channel}"
        pick = deck.pick(seen.rounds, last_topics, seed, seen.last_id)
        if self.comes_again:
            newest = pick.question.id
            self.seen[channel] = Seen({**seen.rounds, newest: pick.round}, newest)
        return pick

    def size(self, schedule: Schedule) -> int:
        """Return how many questions fit."""
        return len(self.decks[schedule.workspace_id].fitting(schedule.wanted))


async def open_picker(work: UnitOfWork, schedules: Sequence[Schedule]) -> Picker:
    """Read what picking for these schedules takes."""
    decks = await work.questions.decks([schedule.workspace_id for schedule in schedules])
    channels = {(schedule.workspace_id, schedule.channel) for schedule in schedules}
    seen = dict(await work.deliveries.seen(channels))
    return Picker(decks, seen, len(channels) < len(schedules))


class LowDeck(NamedTuple):
    """A channel's deck runs low, or is empty: its size, and what the admin is told."""

    size: int
    notice: str


class Plan(NamedTuple):
    """What becomes of a schedule: new deliveries, when it is due next (None where that can't be
    worked out), what its admin is told."""

    workspace: Workspace
    move: Move
    drafts: Sequence[Draft]
    low: LowDeck | None = None


@dataclass
class Planning:
    """Writes a delivery for each due slot; the unique slot makes writing it twice harmless."""

    grace: timedelta
    spread: timedelta = timedelta(0)
    meter: Meter = NO_METER

    async def plan(self, work: UnitOfWork, now: datetime, most: int) -> Sequence[Plan]:
        """Plan up to so many of the schedules that are due, and move them on. The new deliveries
        are to be stored in the same transaction, and told of by `tell` when it is committed.

        Of the slots missed while nothing ran, only the newest is posted, and only within
        the grace; the others are kept as skipped, with the reason.
        """
        schedules = await work.schedules.due(now, most)
        if not schedules:
            return ()
        workspaces = await work.workspaces.get_many([s.workspace_id for s in schedules])
        oldest = min(s.next_due_at for s in schedules if s.next_due_at)
        taken = await work.deliveries.planned_slots(schedules, oldest.date() - _ONE_DAY)
        picker = await open_picker(work, schedules)
        plans: list[Plan] = []
        for start in range(0, len(schedules), AT_ONCE):
            plans += [
                self._plan_alone(picker, workspaces[s.workspace_id], s, taken.get(s.id, ()), now)
                for s in schedules[start : start + AT_ONCE]
            ]
            await asyncio.sleep(0)
        await work.schedules.move_on([plan.move for plan in plans])
        for plan in plans:
            if plan.low:
                await tell_of_low_deck(work, plan.move.schedule, plan.low, now)
            if plan.move.next_due_at is None:
                await set_aside(work, plan.move.schedule, now)
        return plans

    def tell(self, plans: Sequence[Plan]) -> None:
        """Log and count what was planned."""
        drafts = [draft for plan in plans for draft in plan.drafts]
        log_plans(drafts)
        for draft in drafts:
            if draft.state is DeliveryState.SKIPPED:
                self.meter.note_delivery(draft.state)

    def _plan_alone(
        self,
        picker: Picker,
        workspace: Workspace,
        schedule: Schedule,
        taken: Collection[date],
        now: datetime,
    ) -> Plan:
        """Plan a schedule; whatever is wrong with it, it keeps no other back. It is never due
        again then."""
        try:
            return self._plan(picker, workspace, schedule, taken, now)
        except Exception:
            log.exception("plan_failed", workspace=workspace.external_id, schedule=schedule.number)
            return Plan(workspace, Move(schedule, None, schedule.low_told_at_size), ())

    def _plan(
        self,
        picker: Picker,
        workspace: Workspace,
        schedule: Schedule,
        taken: Collection[date],
        now: datetime,
    ) -> Plan:
        assert schedule.next_due_at is not None
        slots, coming = schedule.rhythm.slots_around(schedule.next_due_at - _INSTANT, now)
        free = [slot for slot in slots if slot.date not in taken]
        move = Move(schedule, coming.due_at, schedule.low_told_at_size)
        delay = delay_within(self.spread, workspace, schedule.channel) if self.spread else _NO_DELAY
        if not free or now - delay - free[-1].due_at > self.grace:
            return Plan(
                workspace, move, [self._skip(workspace, schedule, slot, now) for slot in free]
            )
        skipped = [self._skip(workspace, schedule, slot, now) for slot in free[:-1]]
        slot = Slot(free[-1].date, free[-1].due_at + delay)
        draft, low = plan_question(picker, workspace, schedule, slot, self.grace)
        if low:
            move = move._replace(low_told_at_size=low.size)
        return Plan(workspace, move, [*skipped, draft], low)

    def _skip(self, workspace: Workspace, schedule: Schedule, slot: Slot, now: datetime) -> Draft:
        late = now - slot.due_at
        reason = (
            f"Nothing ran when it was due. It was noticed {format_duration(late)} later, "
            f"past the grace of {format_duration(self.grace)}."
            if late > self.grace
            else "Nothing ran when it was due, and only the newest missed question is posted."
        )
        return draft_question(workspace, schedule, slot, self.grace, reason=reason)


async def set_aside(work: UnitOfWork, schedule: Schedule, now: datetime) -> None:
    """Pause a schedule that can't be planned, and tell whoever made it."""
    number = schedule.number
    reason = f"When it is due next could not be worked out ({schedule.rhythm})."
    await work.schedules.pause(schedule, reason)
    if schedule.created_by is not None:
        mend = (
            f"Schedule {number} is paused. {reason} Give it another time zone with "
            f"/fastapi-quiz schedule edit {number} tz:…, then type: "
            f"/fastapi-quiz schedule resume {number}"
        )
        await work.notices.add(
            schedule.workspace_id, schedule.created_by, schedule.channel, mend, now
        )


def log_plans(drafts: Sequence[Draft]) -> None:
    """Begin each delivery's trail in the log: everything that follows has its key."""
    if not log.is_enabled_for(logging.INFO):
        return
    for draft in drafts:
        slot, due_at = str(draft.slot), draft.due_at.isoformat()
        if draft.state is DeliveryState.SKIPPED:
            log.info("skipped", delivery=draft.key, slot=slot, due_at=due_at, why=draft.reason)
        else:
            log.info("planned", delivery=draft.key, slot=slot, due_at=due_at)


def delay_within(spread: timedelta, workspace: Workspace, channel: str) -> timedelta:
    """Return the channel's own delay within the window, the same every day."""
    digest = hashlib.blake2b(f"{workspace.seed}/{channel}".encode(), digest_size=8).digest()
    return spread * (int.from_bytes(digest) / 2**64)


def draft_question(
    workspace: Workspace,
    schedule: Schedule,
    slot: Slot,
    grace: timedelta,
    *,
    pick: Pick | None = None,
    reason: str | None = None,
    run: int = 0,
) -> Draft:
    """Return a schedule's delivery for a slot: with a question, or skipped for a reason."""
    purpose = Purpose.QUESTION
    return Draft(
        workspace_id=workspace.id,
        channel=schedule.channel,
        slot=slot.date,
        key=make_key(workspace.seed, schedule.id, slot.date.isoformat(), run, purpose.value),
        purpose=purpose,
        due_at=slot.due_at,
        expires_at=slot.due_at + grace,
        state=DeliveryState.SCHEDULED if pick else DeliveryState.SKIPPED,
        run=run,
        schedule_id=schedule.id,
        question_key=pick.question.key if pick else None,
        question_id=pick.question.id if pick else None,
        round=pick.round if pick else 0,
        reason=reason,
    )


def plan_question(
    picker: Picker,
    workspace: Workspace,
    schedule: Schedule,
    slot: Slot,
    grace: timedelta,
    run: int = 0,
) -> tuple[Draft, LowDeck | None]:
    """Freeze the channel's next question for a slot, and say whether its admin is to be told
    of a low or empty deck, which the schedule then remembers by the deck's size.
    """
    pick = picker.pick(workspace, schedule)
    if pick is None:
        reason = f"No question fits: {schedule.wanted}."
        draft = draft_question(workspace, schedule, slot, grace, reason=reason, run=run)
        return draft, None if schedule.low_told_at_size == 0 else LowDeck(0, _tell_empty(schedule))
    draft = draft_question(workspace, schedule, slot, grace, pick=pick, run=run)
    if pick.left > LOW_WATER:
        return draft, None
    size, known = picker.size(schedule), schedule.low_told_at_size
    if known is not None and size <= known:
        return draft, None
    notice = (
        f"Schedule {schedule.number} has {pick.left} new "
        f"{'question' if pick.left == 1 else 'questions'} left of {size} "
        f"({schedule.wanted}); after them it starts over, shuffled anew. "
        "Widen its level or topic, or add questions of your own."
    )
    return draft, LowDeck(size, notice)


def _tell_empty(schedule: Schedule) -> str:
    return (
        f"Schedule {schedule.number} has nothing to post. No question fits any more: "
        f"{schedule.wanted}. Add or restore some, or widen it: "
        f"/fastapi-quiz schedule edit {schedule.number} level:any topic:any pack:any"
    )


async def tell_of_low_deck(
    work: UnitOfWork, schedule: Schedule, low: LowDeck | None, now: datetime
) -> None:
    """Queue what the schedule's admin is to be told."""
    if low and schedule.created_by is not None:
        await work.notices.add(
            schedule.workspace_id, schedule.created_by, schedule.channel, low.notice, now
        )
