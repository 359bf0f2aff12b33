"""The lines of Discord messages: what a card's small parts look like."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from adapters.discord.text import escape, one_line
from bot.domain import signs, wording
from bot.domain.cards import Standing
from bot.domain.delivery import Delivery
from bot.domain.grading import PointVerdict
from bot.domain.question import Question
from bot.domain.schedule import Schedule
from bot.domain.streak import LedgerDay


def describe_point(point: PointVerdict) -> str:
    """Write the verdict on a key point, with the member's own words."""
    said = f" — *{one_line(point.evidence)}*" if point.evidence else ""
    return f"{signs.VERDICTS[point.verdict]} {one_line(point.text)}{said}"


def list_choices(question: Question) -> str:
    """Write what there is to choose from, a line each; nothing for an open question."""
    lettered = question.lettered.items()
    return "\n".join(f"**{letter}**  {escape(choice.text)}" for letter, choice in lettered)


def draw_days(days: Sequence[LedgerDay]) -> str:
    """Draw the newest question days as a small calendar, with its legend."""
    return f"{signs.draw_days(days)}\n-# {signs.LEGEND}"


def describe_standing(row: Standing) -> str:
    """Write one line of a leaderboard."""
    return f"**{row.rank}.** {one_line(wording.describe_standing(row))}"


def describe_channel(channel: str) -> str:
    """Write a channel so that Discord shows its name."""
    return f"<#{channel}>" if channel.isdigit() else escape(channel)


def describe_schedule(schedule: Schedule) -> str:
    """Describe a schedule in a line."""
    facts = " · ".join(map(one_line, wording.list_schedule_facts(schedule)))
    return f"{describe_channel(schedule.channel)} {facts}"


def describe_delivery(delivery: Delivery, zone: str) -> str:
    """Describe what became of a post, in a line."""
    due = delivery.due_at.astimezone(ZoneInfo(zone))
    fate = one_line(wording.describe_fate(delivery))
    return f"{due:%Y-%m-%d %H:%M} {describe_channel(delivery.channel)} {fate}"
