"""What happens when the bot is shut out of a channel or of a workspace."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.domain.events import AccessLost
from bot.domain.schedule import Schedule
from bot.ports import Clock, Storage, UnitOfWork


@dataclass
class Leaving:
    """Pauses what can't be posted any more; everything else stays for a return."""

    storage: Storage
    clock: Clock

    async def pause(self, event: AccessLost) -> None:
        """Pause the schedules of the channel, or all of the workspace's.

        Whoever made a schedule is told, unless the whole workspace is lost.
        """
        origin = event.origin
        async with self.storage.writing() as work:
            workspace = await work.workspaces.ensure(
                origin.platform, origin.workspace, origin.workspace_name
            )
            for schedule in await work.schedules.of_workspace(workspace.id):
                here = origin.channel in ("", schedule.channel)
                if here and schedule.paused_because is None:
                    await self._pause_one(work, schedule, event)

    async def _pause_one(self, work: UnitOfWork, schedule: Schedule, event: AccessLost) -> None:
        paused = replace(schedule, paused_because=event.reason, next_due_at=None)
        await work.schedules.save(paused)
        await work.deliveries.cancel_waiting(schedule, event.reason)
        if event.origin.channel and schedule.created_by is not None:
            text = (
                f"{event.reason} Schedule {schedule.number} is paused. Once the bot is back, "
                f"type: /fastapi-quiz schedule resume {schedule.number}"
            )
            await work.notices.add(
                schedule.workspace_id, schedule.created_by, schedule.channel, text, self.clock.now()
            )
