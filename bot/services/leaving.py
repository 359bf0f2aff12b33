"""What follows when a channel is deleted, or the bot is thrown out of a workspace."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from bot.domain.events import Origin
from bot.domain.schedule import Schedule
from bot.ports import Clock, Storage, UnitOfWork

log = structlog.get_logger(__name__)


@dataclass
class Leaving:
    """Pauses what can't post any more. Nothing is erased: a bot that is invited again goes on."""

    storage: Storage
    clock: Clock

    async def leave_channel(self, origin: Origin) -> None:
        """Pause the channel's schedules and tell whoever made them."""
        async with self.storage.writing() as work:
            for schedule in await _posting(work, origin):
                if schedule.channel == origin.channel:
                    await _pause(work, schedule, "Its channel was deleted.")
                    await self._tell(work, schedule)

    async def leave_workspace(self, origin: Origin) -> None:
        """Pause all schedules; nobody can be told there."""
        async with self.storage.writing() as work:
            for schedule in await _posting(work, origin):
                await _pause(work, schedule, "The bot was removed from this workspace.")
        log.info("removed", platform=origin.platform, workspace=origin.workspace)

    async def _tell(self, work: UnitOfWork, schedule: Schedule) -> None:
        if schedule.created_by is None:
            return
        text = (
            f"The channel of schedule {schedule.number} was deleted, so the schedule is paused. "
            f"Choose another with /fastapi-quiz schedule edit, then type: "
            f"/fastapi-quiz schedule resume {schedule.number}"
        )
        now = self.clock.now()
        await work.notices.add(
            schedule.workspace_id, schedule.created_by, schedule.channel, text, now
        )


async def _posting(work: UnitOfWork, origin: Origin) -> list[Schedule]:
    workspace = await work.workspaces.ensure(
        origin.platform, origin.workspace, origin.workspace_name
    )
    schedules = await work.schedules.of_workspace(workspace.id)
    return [schedule for schedule in schedules if not schedule.paused_because]


async def _pause(work: UnitOfWork, schedule: Schedule, reason: str) -> None:
    await work.schedules.save(replace(schedule, paused_because=reason, next_due_at=None))
    await work.deliveries.cancel_waiting(schedule, reason)
