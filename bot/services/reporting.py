"""What the operator sees of all workspaces."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from bot.domain.bank import StoredPack
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

    async def packs(self) -> AsyncIterator[tuple[Workspace | None, StoredPack]]:
        """Yield every stored pack with the workspace whose own it is; None for one of all."""
        async with self.storage.reading() as work:
            for shared in await work.curation.packs(None):
                yield None, shared
            for workspace in await work.workspaces.everyone():
                for pack in await work.curation.packs(workspace.id):
                    if pack.own:
                        yield workspace, pack

    async def is_readable(self, owner: Workspace | None, pack: StoredPack) -> bool:
        """Tell whether every question of a stored pack can be read."""
        async with self.storage.reading() as work:
            try:
                await work.questions.pack_questions(owner.id if owner else None, pack.name)
            except (ValueError, TypeError, LookupError, AttributeError):
                return False
        return True

    async def idle_schedules(self) -> Sequence[tuple[Workspace, Schedule]]:
        """Return the active schedules that no question fits."""
        active = [pair async for pair in self.schedules() if not pair[1].paused_because]
        async with self.storage.reading() as work:
            decks = await work.questions.decks([workspace.id for workspace, _ in active])
        return [
            (workspace, schedule)
            for workspace, schedule in active
            if not decks[workspace.id].fitting(schedule.wanted)
        ]

    async def deliveries(
        self, newest: int, state: DeliveryState | None = None
    ) -> Sequence[tuple[Workspace, Delivery]]:
        """Return each workspace's newest deliveries, or those in that state, newest first."""
        found = []
        async with self.storage.reading() as work:
            for workspace in await work.workspaces.everyone():
                deliveries = await work.posts.newest(workspace.id, newest, state=state)
                found += [(workspace, delivery) for delivery in deliveries]
        return sorted(found, key=lambda pair: pair[1].due_at, reverse=True)
