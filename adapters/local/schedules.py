"""Schedules, and what became of their posts, as plain text."""

from __future__ import annotations

from adapters.local.text import one_line
from bot.domain import wording
from bot.domain.cards import PreviewCard, ScheduleCard, SchedulesCard, StatusCard
from bot.domain.delivery import Delivery
from bot.domain.schedule import Schedule, to_local


def show_schedule(card: ScheduleCard) -> str:
    """Return a schedule with what was done to it."""
    return f"{wording.introduce_schedule(card)}.\n{_describe(card.schedule)}"


def show_schedules(card: SchedulesCard) -> str:
    """Return all schedules, a line each."""
    if not card.schedules:
        return wording.NO_SCHEDULE
    return "\n".join(f"{schedule.number}. {_describe(schedule)}" for schedule in card.schedules)


def _describe(schedule: Schedule) -> str:
    facts = " · ".join(map(one_line, wording.list_schedule_facts(schedule)))
    return f"{one_line(schedule.channel)} {facts}"


def show_preview(card: PreviewCard) -> str:
    """Return the next posts of a schedule."""
    return "\n".join([wording.introduce_preview(card), *wording.list_slots(card)])


def show_status(card: StatusCard) -> str:
    """Return schedules, newest posts, and how answers are graded."""
    schedules = show_schedules(SchedulesCard(card.schedules))
    grading = "\n".join(map(one_line, wording.list_grading_facts(card.grading)))
    if not card.deliveries:
        return f"{schedules}\n\n{wording.NOTHING_DUE}\n\n{grading}"
    lines = [_delivery_line(delivery, card.zone) for delivery in card.deliveries]
    head, older = wording.introduce_posts(card), wording.explain_posts(card)
    listed = [f"{head} ({card.zone})", *lines, *([older] if older else [])]
    return "\n".join([schedules, "", *listed, "", grading])


def _delivery_line(delivery: Delivery, zone: str) -> str:
    due = to_local(delivery.due_at, zone)
    fate = one_line(wording.describe_fate(delivery))
    return f"{due:%Y-%m-%d %H:%M} {one_line(delivery.channel)} {fate}"
