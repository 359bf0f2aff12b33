"""Roles of the platform whose members may configure the bot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.domain.people import Role, WorkspaceId


class AdminRoles(Protocol):
    """The platform's roles that were let configure, always of one workspace."""

    async def of_workspace(self, workspace_id: WorkspaceId) -> Sequence[Role]:
        """Return them, by name."""
        ...

    async def add(self, workspace_id: WorkspaceId, role: Role) -> None:
        """Let a role's members configure; its name may be a new one."""
        ...

    async def remove(self, workspace_id: WorkspaceId, role: Role) -> None:
        """Take that back."""
        ...
