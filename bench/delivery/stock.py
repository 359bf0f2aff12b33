"""A database full of schedules, written straight into its tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from bot.domain.delivery import DeliveryState, Purpose
from storage.tables import DeliveryRow, QuestionRow, ScheduleRow, WorkspaceRow

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


async def stock_past(engine: AsyncEngine, days: int) -> None:
    """Give each channel a post for each of so many days, all questions in turn."""
    async with engine.begin() as connection:
        asked = select(QuestionRow.id, QuestionRow.slug).order_by(col(QuestionRow.id))
        questions = (await connection.execute(asked)).fetchall()
        where = select(ScheduleRow.id, ScheduleRow.workspace_id, ScheduleRow.channel)
        channels = (await connection.execute(where)).fetchall()
        for day in range(days):
            for rows in _in_parts(_posts(channels, questions, day, days)):
                await connection.execute(insert(DeliveryRow), rows)


def _posts(
    channels: Sequence[Any], questions: Sequence[Any], day: int, days: int
) -> Iterator[dict[str, Any]]:
    at = DUE - timedelta(days=days - day)
    for number, (schedule, workspace, channel) in enumerate(channels):
        key, slug = questions[(number * 7 + day) % len(questions)]
        yield {
            "workspace_id": workspace,
            "schedule_id": schedule,
            "question_key": key,
            "question_id": slug,
            "channel": channel,
            "slot": at.date(),
            "purpose": Purpose.QUESTION,
            "key": f"{schedule:x}-{day}",
            "round": 1 + day // len(questions),
            "state": DeliveryState.CONFIRMED,
            "due_at": at,
            "expires_at": at + timedelta(hours=6),
            "posted_at": at,
            "message_id": f"{day}.{number}",
            "run": 0,
            "fence": 1,
            "tries": 1,
        }


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
