"""Does everything that has come due, in order, and says when to come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.ports import Clock, Storage
from bot.services.delivering import Delivering
from bot.services.notifying import Notifying
from bot.services.planning import Planning
from bot.services.reconciling import Reconciling


@dataclass
class Dispatching:
    """The one thing that a scheduler wakes."""

    storage: Storage
    clock: Clock
    planning: Planning
    delivering: Delivering
    reconciling: Reconciling
    notifying: Notifying

    async def run_due(self) -> None:
        """Work until nothing is due at this moment."""
        while await self._is_due() and await self._run_batch():
            pass

    async def _is_due(self) -> bool:
        wake_at = await self.next_wake_at()
        return wake_at is not None and wake_at <= self.clock.now()

    async def _run_batch(self) -> int:
        return (
            await self.planning.plan_due(self.clock.now())
            + await self.reconciling.reconcile_due()
            + await self.delivering.deliver_due()
            + await self.notifying.send_due()
        )

    async def next_wake_at(self) -> datetime | None:
        """Return when the next thing is due, or None when nothing will be."""
        async with self.storage.reading() as work:
            return await work.agenda.next_wake_at()
