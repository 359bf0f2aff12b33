"""Does everything that has come due, in order, and says when to come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.ports import Clock, Storage
from bot.services.delivering import Delivering
from bot.services.erasing import Erasing
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
    erasing: Erasing

    async def run_due(self) -> None:
        """Work until nothing is due at this moment and nothing is under way."""
        while await self._is_due() and await self._begin_batch():
            await self._finish()
        await self._finish()

    async def begin_due(self) -> None:
        """Begin what is due, without waiting for any platform to answer."""
        while await self._is_due() and await self._begin_batch():
            pass

    async def drain(self) -> None:
        """Wait until what is under way is settled; begin nothing more."""
        self.delivering.begin_no_more()
        await self._finish()

    async def _finish(self) -> None:
        await self.delivering.finish()
        await self.reconciling.background.finish()
        await self.notifying.background.finish()

    async def _is_due(self) -> bool:
        wake_at = await self.next_wake_at()
        return wake_at is not None and wake_at <= self.clock.now()

    async def _begin_batch(self) -> int:
        return (
            await self.planning.plan_due(self.clock.now())
            + await self.reconciling.begin_due()
            + await self.delivering.begin_due()
            + await self.notifying.begin_due()
            + await self.erasing.run_due()
        )

    async def next_wake_at(self) -> datetime | None:
        """Return when the next thing is due, or None when nothing will be."""
        async with self.storage.reading() as work:
            return await work.agenda.next_wake_at()
