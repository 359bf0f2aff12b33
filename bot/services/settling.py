"""Commits what became of sends, with what follows from it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain.delivery import (
    LATE_AFTER,
    Change,
    Delivery,
    DeliveryId,
    DeliveryState,
    Draft,
    Purpose,
    describe_mend,
    make_key,
)
from bot.domain.people import MemberId, Workspace
from bot.domain.schedule import Schedule, ScheduleId
from bot.domain.streak import unsettles
from bot.domain.wording import PURPOSES
from bot.errors import RejectReason
from bot.ports import NO_METER, Meter, Storage, UnitOfWork

log = structlog.get_logger(__name__)


async def settle(
    storage: Storage,
    changes: Sequence[tuple[Delivery, Change]],
    now: datetime,
    meter: Meter = NO_METER,
) -> Collection[DeliveryId]:
    """Commit what became of sends, with what follows from it; return which were still ours."""
    async with storage.writing() as work:
        settled = await apply_changes(work, changes, now)
    _tell(changes, settled, meter)
    return settled


async def apply_changes(
    work: UnitOfWork, changes: Sequence[tuple[Delivery, Change]], now: datetime
) -> Collection[DeliveryId]:
    """Store what became of sends, with what follows from it; return which were still ours.

    A posted question plans its answer for all, if the schedule wants one; a permanent
    refusal pauses the schedule, unless the message alone is at fault, and tells its admin.
    """
    settled = await work.leases.settle(changes)
    posted = []
    for delivery, change in changes:
        if delivery.id not in settled or delivery.schedule_id is None:
            continue
        if change.state is DeliveryState.CONFIRMED:
            posted.append((delivery, change))
        elif change.refusal is RejectReason.REVOKED:
            await _leave_workspace(work, delivery, change, now)
        elif change.state in (DeliveryState.FAILED, DeliveryState.STUCK):
            await _tell_of_end(work, delivery, delivery.schedule_id, change, now)
    await _forget_streaks(work, posted, now)
    await _plan_reveals(work, posted)
    return settled


def _tell(
    changes: Sequence[tuple[Delivery, Change]], settled: Collection[DeliveryId], meter: Meter
) -> None:
    detailed = log.is_enabled_for(logging.DEBUG)
    for delivery, change in changes:
        ours = delivery.id in settled
        if detailed:
            log.debug("settled", delivery=delivery.key, state=change.state, ours=ours)
        if ours:
            late_by = change.posted_at - delivery.due_at if change.posted_at else None
            meter.note_delivery(change.state, late_by)


async def _forget_streaks(
    work: UnitOfWork, posted: Sequence[tuple[Delivery, Change]], now: datetime
) -> None:
    """Forget what is kept where a post was confirmed so late that settled days change."""
    changed = {
        delivery.workspace_id
        for delivery, change in posted
        if delivery.purpose is Purpose.QUESTION
        and change.posted_at
        and unsettles(delivery.slot, change.posted_at, now)
    }
    for workspace_id in sorted(changed):
        await work.streaks.forget(workspace_id)


async def _plan_reveals(work: UnitOfWork, posted: Sequence[tuple[Delivery, Change]]) -> None:
    """Plan the answers for all; none of a schedule that was paused or removed meanwhile."""
    wanting = [
        (delivery, change.posted_at + delivery.reveal_after)
        for delivery, change in posted
        if delivery.purpose is Purpose.QUESTION and delivery.reveal_after and change.posted_at
    ]
    active = await work.schedules.active([one.schedule_id for one, _ in wanting if one.schedule_id])
    due = [(delivery, due_at) for delivery, due_at in wanting if delivery.schedule_id in active]
    if due:
        workspaces = await work.workspaces.get_many([delivery.workspace_id for delivery, _ in due])
        reveals = [
            draft_reveal(workspaces[delivery.workspace_id], delivery, due_at)
            for delivery, due_at in due
        ]
        for (delivery, _), reveal in zip(due, reveals, strict=True):
            log.info("planned", delivery=reveal.key, slot=str(reveal.slot), answers=delivery.key)
        await work.deliveries.insert(reveals)


def draft_reveal(workspace: Workspace, delivery: Delivery, due_at: datetime) -> Draft:
    """Return the delivery that brings the answer for all to a posted question; it may be as late
    as the question. One that was not to be sent again leaves it a few minutes."""
    purpose = Purpose.REVEAL
    grace = max(delivery.expires_at - delivery.due_at, LATE_AFTER)
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


async def _leave_workspace(
    work: UnitOfWork, delivery: Delivery, change: Change, now: datetime
) -> None:
    """Let the whole workspace rest: nothing is tried there until the bot is back.

    There is nobody who could be told now; whoever made a schedule is, once it goes on. Nothing
    is erased because of it: a token that an operator mistyped looks just the same.
    """
    workspace = await work.workspaces.get(delivery.workspace_id)
    reason = str(change.reason)
    if not await work.tenancy.leave(workspace, now, reason, None):
        return
    log.warning("workspace_left", workspace=workspace.external_id, problem=reason)
    for schedule in await work.schedules.of_workspace(workspace.id):
        if schedule.paused_because is None:
            await work.schedules.pause(schedule, reason)
        await work.deliveries.cancel_waiting(schedule, reason)


async def _tell_of_end(
    work: UnitOfWork, delivery: Delivery, schedule_id: ScheduleId, change: Change, now: datetime
) -> None:
    """Tell the schedule's admins that it was not posted, and what becomes of the schedule; or that
    somebody has to look for it. What becomes of a removed schedule's post is told to nobody."""
    schedule = await work.schedules.get(delivery.workspace_id, schedule_id)
    if schedule is None:
        return
    what = f"The {PURPOSES[delivery.purpose]} of {delivery.slot}"
    if change.state is DeliveryState.STUCK:
        mend = describe_mend(replace(delivery, state=change.state))
        told = f"{what} may or may not have been posted. {change.reason} {mend}"
    elif schedule.paused_because:
        return
    else:
        told = f"{what} was not posted: {change.reason}"
        told += await _heed_refusal(work, schedule, delivery, change)
    for member_id in await _admins_of(work, schedule):
        await work.notices.add(delivery.workspace_id, member_id, delivery.channel, told, now)


async def _heed_refusal(
    work: UnitOfWork, schedule: Schedule, delivery: Delivery, change: Change
) -> str:
    """Pause the schedule, and say so. It goes on where it has left the channel that refuses, or the
    message alone is refused, and was not the time before."""
    if schedule.channel != delivery.channel:
        return ""
    if change.refusal is RejectReason.INVALID and not await work.deliveries.failed_before(delivery):
        which = f" It is {delivery.question_id}." if delivery.question_id else ""
        goes_on = f"Schedule {schedule.number} goes on, and is paused if the next is refused, too."
        return f"{which} {goes_on}"
    await work.schedules.pause(schedule, str(change.reason))
    mend = f"/fastapi-quiz schedule resume {schedule.number}"
    return f" Schedule {schedule.number} is paused; then type: {mend}"


async def _admins_of(work: UnitOfWork, schedule: Schedule) -> list[MemberId]:
    if schedule.created_by is not None:
        return [schedule.created_by]
    return [admin.id for admin in await work.members.admins(schedule.workspace_id)]
