"""A database full of schedules, written straight into its tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.tables import ScheduleRow, WorkspaceRow

BEFORE = datetime(2026, 1, 5, 8, tzinfo=UTC)
DUE = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""A Monday at nine, when everything is due."""
_AT_ONCE = 5_000


async def stock(engine: AsyncEngine, schedules: int, workspaces: int, due: datetime = DUE) -> None:
    """Add so many schedules in channels of their own, spread over so many Slack workspaces."""
    async with engine.begin() as connection:
        for rows in _in_parts(_workspaces(workspaces)):
            await connection.execute(insert(WorkspaceRow), rows)
        for rows in _in_parts(_schedules(schedules, workspaces, due)):
            await connection.execute(insert(ScheduleRow), rows)


def _workspaces(count: int) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        yield {
            "id": number,
            "platform": "slack",
            "external_id": f"T{number}",
            "name": f"team {number}",
            "seed": number * 7919,
            "emoji": "bulb",
        }


def _schedules(count: int, workspaces: int, due: datetime) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield {
            "workspace_id": number % workspaces + 1,
            "number": number // workspaces + 1,
            "channel": f"C{number}",
            "at": "09:00",
            "days": "01234",
            "zone": "UTC",
            "reveal": "private",
            "next_due_at": due,
        }


def _in_parts(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    part: list[dict[str, Any]] = []
    for row in rows:
        part.append(row)
        if len(part) == _AT_ONCE:
            yield part
            part = []
    if part:
        yield part
