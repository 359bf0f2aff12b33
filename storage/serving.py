"""Which rows a process may work on: those of the platforms that it is connected to."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from sqlalchemy import ColumnElement, exists, false, or_

from storage.tables import WorkspaceRow, table_of

_WORKSPACES = table_of(WorkspaceRow)


def is_served(
    workspace_id: ColumnElement[int], platforms: Collection[str] | None
) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a row's workspace is on one of the platforms and was not left;
    None means any workspace.

    `workspace_id` is the row's own column, which lives as long as the program.
    """
    return () if platforms is None else _ask(workspace_id, frozenset(platforms))


@cache
def _ask(
    workspace_id: ColumnElement[int], platforms: frozenset[str]
) -> tuple[ColumnElement[bool], ...]:
    """Ask back for each row that is due (EXISTS, by primary key).

    A list of workspace ids would tempt the planner to begin there and to read every delivery
    that ever was. Built once, because it is asked with every batch.
    """
    columns = _WORKSPACES.c
    served = exists().where(
        columns.id == workspace_id,
        or_(*(columns.platform == platform for platform in sorted(platforms)), false()),
        columns.left_at.is_(None),
    )
    return (served,)
