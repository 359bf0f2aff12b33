"""Schedules, and what became of their posts, as Block Kit."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from adapters.slack.blocks import (
    Block,
    Element,
    context,
    header,
    lines,
    one_line,
    preformatted,
    rich,
    section,
    text,
)
from bot.domain import wording
from bot.domain.cards import (
    PreviewCard,
    ScheduleCard,
    SchedulesCard,
    StatusCard,
)
from bot.domain.delivery import Delivery
from bot.domain.schedule import Schedule


def show_schedule(card: ScheduleCard) -> list[Block]:
    """Return a schedule with what was done to it."""
    said = one_line(wording.introduce_schedule(card))
    return rich(section(text(f"{said}.\n", bold=True), *_describe(card.schedule)))


def show_schedules(card: SchedulesCard) -> list[Block]:
    """Return all schedules, a line each."""
    if not card.schedules:
        return rich(*lines(wording.NO_SCHEDULE))
    return rich(*map(describe_schedule_line, card.schedules))


def describe_schedule_line(schedule: Schedule) -> Element:
    """Return a line on a schedule, with its number."""
    return section(text(f"{schedule.number}. ", bold=True), *_describe(schedule))


def _describe(schedule: Schedule) -> list[Element]:
    facts = " · ".join(map(one_line, wording.list_schedule_facts(schedule)))
    return [_channel(schedule.channel), text(f" {facts}")]


def _channel(channel: str) -> Element:
    """Name a channel so that Slack shows its name; a direct message has none."""
    if channel[:1] in ("C", "G") and channel.isalnum() and channel.isupper():
        return {"type": "channel", "channel_id": channel}
    return text("direct message" if channel.startswith("D") else one_line(channel))


def show_preview(card: PreviewCard) -> list[Block]:
    """Return the next posts of a schedule."""
    slots = "\n".join(wording.list_slots(card))
    return [*header(wording.introduce_preview(card)), *rich(preformatted(slots or "none"))]


def show_status(card: StatusCard) -> list[Block]:
    """Return schedules, newest posts, and how answers are graded."""
    schedules = show_schedules(SchedulesCard(card.schedules))
    grading = context(" ".join(map(one_line, wording.list_grading_facts(card.grading))))
    if not card.deliveries:
        return [*schedules, *context(wording.NOTHING_DUE), *grading]
    zone = ZoneInfo(card.zone)
    rows = [describe_delivery_line(delivery, zone) for delivery in card.deliveries]
    head, older = wording.introduce_posts(card), wording.explain_posts(card)
    listed = [*header(f"{head} ({card.zone})"), *rich(*rows), *(context(older) if older else [])]
    return [*schedules, *listed, *grading]


def describe_delivery_line(delivery: Delivery, zone: ZoneInfo) -> Element:
    """Return a line on a post: when it was due, where, and what became of it."""
    due = delivery.due_at.astimezone(zone)
    fate = one_line(wording.describe_fate(delivery))
    return section(text(f"{due:%Y-%m-%d %H:%M} "), _channel(delivery.channel), text(f" {fate}"))
