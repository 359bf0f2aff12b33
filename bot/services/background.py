"""Work that goes on while its starter does other things."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from dataclasses import dataclass, field

import structlog

from bot.errors import StorageError

log = structlog.get_logger(__name__)


@dataclass
class Background:
    """Holds tasks until they end. One that the database breaks off is told of: what it took is due
    again later. Any other fault comes out of `finish`."""

    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self._tasks)

    def begin(self, work: Coroutine[object, object, None]) -> None:
        """Start the work. In the log it is not on the trail of whoever starts it."""
        task = asyncio.create_task(_tell_of_storage(work), context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Wait until all is done, with what it began in turn; a fault keeps nobody from that."""
        faults: list[BaseException] = []
        while self._tasks:
            ended = await asyncio.gather(*self._tasks, return_exceptions=True)
            faults += [outcome for outcome in ended if outcome is not None]
        if faults:
            raise faults[0]


async def _tell_of_storage(work: Coroutine[object, object, None]) -> None:
    try:
        await work
    except StorageError as error:
        log.warning("work_broken_off", problem=str(error))
