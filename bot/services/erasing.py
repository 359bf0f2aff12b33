"""Erases workspaces: those whose time after leaving is over, and those an operator names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.domain.people import Workspace
from bot.ports import Clock, Storage
from bot.services.background import Background

BATCH = 20
ROWS_AT_ONCE = 2_000
"""Rows of a transaction: SQLite lets nobody else write meanwhile."""
log = structlog.get_logger(__name__)


@dataclass
class Erasing:
    """Erases in small transactions; one that was broken off goes on where it stopped."""

    storage: Storage
    clock: Clock
    again_after: timedelta = timedelta(minutes=15)
    background: Background = field(default_factory=Background)
    _stopping: bool = False

    async def begin_due(self) -> int:
        """Begin to erase the workspaces whose time is over; return how many."""
        now = self.clock.now()
        async with self.storage.writing() as work:
            due = await work.tenancy.take_due(now, now + self.again_after, BATCH)
        if due:
            self.background.begin(self._erase_all(due))
        return len(due)

    async def _erase_all(self, workspaces: Sequence[Workspace]) -> None:
        for workspace in workspaces:
            if await self.erase(workspace):
                log.info("workspace_erased", workspace=workspace.external_id)

    def stop_soon(self) -> None:
        """Break off after the transaction under way; what is left is due again later."""
        self._stopping = True

    async def erase(self, workspace: Workspace) -> bool:
        """Erase everything held on a workspace; False if it was broken off."""
        more = True
        while more and not self._stopping:
            async with self.storage.writing() as work:
                more = await work.tenancy.erase_some(workspace, ROWS_AT_ONCE)
        return not more
