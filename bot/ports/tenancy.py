"""Workspaces that the bot was thrown out of, and the end of a workspace's data."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from bot.domain.people import Workspace


class Tenancy(Protocol):
    """The life of tenants, for the core and the operator; nothing of it is for members."""

    async def find(self, external_id: str, platform: str | None = None) -> list[Workspace]:
        """Return the workspaces with this id on the platform, or on any."""
        ...

    async def leave(
        self, workspace: Workspace, at: datetime, because: str, erase_at: datetime | None
    ) -> bool:
        """Mark a workspace as left; False if it is already, with the earlier times kept. Without
        `erase_at` nothing is erased; one that is known only later is kept then.

        Nothing that waits to be told to its members is told any more.
        """
        ...

    async def rejoin(self, workspace: Workspace) -> str | None:
        """Take that back; return what it was left for, None if it was not."""
        ...

    async def take_due(self, now: datetime, again_at: datetime, limit: int) -> list[Workspace]:
        """Take left workspaces whose time is over; they are due again at `again_at`."""
        ...

    async def erase_some(self, workspace: Workspace, limit: int) -> bool:
        """Erase about so many rows of all that is held on the workspace, also by adapters.

        Return whether there is more; the workspace itself goes last.
        """
        ...

    def export(self, workspace: Workspace) -> AsyncIterator[tuple[str, Mapping[str, Any]]]:
        """Yield everything held on the workspace as (table, row), tables one after another.

        Values are those of JSON. Tokens are left out: they are keys, and no data.
        """
        ...
