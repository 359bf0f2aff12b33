"""Which rows a process may work on: those of the platforms that it is connected to."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from sqlalchemy import ColumnElement, exists
from sqlmodel import col

from storage.tables import DeliveryRow, NoticeRow, WorkspaceRow


def is_served(
    table: type[DeliveryRow | NoticeRow], platforms: Collection[str] | None
) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a row's workspace is on one of the platforms; None means any."""
    return () if platforms is None else _ask(table, frozenset(platforms))


@cache
def _ask(
    table: type[DeliveryRow | NoticeRow], platforms: frozenset[str]
) -> tuple[ColumnElement[bool], ...]:
    """Ask back for each row that is due (EXISTS, by primary key).

    A list of workspace ids would tempt the planner to begin there and to read every delivery
    that ever was. Built once, because it is asked with every batch.
    """
    return (
        exists().where(
            col(WorkspaceRow.id) == col(table.workspace_id),
            col(WorkspaceRow.platform).in_(sorted(platforms)),
        ),
    )
