"""Turns schedules that have come due into deliveries, with the question frozen."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.deck import LOW_WATER, Pick, pick_question
from bot.domain.delivery import DeliveryState, Draft, Purpose, make_key
from bot.domain.people import Workspace, WorkspaceId
from bot.domain.question import QuestionFilter, QuestionSummary
from bot.domain.reading import format_duration
from bot.domain.schedule import Schedule, Slot
from bot.ports import Storage, UnitOfWork

BATCH = 200
_INSTANT = timedelta(microseconds=1)


@dataclass
class _Channel:
    """What a channel has seen so far, kept current while a batch is planned."""

    rounds: dict[str, int]
    last_topics: tuple[str, ...]

    def saw(self, pick: Pick) -> None:
        self.rounds[pick.question.id] = pick.round
        self.last_topics = pick.question.topics[:1]


@dataclass
class Picker:
    """Picks questions for channels inside one transaction; reads each deck and channel once."""

    work: UnitOfWork
    decks: dict[tuple[WorkspaceId, QuestionFilter], Sequence[QuestionSummary]] = field(
        default_factory=dict
    )
    channels: dict[tuple[WorkspaceId, str], _Channel] = field(default_factory=dict)

    async def deck(
        self, workspace_id: WorkspaceId, wanted: QuestionFilter
    ) -> Sequence[QuestionSummary]:
        """Return the questions that fit."""
        name = (workspace_id, wanted)
        if name not in self.decks:
            self.decks[name] = await self.work.questions.deck(workspace_id, wanted)
        return self.decks[name]

    async def pick(self, workspace: Workspace, channel: str, wanted: QuestionFilter) -> Pick | None:
        """Pick the channel's next question, or None where no question fits."""
        deck = await self.deck(workspace.id, wanted)
        if not deck:
            return None
        seen = await self._channel(workspace.id, channel)
        seed = f"{workspace.seed}/{channel}"
        pick = pick_question(deck, seen.rounds, seen.last_topics, seed)
        seen.saw(pick)
        return pick

    async def _channel(self, workspace_id: WorkspaceId, channel: str) -> _Channel:
        name = (workspace_id, channel)
        if name not in self.channels:
            deliveries = self.work.deliveries
            rounds = dict(await deliveries.rounds(workspace_id, channel))
            last_id = await deliveries.last_question_id(workspace_id, channel)
            everything = await self.deck(workspace_id, QuestionFilter())
            topics = [question.topics[:1] for question in everything if question.id == last_id]
            self.channels[name] = _Channel(rounds, topics[0] if topics else ())
        return self.channels[name]


@dataclass
class Planning:
    """Writes a delivery for each due slot; the unique slot makes writing it twice harmless."""

    storage: Storage
    grace: timedelta
    spread: timedelta = timedelta(0)

    async def plan_due(self, now: datetime) -> int:
        """Plan up to a batch of schedules and return how many were due.

        Of the slots missed while nothing ran, only the newest is posted, and only within
        the grace; the others are kept as skipped, with the reason.
        """
        async with self.storage.writing() as work:
            schedules = await work.schedules.due(now, BATCH)
            if not schedules:
                return 0
            workspaces = await work.workspaces.get_many([s.workspace_id for s in schedules])
            picker = Picker(work)
            drafts: list[Draft] = []
            for schedule in schedules:
                workspace = workspaces[schedule.workspace_id]
                drafts += await self._plan(picker, workspace, schedule, now)
            await work.deliveries.insert(drafts)
            return len(schedules)

    async def _plan(
        self, picker: Picker, workspace: Workspace, schedule: Schedule, now: datetime
    ) -> list[Draft]:
        assert schedule.next_due_at is not None
        slots = schedule.rhythm.slots_between(schedule.next_due_at - _INSTANT, now)
        taken = await picker.work.deliveries.planned_slots(schedule, slots[0].date)
        free = [slot for slot in slots if slot.date not in taken]
        drafts = [self._skip(workspace, schedule, slot, now) for slot in free]
        if free and now - free[-1].due_at <= self.grace:
            drafts[-1], schedule = await self._post(picker, workspace, schedule, free[-1], now)
        next_slot = schedule.rhythm.next_slot(now)
        await picker.work.schedules.save(replace(schedule, next_due_at=next_slot.due_at))
        return drafts

    def _skip(self, workspace: Workspace, schedule: Schedule, slot: Slot, now: datetime) -> Draft:
        late = now - slot.due_at
        reason = (
            f"Nothing ran when it was due. It was noticed {format_duration(late)} later, "
            f"past the grace of {format_duration(self.grace)}."
            if late > self.grace
            else "Nothing ran when it was due, and only the newest missed question is posted."
        )
        return replace(
            draft_question(workspace, schedule, slot, self.grace),
            state=DeliveryState.SKIPPED,
            reason=reason,
        )

    async def _post(
        self, picker: Picker, workspace: Workspace, schedule: Schedule, slot: Slot, now: datetime
    ) -> tuple[Draft, Schedule]:
        delay = delay_within(self.spread, workspace, schedule.channel)
        spread_slot = replace(slot, due_at=slot.due_at + delay)
        draft = draft_question(workspace, schedule, spread_slot, self.grace)
        return await fill_draft(picker, workspace, schedule, draft, now)


def delay_within(spread: timedelta, workspace: Workspace, channel: str) -> timedelta:
    """Return the channel's own delay within the window, the same every day."""
    digest = hashlib.blake2b(f"{workspace.seed}/{channel}".encode(), digest_size=8).digest()
    return spread * (int.from_bytes(digest) / 2**64)


def draft_question(
    workspace: Workspace, schedule: Schedule, slot: Slot, grace: timedelta, run: int = 0
) -> Draft:
    """Return a schedule's delivery for a slot, still without a question."""
    purpose = Purpose.QUESTION
    return Draft(
        workspace_id=workspace.id,
        channel=schedule.channel,
        slot=slot.date,
        key=make_key(workspace.seed, schedule.id, slot.date.isoformat(), run, purpose.value),
        purpose=purpose,
        due_at=slot.due_at,
        expires_at=slot.due_at + grace,
        run=run,
        schedule_id=schedule.id,
    )


async def fill_draft(
    picker: Picker, workspace: Workspace, schedule: Schedule, draft: Draft, now: datetime
) -> tuple[Draft, Schedule]:
    """Freeze the channel's next question into a draft.

    Returns the schedule too, which remembers that its admin was told of a low deck.
    """
    pick = await picker.pick(workspace, schedule.channel, schedule.wanted)
    if pick is None:
        reason = f"No question fits: {schedule.wanted}."
        return replace(draft, state=DeliveryState.SKIPPED, reason=reason), schedule
    filled = replace(
        draft,
        question_key=pick.question.key,
        question_id=pick.question.id,
        round=pick.round,
    )
    size = len(await picker.deck(workspace.id, schedule.wanted))
    known = schedule.low_told_at_size
    if pick.left > LOW_WATER or (known is not None and size <= known):
        return filled, schedule
    if schedule.created_by is not None:
        await picker.work.notices.add(
            workspace.id,
            schedule.created_by,
            schedule.channel,
            f"Schedule {schedule.number} has {pick.left} new questions left of {size} "
            f"({schedule.wanted}); after them it starts over, shuffled anew. "
            "Widen its level or topic, or add questions of your own.",
            now,
        )
    return filled, replace(schedule, low_told_at_size=size)
