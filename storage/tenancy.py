"""Workspaces that the bot was thrown out of, and the end of a workspace's data.

Tables are found by their `workspace_id`, so that a new one is exported and erased as well.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, Table, delete, or_, select, tuple_, update
from sqlmodel import SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.people import Member, Workspace
from storage.mapping import to_workspace
from storage.statements import connection_of
from storage.tables import AdapterWordRow, InstallationRow, NoticeRow, WorkspaceRow, table_of

_WORKSPACES = table_of(WorkspaceRow)
_SECRET = ("token", "refresh_token")
_PAGE = 500


@dataclass
class TenancyRepository:
    """Implements `bot.ports.Tenancy`."""

    session: AsyncSession

    async def _execute(self, statement: Executable) -> Any:
        connection = connection_of(self.session)
        return await connection.execute(statement)

    async def find(self, external_id: str, platform: str | None = None) -> list[Workspace]:
        wanted = _WORKSPACES.select().where(col(WorkspaceRow.external_id) == external_id)
        if platform is not None:
            wanted = wanted.where(col(WorkspaceRow.platform) == platform)
        rows = await self._execute(wanted.order_by(col(WorkspaceRow.platform)))
        return [to_workspace(row) for row in rows]

    async def leave(
        self, workspace: Workspace, at: datetime, because: str, erase_at: datetime | None
    ) -> bool:
        left = await self._update(
            workspace,
            col(WorkspaceRow.left_at).is_(None),
            left_at=at,
            left_because=because,
        )
        if erase_at is not None:
            await self._update(workspace, col(WorkspaceRow.erase_at).is_(None), erase_at=erase_at)
        await self._execute(delete(NoticeRow).where(col(NoticeRow.workspace_id) == workspace.id))
        return left

    async def rejoin(self, workspace: Workspace) -> str | None:
        rows = await self._execute(
            select(col(WorkspaceRow.left_because))
            .where(col(WorkspaceRow.id) == workspace.id, col(WorkspaceRow.left_at).is_not(None))
            .with_for_update()
        )
        because: str | None = rows.scalar()
        await self._update(workspace, left_at=None, left_because=None, erase_at=None)
        return because

    async def _update(
        self, workspace: Workspace, *conditions: ColumnElement[bool], **values: object
    ) -> bool:
        done = await self._execute(
            update(WorkspaceRow)
            .where(col(WorkspaceRow.id) == workspace.id, *conditions)
            .values(**values)
        )
        return bool(done.rowcount)

    async def take_due(self, now: datetime, again_at: datetime, limit: int) -> list[Workspace]:
        due = (
            _WORKSPACES.select()
            .where(col(WorkspaceRow.erase_at) <= now)
            .order_by(col(WorkspaceRow.erase_at))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        workspaces = [to_workspace(row) for row in await self._execute(due)]
        for workspace in workspaces:
            await self._update(workspace, erase_at=again_at)
        return workspaces

    async def erase_some(self, workspace: Workspace, limit: int) -> bool:
        for table in reversed(_tables()):
            if await self._erase_rows(table, workspace, limit):
                return True
        for model, conditions in _of_adapters(workspace):
            await self._execute(delete(model).where(*conditions))
        await self._execute(delete(WorkspaceRow).where(col(WorkspaceRow.id) == workspace.id))
        return False

    async def _erase_rows(self, table: Table, workspace: Workspace, limit: int) -> bool:
        """Erase rows; True if there may be more."""
        keys = list(table.primary_key.columns)
        mine = table.c.workspace_id == workspace.id
        if len(keys) > 1:
            await self._execute(delete(table).where(mine))
            return False
        some = select(keys[0]).where(mine).limit(limit)
        done = await self._execute(delete(table).where(keys[0].in_(some)))
        return bool(done.rowcount == limit)

    async def export(self, workspace: Workspace) -> AsyncIterator[tuple[str, Mapping[str, Any]]]:
        sources: list[tuple[Table, list[ColumnElement[bool]]]] = [
            (table_of(WorkspaceRow), [col(WorkspaceRow.id) == workspace.id]),
            *((table, [table.c.workspace_id == workspace.id]) for table in _tables()),
            *((table_of(model), conditions) for model, conditions in _of_adapters(workspace)),
        ]
        for table, conditions in sources:
            async for row in self._read_pages(table, conditions):
                yield table.name, {str(name): _to_json(value) for name, value in row.items()}

    async def _read_pages(
        self, table: Table, conditions: list[ColumnElement[bool]]
    ) -> AsyncIterator[Mapping[str, Any]]:
        """Read a table by its key, a page at a time: a workspace may have millions of rows."""
        keys = list(table.primary_key.columns)
        columns = [column for column in table.columns if column.name not in _SECRET]
        page = select(*columns).where(*conditions).order_by(*keys).limit(_PAGE)
        wanted = page
        while True:
            rows = (await self._execute(wanted)).mappings().all()
            for row in rows:
                yield row
            if len(rows) < _PAGE:
                return
            wanted = page.where(tuple_(*keys) > tuple_(*(rows[-1][key.name] for key in keys)))


def _tables() -> list[Table]:
    """Return what belongs to workspaces, parents before their children."""
    return [table for table in SQLModel.metadata.sorted_tables if "workspace_id" in table.columns]


def _of_adapters(
    workspace: Workspace,
) -> list[tuple[type[SQLModel], list[ColumnElement[bool]]]]:
    """Return what adapters hold on a workspace: by its id in a word's name, or as the word."""
    name, here = col(AdapterWordRow.name), workspace.external_id
    named = or_(
        col(AdapterWordRow.word) == here,
        name.endswith(f":{here}", autoescape=True),
        name.contains(f":{here}:", autoescape=True),
    )
    return [
        (AdapterWordRow, [col(AdapterWordRow.platform) == workspace.platform, named]),
        (
            InstallationRow,
            [
                col(InstallationRow.platform) == workspace.platform,
                col(InstallationRow.external_id) == here,
            ],
        ),
    ]


async def erase_words_of(session: AsyncSession, member: Member) -> None:
    """Erase what an adapter holds on a member: which workspace they write from, `home:MEMBER`."""
    workspace = (
        select(col(WorkspaceRow.platform), col(WorkspaceRow.external_id))
        .where(col(WorkspaceRow.id) == member.workspace_id)
        .subquery()
    )
    connection = connection_of(session)
    await connection.execute(
        delete(AdapterWordRow).where(
            col(AdapterWordRow.platform) == select(workspace.c.platform).scalar_subquery(),
            col(AdapterWordRow.name) == f"home:{member.external_id}",
            col(AdapterWordRow.word) == select(workspace.c.external_id).scalar_subquery(),
        )
    )


def _to_json(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
