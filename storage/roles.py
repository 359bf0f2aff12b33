"""Roles of the platform whose members may configure the bot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.people import Role, WorkspaceId
from storage.statements import connection_of, insert_or_replace
from storage.tables import AdminRoleRow


@dataclass
class AdminRoleRepository:
    """Implements `bot.ports.AdminRoles`."""

    session: AsyncSession

    async def of_workspace(self, workspace_id: WorkspaceId) -> Sequence[Role]:
        rows = await self.session.exec(
            select(AdminRoleRow)
            .where(AdminRoleRow.workspace_id == workspace_id)
            .order_by(AdminRoleRow.name, AdminRoleRow.external_id)
        )
        return [Role(row.external_id, row.name) for row in rows]

    async def add(self, workspace_id: WorkspaceId, role: Role) -> None:
        values = {
            "workspace_id": workspace_id,
            "external_id": role.external_id,
            "name": role.name,
        }
        unique = ("workspace_id", "external_id")
        await insert_or_replace(connection_of(self.session), AdminRoleRow, values, unique)

    async def remove(self, workspace_id: WorkspaceId, role: Role) -> None:
        await self.session.exec(
            delete(AdminRoleRow).where(
                col(AdminRoleRow.workspace_id) == workspace_id,
                col(AdminRoleRow.external_id) == role.external_id,
            )
        )
