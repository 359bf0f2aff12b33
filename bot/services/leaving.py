"""What happens when the bot is shut out of a channel or of a workspace, and when it comes back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.events import AccessLost, AccessRegained, Origin
from bot.domain.people import Workspace
from bot.domain.schedule import Schedule
from bot.ports import Clock, Storage, UnitOfWork

IN_FLIGHT = timedelta(minutes=1)
"""What was done just before the bot was thrown out may arrive after it for so long."""
log = structlog.get_logger(__name__)


@dataclass
class Leaving:
    """Pauses what can't be posted any more; everything else stays for a return.

    A workspace that was left is erased after `keep_for` by `erasing`.
    """

    storage: Storage
    clock: Clock
    keep_for: timedelta

    async def follow(self, event: AccessLost | AccessRegained) -> None:
        """Pause what was lost, or restore what is back."""
        match event:
            case AccessLost():
                await self.pause(event)
            case AccessRegained():
                await self.come_back(event)

    async def pause(self, event: AccessLost) -> None:
        """Pause the schedules of the channel, or leave the whole workspace.

        Whoever made a schedule is told, unless the whole workspace is lost.
        """
        async with self.storage.writing() as work:
            workspace = await _find(work, event.origin)
            if workspace is None:
                return
            for schedule in await work.schedules.of_workspace(workspace.id):
                here = event.origin.channel in ("", schedule.channel)
                if here and schedule.paused_because is None:
                    await self._pause_one(work, schedule, event)
            if not event.origin.channel:
                now = self.clock.now()
                await work.tenancy.leave(workspace, now, event.reason, now + self.keep_for)
                log.info("workspace_left", workspace=workspace.external_id)

    async def _pause_one(self, work: UnitOfWork, schedule: Schedule, event: AccessLost) -> None:
        await work.schedules.pause(schedule, event.reason)
        await work.deliveries.cancel_waiting(schedule, event.reason)
        if event.origin.channel and schedule.created_by is not None:
            first = (
                f"Give it another channel with /fastapi-quiz schedule edit {schedule.number}, then"
                if event.for_good
                else "Once the bot is back,"
            )
            text = (
                f"{event.reason} Schedule {schedule.number} is paused. {first} "
                f"type: /fastapi-quiz schedule resume {schedule.number}"
            )
            await work.notices.add(
                schedule.workspace_id, schedule.created_by, schedule.channel, text, self.clock.now()
            )

    async def come_back(self, event: AccessRegained) -> None:
        """Restore a workspace that was left: what was paused by that goes on."""
        async with self.storage.writing() as work:
            workspace = await _find(work, event.origin)
            if workspace is not None:
                await self._restore(work, workspace)

    async def notice_life(self, workspace: Workspace) -> None:
        """Somebody uses the bot in a workspace that it was thrown out of: so it is back.

        Platforms tell of a return only to a bot that is running.
        """
        if is_back(workspace, self.clock.now()):
            async with self.storage.writing() as work:
                await self._restore(work, workspace)

    async def _restore(self, work: UnitOfWork, workspace: Workspace) -> None:
        because = await work.tenancy.rejoin(workspace)
        if because is None:
            return
        log.info("workspace_regained", workspace=workspace.external_id)
        for schedule in await work.schedules.of_workspace(workspace.id):
            held = await work.schedules.find(workspace.id, schedule.number, to_change=True)
            if held and held.paused_because == because:
                await self._resume_one(work, held)

    async def _resume_one(self, work: UnitOfWork, schedule: Schedule) -> None:
        now = self.clock.now()
        due_at = schedule.rhythm.next_slot(now).due_at
        resumed = replace(schedule, paused_because=None, next_due_at=due_at)
        await work.schedules.save(replace(resumed, digest_due_at=resumed.next_digest(now)))
        if schedule.created_by is not None:
            local = schedule.rhythm.to_local(due_at)
            text = (
                f"The bot is back. Schedule {schedule.number} posts again, next on "
                f"{local:%a %Y-%m-%d %H:%M}."
            )
            await work.notices.add(
                schedule.workspace_id, schedule.created_by, schedule.channel, text, now
            )


def is_back(workspace: Workspace, now: datetime) -> bool:
    """Tell whether an event that arrives now shows that the bot is in the workspace again."""
    return workspace.left_at is not None and now - workspace.left_at > IN_FLIGHT


async def _find(work: UnitOfWork, origin: Origin) -> Workspace | None:
    found = await work.tenancy.find(origin.workspace, origin.platform)
    return found[0] if found else None
