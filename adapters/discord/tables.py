"""The lines of Discord messages: what a card's small parts look like."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from adapters.discord.text import escape, one_line
from bot.domain.cards import GradeCard, Standing
from bot.domain.delivery import Delivery, DeliveryState, Purpose
from bot.domain.grading import PointVerdict, Verdict
from bot.domain.reading import format_duration
from bot.domain.schedule import Schedule
from bot.domain.streak import LedgerDay

_MARKS = {Verdict.MET: "✅", Verdict.PARTIAL: "🟡", Verdict.MISSING: "⬜", Verdict.WRONG: "❌"}


def plural(count: int, noun: str) -> str:
    """Write a number with its noun."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def describe_point(point: PointVerdict) -> str:
    """Write the verdict on a key point, with the member's own words."""
    said = f" — *{one_line(point.evidence)}*" if point.evidence else ""
    return f"{_MARKS[point.verdict]} {one_line(point.text)}{said}"


def describe_counted(card: GradeCard) -> str:
    """Say what the answer counts for."""
    if not card.first:
        counted = "Practice: your first answer stays the one that counts."
    elif card.revealed:
        counted = "No points: the answer was already shown."
    elif card.late:
        counted = f"{plural(card.earned, 'point')}, half because this question's day is over."
    else:
        counted = f"{plural(card.earned, 'point')}."
    return f"{counted} Streak: {plural(card.streak.current, 'question day')}."


def draw_days(days: Sequence[LedgerDay]) -> str:
    """Draw the newest question days as a small calendar, with its legend."""
    marks = "".join(map(_mark_day, days))
    return f"{marks}\n-# 🟩 took part, 🧊 freeze, ⬛ missed, ⬜ away, 🟨 still open"


def _mark_day(day: LedgerDay) -> str:
    if day.took_part:
        return "🟩"
    if day.freeze:
        return "🧊"
    if day.away:
        return "⬜"
    return "🟨" if day.open else "⬛"


def describe_ledger_day(day: LedgerDay) -> str:
    """Explain one question day in a line."""
    if day.took_part:
        what = "took part"
    elif day.freeze:
        what = "missed, a freeze was spent"
    elif day.away:
        what = "away, not counted"
    elif day.open:
        what = "open until the next question day"
    else:
        what = "missed"
    return f"{day.date:%Y-%m-%d %a}  {what:<33} streak {day.streak:>3}  freezes {day.freezes}"


def describe_standing(row: Standing) -> str:
    """Write one line of a leaderboard."""
    points = plural(row.points, "point")
    return f"**{row.rank}.** {one_line(row.member)} · {points} · streak {row.streak}"


def describe_channel(channel: str) -> str:
    """Write a channel so that Discord shows its name."""
    return f"<#{channel}>" if channel.isdigit() else escape(channel)


def describe_schedule(schedule: Schedule) -> str:
    """Describe a schedule in a line."""
    words = [f"{describe_channel(schedule.channel)} at {schedule.rhythm}"]
    words.append(one_line(str(schedule.wanted)))
    words.append(f"answer {'in the thread' if schedule.reveal == 'thread' else 'in private'}")
    if schedule.reveal_after:
        words.append(f"for all after {format_duration(schedule.reveal_after)}")
    if schedule.paused_because:
        words.append(f"paused: {one_line(schedule.paused_because)}")
    if schedule.next_due_at:
        local = schedule.next_due_at.astimezone(ZoneInfo(schedule.rhythm.zone))
        words.append(f"next {local:%a %Y-%m-%d %H:%M}")
    return " · ".join(words)


def describe_delivery(delivery: Delivery, zone: str) -> str:
    """Describe what became of a post, in a line."""
    due = delivery.due_at.astimezone(ZoneInfo(zone))
    what = "answer" if delivery.purpose is Purpose.REVEAL else "question"
    line = f"{due:%Y-%m-%d %H:%M} {describe_channel(delivery.channel)} {what}: {delivery.state}"
    if delivery.posted_at:
        line += f", {format_duration(delivery.posted_at - delivery.due_at)} after it was due"
    if delivery.reason and delivery.state is not DeliveryState.CONFIRMED:
        line += f". {one_line(delivery.reason)}"
    return line
