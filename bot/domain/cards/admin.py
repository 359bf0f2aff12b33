"""Schedules and deliveries, for admins."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar

from bot.domain.assessment import GradingStatus
from bot.domain.delivery import Delivery, DeliveryState, describe_mend
from bot.domain.schedule import WEEKDAYS, Schedule


@dataclass(frozen=True, slots=True)
class ScheduleCard:
    """One schedule, with a sentence on what was just done to it."""

    kind: ClassVar[str] = "schedule"
    schedule: Schedule
    said: str

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return describe_schedule(self.schedule)


@dataclass(frozen=True, slots=True)
class SchedulesCard:
    """All schedules of a workspace."""

    kind: ClassVar[str] = "schedule"
    schedules: tuple[Schedule, ...]

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "schedule_id": None,
            "schedules": [describe_schedule(schedule) for schedule in self.schedules],
        }


def describe_schedule(schedule: Schedule) -> dict[str, Any]:
    """Return a schedule as JSON values."""
    return {
        "schedule_id": schedule.number,
        "channel": schedule.channel,
        "rhythm": str(schedule.rhythm),
        "questions": str(schedule.wanted),
        "reveal": schedule.reveal.value,
        "discussion": schedule.discussion,
        "next_due_at": schedule.next_due_at.isoformat() if schedule.next_due_at else None,
        "digest": None if schedule.digest is None else WEEKDAYS[schedule.digest],
        "paused_because": schedule.paused_because,
    }


@dataclass(frozen=True, slots=True)
class PreviewCard:
    """The next posts of a schedule, in its own local time."""

    kind: ClassVar[str] = "preview"
    schedule: Schedule
    slots: tuple[datetime, ...]

    def data(self) -> dict[str, Any]:
        """What the card was made of: ISO times with the offset in force then."""
        return {
            "schedule_id": self.schedule.number,
            "slots": [slot.isoformat() for slot in self.slots],
            "paused": self.schedule.paused_because is not None,
        }


@dataclass(frozen=True, slots=True)
class StatusCard:
    """What an admin wants to know: schedules, and the newest deliveries with reasons.

    `state` is what the deliveries were asked for by, None for all; `more`: there are older ones
    than on this page. `missed` are those that are stuck, then those that failed or were left out
    within 30 days, whatever page they stand on.
    """

    kind: ClassVar[str] = "status"
    schedules: tuple[Schedule, ...]
    deliveries: tuple[Delivery, ...]
    zone: str
    grading: GradingStatus
    state: DeliveryState | None = None
    page: int = 1
    more: bool = False
    missed: tuple[Delivery, ...] = ()

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "schedules": [describe_schedule(schedule) for schedule in self.schedules],
            "deliveries": [describe_delivery(delivery) for delivery in self.deliveries],
            "grading": asdict(self.grading),
            "page": self.page,
            "more": self.more,
        }


def describe_delivery(delivery: Delivery) -> dict[str, Any]:
    """Return a delivery as JSON values."""
    return {
        "schedule_id": delivery.schedule_number,
        "slot": delivery.slot.isoformat(),
        "run": delivery.run,
        "purpose": delivery.purpose.value,
        "channel": delivery.channel,
        "state": delivery.state.value,
        "due_at": delivery.due_at.isoformat(),
        "posted_at": delivery.posted_at.isoformat() if delivery.posted_at else None,
        "late_seconds": _lateness(delivery),
        "tries": delivery.tries,
        "reason": delivery.reason,
        "mend": describe_mend(delivery) or None,
        "key": delivery.key,
        "question_id": delivery.question_id,
    }


def _lateness(delivery: Delivery) -> float | None:
    if delivery.posted_at is None:
        return None
    return round((delivery.posted_at - delivery.due_at).total_seconds(), 3)
