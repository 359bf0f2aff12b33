"""What an operator looks at and mends, across all workspaces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.delivery import Delivery
from bot.domain.health import Process, Tally
from bot.domain.people import Workspace


class Operations(Protocol):
    """The processes that share the database, and what waits in it."""

    async def beat(self, process: Process) -> None:
        """Store what a process says of itself; forget those that died a day ago."""
        ...

    async def leave(self, owner: str) -> None:
        """A process has ended in order."""
        ...

    async def processes(self) -> Sequence[Process]:
        """Return the processes that have not left, newest first."""
        ...

    async def server_time(self) -> datetime | None:
        """Return what a database on a server says the time is; None where it has no clock of its
        own."""
        ...

    async def tally(self, now: datetime) -> Tally:
        """Count what waits."""
        ...

    async def find(self, key: str) -> tuple[Workspace, Delivery] | None:
        """Return the delivery with this key, of any workspace."""
        ...

    async def send_again(self, delivery: Delivery, now: datetime, expires_at: datetime) -> bool:
        """Put a stuck delivery back into the queue, for the channel that its schedule has now;
        False if it isn't stuck any more."""
        ...
