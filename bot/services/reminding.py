"""Reminds members of due reviews: at a time of their own, once a day, never while away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

import structlog

from bot.commands import Caller
from bot.domain.cards import Button, NoticeCard
from bot.domain.formatting import plural
from bot.domain.people import Member, Workspace
from bot.domain.reminder import Reminder
from bot.domain.schedule import local_date
from bot.errors import NotSent
from bot.ports import ChatPort, Clock, Storage, UnitOfWork
from bot.services.background import Background
from bot.services.reviewing import add_missed, keep_known, load_deck

BATCH = 50
SHORTEST_WAIT = timedelta(minutes=1)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Job:
    """A reminder to send. `before` is the row as it was, to be put back if it wasn't sent."""

    before: Reminder
    workspace: Workspace
    member: Member
    due: int


@dataclass
class Reminding:
    """Sends reminders that were asked for.

    The row is marked as told and committed before the platform is called, so a crash or a
    lost reply costs a reminder and never doubles one.
    """

    storage: Storage
    chats: Mapping[str, ChatPort]
    clock: Clock
    background: Background = field(default_factory=Background)

    async def begin_due(self) -> int:
        """Look after members whose time has come; return how many were looked after."""
        now = self.clock.now()
        async with self.storage.writing() as work:
            taken = await work.reminders.take_due(now, BATCH, self.chats)
            jobs = [job for each in taken if (job := await self._mark(work, each, now))]
        if jobs:
            self.background.begin(self._send(jobs))
        return len(taken)

    async def _mark(self, work: UnitOfWork, reminder: Reminder, now: datetime) -> _Job | None:
        """Put the row to its next time, and return a job if the member is to be told now."""
        workspace = await work.workspaces.get(reminder.workspace_id)
        member = await work.members.get(reminder.workspace_id, reminder.member_id)
        if workspace.left_at is not None:
            member = None
        later = replace(reminder, wake_at=reminder.next_look(now))
        due = await self._count_due(work, reminder, member, now) if member else 0
        if due:
            later = replace(later, told_on=local_date(now, reminder.zone))
        await work.reminders.save(later)
        if not due or member is None:
            return None
        return _Job(reminder, workspace, member, due)

    async def _count_due(
        self, work: UnitOfWork, reminder: Reminder, member: Member, now: datetime
    ) -> int:
        away = await work.members.away(member.workspace_id, member.id)
        if not reminder.may_tell(now, away):
            return 0
        await add_missed(work, member, now)
        due = await work.reviews.due(member.workspace_id, member.id, now)
        return len(keep_known(due, await load_deck(work, member))) if due else 0

    async def _send(self, jobs: Sequence[_Job]) -> None:
        for job in jobs:
            chat = self.chats[job.workspace.platform]
            try:
                await chat.tell(
                    job.workspace.external_id,
                    job.member.external_id,
                    job.before.channel,
                    make_reminder(job.due),
                )
            except NotSent as error:
                await self._put_back(job.before, error)
            except Exception as error:  # whatever it is, it keeps no other reminder back
                log.warning("reminder_lost", member=job.member.id, problem=repr(error))

    async def _put_back(self, reminder: Reminder, error: NotSent) -> None:
        """It provably did not go out: look again when the platform allows."""
        log.info("reminder_waits", member=reminder.member_id, problem=str(error))
        again_at = self.clock.now() + max(error.retry_after, SHORTEST_WAIT)
        async with self.storage.writing() as work:
            whose = (reminder.workspace_id, reminder.member_id)
            wanted = await work.reminders.of(*whose, to_change=True)
            if wanted is not None and wanted.told_on != reminder.told_on:
                await work.reminders.save(
                    replace(wanted, wake_at=again_at, told_on=reminder.told_on)
                )


def make_reminder(due: int) -> NoticeCard:
    """Say how much is due, with the way to it and the way out."""
    verb = "is" if due == 1 else "are"
    text = (
        f"{plural(due, 'question')} {verb} due for practice. "
        "No more reminders: /fastapi-quiz settings reminders:no"
    )
    button = Button("Practise", "command", value="practice")
    return NoticeCard(text, {"reminder": True, "due": due}, (button,))


async def change_reminder(
    work: UnitOfWork, caller: Caller, zone: str, options: Mapping[str, object]
) -> Reminder | None:
    """Apply what `settings` says of reminders and the zone; return the wish that stands."""
    workspace_id, member_id = caller.workspace.id, caller.member.id
    known = await work.reminders.of(workspace_id, member_id, to_change=True)
    at = options.get("reminders", known.at if known else None)
    if at is None:
        await work.reminders.remove(workspace_id, member_id)
        return None
    assert isinstance(at, time)
    if known is not None and (known.at, known.zone) == (at, zone):
        return known
    told_on = known.told_on if known else None
    wish = Reminder(workspace_id, member_id, at, zone, caller.channel, caller.now, told_on)
    wish = replace(wish, wake_at=wish.next_look(caller.now))
    await work.reminders.save(wish)
    return wish
