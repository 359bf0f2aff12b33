"""The weekly digest: a delivery like a question, so that it comes once, whatever happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import structlog

from bot.domain.cards import DigestCard, HardestQuestion
from bot.domain.delivery import Delivery, DeliveryState, Draft, Purpose, make_key
from bot.domain.people import Workspace
from bot.domain.schedule import Schedule, Slot
from bot.domain.standing import name_week, start_of_week
from bot.ports import Storage, UnitOfWork
from bot.services.planning import set_aside
from bot.services.standings import ROWS, rank
from bot.services.streaks import count_streaks, find_new_longest

BATCH = 100
LEAST_STREAK = 3
"""Question days in a row before a digest tells of them."""
MOST_STREAKS = 3
LEAST_ANSWERING = 2
"""Members who answered a question before its average is told: one's own is one's own."""
ACTIVE = 200
"""Members, by their points of the week, whose streaks are looked at."""
_ONE_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
log = structlog.get_logger(__name__)


@dataclass
class Digesting:
    """Writes a delivery for each digest that is due; its slot is unique, as a question's is."""

    storage: Storage
    grace: timedelta

    async def plan_due(self, now: datetime) -> int:
        """Plan up to a batch of digests and return how many schedules were due.

        Of those missed while nothing ran, the newest is posted if it is within the grace. What
        can't be planned, whatever is wrong with it, keeps no other back.
        """
        async with self.storage.writing() as work:
            schedules = await work.schedules.digests_due(now, BATCH)
            ids = [schedule.workspace_id for schedule in schedules]
            workspaces = await work.workspaces.get_many(ids)
            for schedule in schedules:
                workspace = workspaces[schedule.workspace_id]
                try:
                    due, coming = _find_slots(schedule, now)
                except Exception:
                    words = {"workspace": workspace.external_id, "schedule": schedule.number}
                    log.exception("plan_failed", **words)
                    await set_aside(work, schedule, now)
                    continue
                await work.deliveries.insert(await self._draft(work, workspace, schedule, due, now))
                await work.schedules.save(replace(schedule, digest_due_at=coming.due_at))
            return len(schedules)

    async def _draft(
        self,
        work: UnitOfWork,
        workspace: Workspace,
        schedule: Schedule,
        due: Sequence[Slot],
        now: datetime,
    ) -> list[Draft]:
        drafts = [draft_digest(workspace, schedule, slot, self.grace) for slot in due]
        reasons = ["Nothing ran when it was due."] * len(drafts)
        if drafts and now <= drafts[-1].expires_at:
            week = name_week(drafts[-1].slot - _ONE_DAY)
            took_part = await work.totals.top(workspace.id, week, 1)
            reasons[-1] = "" if took_part else "Nobody took part in that week."
        return [_skip(one, why) if why else one for one, why in zip(drafts, reasons, strict=True)]


def _find_slots(schedule: Schedule, now: datetime) -> tuple[Sequence[Slot], Slot]:
    """Return the slots that are due, and the one after them."""
    assert schedule.digest_due_at is not None
    return schedule.digest_rhythm().slots_around(schedule.digest_due_at - _INSTANT, now)


def _skip(draft: Draft, reason: str) -> Draft:
    return replace(draft, state=DeliveryState.SKIPPED, reason=reason)


def draft_digest(workspace: Workspace, schedule: Schedule, slot: Slot, grace: timedelta) -> Draft:
    """Return the delivery of a digest."""
    purpose = Purpose.DIGEST
    return Draft(
        workspace_id=workspace.id,
        channel=schedule.channel,
        slot=slot.date,
        key=make_key(workspace.seed, schedule.id, slot.date.isoformat(), purpose.value),
        purpose=purpose,
        due_at=slot.due_at,
        expires_at=slot.due_at + grace,
        schedule_id=schedule.id,
    )


async def make_digest(work: UnitOfWork, delivery: Delivery, now: datetime) -> DigestCard:
    """Tell of the week that the day before the digest belongs to."""
    workspace_id, last = delivery.workspace_id, delivery.slot - _ONE_DAY
    first = start_of_week(last)
    active = await work.totals.top(workspace_id, name_week(last), ACTIVE)
    ids = [member.id for member, _ in active]
    streaks = await count_streaks(work, workspace_id, ids, now)
    longest = await find_new_longest(work, workspace_id, ids, first, last)
    told = [
        (member.name, longest[member.id])
        for member, _ in active
        if longest.get(member.id, 0) >= LEAST_STREAK
    ]
    return DigestCard(
        week=first,
        key=delivery.key,
        rows=tuple(row for row in rank(active, streaks)[:ROWS] if row.points),
        streaks=tuple(sorted(told, key=lambda pair: (-pair[1], pair[0]))[:MOST_STREAKS]),
        hardest=await _find_hardest(work, delivery, first, last),
    )


async def _find_hardest(
    work: UnitOfWork, delivery: Delivery, first: date, last: date
) -> HardestQuestion | None:
    hardest = await work.digests.hardest(delivery.workspace_id, first, last, LEAST_ANSWERING)
    if hardest is None:
        return None
    questions = await work.questions.get_many(delivery.workspace_id, [hardest.key])
    question = questions.get(hardest.key)
    if question is None:
        return None
    return HardestQuestion(question.id, question.title, hardest.average, hardest.answers)
