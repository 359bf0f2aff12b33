"""Does everything that has come due, in order, and says when to come back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.errors import StorageError
from bot.ports import Clock, Storage
from bot.services.delivering import Delivering
from bot.services.digesting import Digesting
from bot.services.erasing import Erasing
from bot.services.interviewing import InterviewEnding
from bot.services.notifying import Notifying
from bot.services.planning import Planning
from bot.services.reconciling import Reconciling
from bot.services.reminding import Reminding


@dataclass
class Dispatching:
    """The one thing that a scheduler wakes."""

    storage: Storage
    clock: Clock
    planning: Planning
    delivering: Delivering
    reconciling: Reconciling
    notifying: Notifying
    reminding: Reminding
    interviews: InterviewEnding
    erasing: Erasing
    digesting: Digesting

    def __post_init__(self) -> None:
        self._has_unplanned = False
        self.delivering.refill = self._go_on_planning

    def wake_by(self, wake: Callable[[], None]) -> None:
        """Have `wake` called when a post has to be tried or looked for again: whoever sleeps
        until `next_wake_at` couldn't know of it."""
        self.delivering.wake = self.reconciling.wake = wake

    async def run_due(self) -> None:
        """Work until nothing is due at this moment and nothing is under way."""
        while await self._begin_batch(look=True):
            await self._finish()
        await self._finish()

    async def begin_due(self) -> None:
        """Begin what is due, without waiting for any platform to answer."""
        self.delivering.settle_again()
        self.reconciling.watch.look()
        look = True
        while await self._begin_batch(look=look):
            look = False

    async def drain(self) -> None:
        """Wait until what is under way is settled; begin nothing more."""
        self.delivering.begin_no_more()
        self.erasing.stop_soon()
        await self._finish()

    async def _finish(self) -> None:
        await self.delivering.finish()
        await self.reconciling.background.finish()
        await self.notifying.background.finish()
        await self.reminding.background.finish()
        await self.interviews.background.finish()
        await self.erasing.background.finish()

    async def _begin_batch(self, *, look: bool) -> int:
        """Begin a batch of each kind that is due; return how much was taken.

        `look`: also for what is past its grace, and for posts whose reply was lost, which is not
        worth asking with each batch.

        Raises:
            StorageError: the database can't be used.
            ExceptionGroup: what went wrong with single kinds; the others were begun all the same.
        """
        now = self.clock.now()
        async with self.storage.reading() as work:
            wakes = await work.agenda.next_wakes(self.delivering.chats)
        kinds: Sequence[tuple[datetime | None, Callable[[], Awaitable[int]]]] = (
            (wakes.deliveries, partial(self._begin_deliveries, look=look)),
            (wakes.schedules, self._plan_due),
            (wakes.digests, partial(self.digesting.plan_due, now)),
            (wakes.notices, self.notifying.begin_due),
            (wakes.reminders, self.reminding.begin_due),
            (wakes.interviews, self.interviews.begin_due),
            (wakes.erasures, self.erasing.begin_due),
        )
        taken = 0
        faults: list[Exception] = []
        for due_at, begin in kinds:
            if due_at is None or due_at > now:
                continue
            try:
                taken += await begin()
            except StorageError:
                raise
            except Exception as fault:
                faults.append(fault)
        if faults:
            raise ExceptionGroup("Not all that is due could be begun.", faults)
        return taken

    async def _begin_deliveries(self, *, look: bool) -> int:
        taken = 0
        if look:
            await self.delivering.skip_expired()
            taken += await self.reconciling.begin_due(self.delivering.held)
        return taken + await self.delivering.begin_due()

    async def _plan_due(self) -> int:
        """Plan as many schedules as there is room for posts, and begin what can be posted at once;
        the rest is stored, to be claimed when its time has come. Return how many were planned.
        """
        self._has_unplanned = True
        if not self.delivering.count_room():
            return 0
        async with self.storage.writing() as work:
            now, room = self.clock.now(), self.delivering.count_room()
            plans = await self.planning.plan(work, now, room)
            jobs, left = await self.delivering.take(work, plans, now)
            await work.deliveries.insert(left)
        self._has_unplanned = len(plans) == room
        self.planning.tell(plans)
        self.delivering.begin(jobs, now)
        return len(plans)

    async def _go_on_planning(self) -> None:
        """Plan what found no room before."""
        if self._has_unplanned:
            await self._plan_due()

    async def next_wake_at(self) -> datetime | None:
        """Return when the next thing is due that can be done here; None when nothing will be."""
        async with self.storage.reading() as work:
            return (await work.agenda.next_wakes(self.delivering.chats)).earliest()
