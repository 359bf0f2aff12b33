"""What the operator sees of all workspaces."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from bot.domain.delivery import Delivery, DeliveryState
from bot.domain.people import Workspace
from bot.domain.schedule import Schedule
from bot.ports import Storage


@dataclass
class Reporting:
    """Reads across workspaces; nothing of it is reachable from a chat."""

    storage: Storage

    async def schedules(self) -> AsyncIterator[tuple[Workspace, Schedule]]:
        """Yield every schedule with its workspace."""
        async with self.storage.reading() as work:
            for workspace in await work.workspaces.everyone():
                for schedule in await work.schedules.of_workspace(workspace.id):
                    yield workspace, schedule

    async def deliveries(
        self, newest: int, state: DeliveryState | None = None
    ) -> Sequence[tuple[Workspace, Delivery]]:
        """Return each workspace's newest deliveries, or those in that state, newest first."""
        found = []
        async with self.storage.reading() as work:
            for workspace in await work.workspaces.everyone():
                deliveries = await work.posts.newest(workspace.id, state, 0, newest)
                found += [(workspace, delivery) for delivery in deliveries]
        return sorted(found, key=lambda pair: pair[1].due_at, reverse=True)
