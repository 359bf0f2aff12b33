"""Erases workspaces: those whose time after leaving is over, and those an operator names."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from bot.domain.people import Workspace
from bot.ports import Clock, Storage

BATCH = 20
ROWS_AT_ONCE = 2_000
"""Rows of a transaction: SQLite lets nobody else write meanwhile."""
log = structlog.get_logger(__name__)


@dataclass
class Erasing:
    """Erases in small transactions; one that was broken off goes on where it stopped."""

    storage: Storage
    clock: Clock

    async def run_due(self) -> int:
        """Erase the workspaces whose time is over; return how many."""
        async with self.storage.reading() as work:
            due = await work.tenancy.due(self.clock.now(), BATCH)
        for workspace in due:
            await self.erase(workspace)
            log.info("workspace_erased", workspace=workspace.external_id)
        return len(due)

    async def erase(self, workspace: Workspace) -> None:
        """Erase everything held on a workspace."""
        more = True
        while more:
            async with self.storage.writing() as work:
                more = await work.tenancy.erase_some(workspace, ROWS_AT_ONCE)
