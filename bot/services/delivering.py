"""Sends what is due: claim, mark, post, settle, each step committed before the next."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.domain import delivery as moves
from bot.domain.cards import Card, QuestionCard, RevealCard
from bot.domain.delivery import (
    Change,
    Delivery,
    DeliveryId,
    DeliveryState,
    Draft,
    Purpose,
    make_key,
)
from bot.domain.people import MemberId, Workspace
from bot.domain.question import Question
from bot.domain.schedule import Schedule, ScheduleId
from bot.errors import ChatError, NotSent, Rejected
from bot.ports import ChatPort, Clock, Storage, UnitOfWork

BATCH = 100
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Job:
    """A claimed delivery with all that posting it takes."""

    delivery: Delivery
    workspace: Workspace
    card: Card


@dataclass
class Delivering:
    """Takes due deliveries through the state machine.

    `owner` names this process; `lease` is how long it may hold a delivery. A post gives up
    after half the lease, so that nobody else looks for it meanwhile.
    """

    storage: Storage
    chats: Mapping[str, ChatPort]
    clock: Clock
    owner: str
    lease: timedelta
    grace: timedelta

    async def deliver_due(self) -> int:
        """Send up to a batch of due deliveries at once and return how many were taken."""
        jobs = await self._claim()
        if not jobs:
            return 0
        ours = await self._mark_sending(jobs)
        sending = [job for job in jobs if job.delivery.id in ours]
        outcomes = await asyncio.gather(*(self._post(job) for job in sending))
        changes = [(job.delivery, outcome) for job, outcome in zip(sending, outcomes, strict=True)]
        await settle(self.storage, changes, self.grace, self.clock.now())
        return len(jobs)

    async def _claim(self) -> Sequence[_Job]:
        now = self.clock.now()
        async with self.storage.writing() as work:
            await work.deliveries.expire(now)
            claimed = await work.deliveries.claim(self.owner, now, now + self.lease, BATCH)
            return await self._prepare(work, claimed, now)

    async def _prepare(
        self, work: UnitOfWork, claimed: Sequence[Delivery], now: datetime
    ) -> Sequence[_Job]:
        if not claimed:
            return ()
        ids = [delivery.workspace_id for delivery in claimed]
        workspaces = await work.workspaces.get_many(ids)
        keys = [delivery.question_key for delivery in claimed if delivery.question_key]
        questions = await work.questions.get_many(None, keys)
        jobs = []
        for delivery in claimed:
            assert delivery.question_key is not None
            workspace = workspaces[delivery.workspace_id]
            question = questions[delivery.question_key]
            card = await _make_card(work, delivery, workspace, question, now)
            jobs.append(_Job(delivery, workspace, card))
        return jobs

    async def _mark_sending(self, jobs: Sequence[_Job]) -> set[DeliveryId]:
        async with self.storage.writing() as work:
            return await work.deliveries.mark_sending(
                [job.delivery for job in jobs], self.clock.now() + self.lease
            )

    async def _post(self, job: _Job) -> Change:
        """Post once and say what became of it; never raises."""
        delivery, workspace = job.delivery, job.workspace
        chat = self.chats.get(workspace.platform)
        if chat is None:
            return moves.postpone(self.clock.now(), self.lease, "Its platform is not running here.")
        words = {"delivery": delivery.key, "workspace": workspace.external_id}
        try:
            async with asyncio.timeout(self.lease.total_seconds() / 2):
                message_id = await chat.post(
                    workspace.external_id, delivery.channel, job.card, delivery.key
                )
        except NotSent as error:
            log.warning("post_refused", **words, problem=str(error))
            return moves.postpone(self.clock.now(), error.retry_after, str(error))
        except Rejected as error:
            log.warning("post_rejected", **words, problem=str(error))
            return moves.fail(str(error))
        except (ChatError, TimeoutError, OSError) as error:
            log.warning("post_in_doubt", **words, problem=str(error))
            return moves.look_again(self.clock.now(), 0, f"The reply was lost: {error}")
        log.info("posted", **words, channel=delivery.channel, message=message_id)
        return moves.confirm(message_id, self.clock.now())


async def _make_card(
    work: UnitOfWork, delivery: Delivery, workspace: Workspace, question: Question, now: datetime
) -> Card:
    if delivery.purpose is Purpose.REVEAL:
        return RevealCard(
            question,
            delivery.key,
            counts=await work.attempts.counts(delivery),
            thread_of=await work.deliveries.question_message_id(delivery),
        )
    return QuestionCard(
        question=question,
        workspace=workspace.external_id,
        slot=delivery.slot,
        key=delivery.key,
        schedule_number=delivery.schedule_number,
        late=moves.is_late(delivery.due_at, now),
    )


async def settle(
    storage: Storage,
    changes: Sequence[tuple[Delivery, Change]],
    grace: timedelta,
    now: datetime,
) -> None:
    """Commit what became of sends, with what follows from it.

    A posted question plans its answer for all, if the schedule wants one; a permanent
    refusal pauses the schedule and tells its admin.
    """
    async with storage.writing() as work:
        settled = await work.deliveries.settle(changes)
        for delivery, change in changes:
            if delivery.id not in settled or delivery.schedule_id is None:
                continue
            if change.state is DeliveryState.CONFIRMED:
                await _plan_reveal(work, delivery, delivery.schedule_id, change, grace)
            elif change.state is DeliveryState.FAILED:
                await _pause_schedule(work, delivery, delivery.schedule_id, change, now)
            elif change.state is DeliveryState.STUCK:
                await _tell_admin(work, delivery, delivery.schedule_id, str(change.reason), now)


async def _plan_reveal(
    work: UnitOfWork, delivery: Delivery, schedule_id: ScheduleId, change: Change, grace: timedelta
) -> None:
    schedule = await work.schedules.get(delivery.workspace_id, schedule_id)
    if delivery.purpose is not Purpose.QUESTION or not schedule or not schedule.reveal_after:
        return
    assert change.posted_at is not None
    due_at = change.posted_at + schedule.reveal_after
    workspace = await work.workspaces.get(delivery.workspace_id)
    await work.deliveries.insert([draft_reveal(workspace, delivery, due_at, grace)])


def draft_reveal(
    workspace: Workspace, delivery: Delivery, due_at: datetime, grace: timedelta
) -> Draft:
    """Return the delivery that brings the answer for all to a posted question."""
    purpose = Purpose.REVEAL
    return Draft(
        workspace_id=delivery.workspace_id,
        channel=delivery.channel,
        slot=delivery.slot,
        key=make_key(workspace.seed, delivery.key, purpose.value),
        purpose=purpose,
        due_at=due_at,
        expires_at=due_at + grace,
        run=delivery.run,
        schedule_id=delivery.schedule_id,
        question_key=delivery.question_key,
        question_id=delivery.question_id,
    )


async def _pause_schedule(
    work: UnitOfWork, delivery: Delivery, schedule_id: ScheduleId, change: Change, now: datetime
) -> None:
    schedule = await work.schedules.get(delivery.workspace_id, schedule_id)
    if schedule is None or schedule.paused_because:
        return
    reason = str(change.reason)
    await work.schedules.save(replace(schedule, paused_because=reason, next_due_at=None))
    await _tell_admin(
        work,
        delivery,
        schedule_id,
        f"{reason} Schedule {schedule.number} is paused; "
        f"then type: /fastapi-quiz schedule resume {schedule.number}",
        now,
    )


async def _tell_admin(
    work: UnitOfWork, delivery: Delivery, schedule_id: ScheduleId, text: str, now: datetime
) -> None:
    schedule = await work.schedules.get(delivery.workspace_id, schedule_id)
    if schedule is None:
        return
    about = f"The question of {delivery.slot} was not posted: "
    for member_id in await _admins_of(work, schedule):
        await work.notices.add(
            delivery.workspace_id, member_id, delivery.channel, about + text, now
        )


async def _admins_of(work: UnitOfWork, schedule: Schedule) -> list[MemberId]:
    if schedule.created_by is not None:
        return [schedule.created_by]
    return [admin.id for admin in await work.members.admins(schedule.workspace_id)]
