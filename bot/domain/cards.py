"""What goes out, in no platform's words: adapters render cards.

Plain `str` fields are plain text, which a renderer escapes for its platform; `Markdown`
comes from reviewed packs. `data()` holds what a card was made of, as JSON values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from bot.domain.delivery import Delivery
from bot.domain.grading import Grade
from bot.domain.question import Kind, Question
from bot.domain.schedule import Schedule
from bot.domain.streak import LedgerDay, Streak


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a card; it comes back as ButtonPressed with the same three values."""

    label: str
    action: str
    key: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class QuestionCard:
    """A question, posted to the channel or asked by one member (then without a schedule)."""

    kind: ClassVar[str] = "question"
    question: Question
    workspace: str
    slot: date
    key: str
    schedule_number: int | None = None
    late: bool = False

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Answer, or one button a choice, and Reveal."""
        if self.question.kind is Kind.CHOICE:
            letters = "ABCDEFGH"[: len(self.question.choices)]
            answer = tuple(Button(letter, "choose", self.key, letter) for letter in letters)
        else:
            answer = (Button("Answer", "answer", self.key),)
        return (*answer, Button("Reveal", "reveal", self.key))

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "question_id": self.question.id,
            "workspace": self.workspace,
            "schedule_id": self.schedule_number,
            "slot": self.slot.isoformat(),
            "late": self.late,
        }


@dataclass(frozen=True, slots=True)
class Counts:
    """How many members did what with a posted question."""

    answered: int
    revealed: int


@dataclass(frozen=True, slots=True)
class RevealCard:
    """The model answer, for one member or, with `counts`, for all.

    `forfeits`: the member saw it before answering; `late`: the question's day is over;
    `thread_of`: the question's message, in whose thread the answer for all belongs.
    """

    kind: ClassVar[str] = "reveal"
    question: Question
    key: str
    forfeits: bool = False
    late: bool = False
    counts: Counts | None = None
    thread_of: str | None = None

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Self-rating, for the one who asked; none under an answer for all."""
        if self.counts:
            return ()
        ratings = (("I knew it", "knew"), ("Partly", "partly"), ("Not yet", "missed"))
        return tuple(Button(label, "rate", self.key, value) for label, value in ratings)

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "question_id": self.question.id,
            "forfeits": self.forfeits,
            "late": self.late,
        }


@dataclass(frozen=True, slots=True)
class GradeCard:
    """A graded answer with the model answer.

    `first`: it counts, later ones are practice; `private`: the member asked for the
    question, so there are no points to win.
    """

    kind: ClassVar[str] = "grade"
    question: Question
    grade: Grade
    earned: int
    first: bool
    late: bool
    revealed: bool
    streak: Streak
    private: bool = False

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "question_id": self.question.id,
            "score": round(self.grade.score, 4),
            "band": self.grade.band.value,
            "points": [
                {"text": point.text, "verdict": point.verdict.value, "evidence": point.evidence}
                for point in self.grade.points
            ],
            "gate": self.grade.gate,
            "grader": self.grade.grader,
            "earned": self.earned,
            "first": self.first,
            "late": self.late,
        }


@dataclass(frozen=True, slots=True)
class StreakCard:
    """A member's streak. `days` are the newest question days, for a small calendar."""

    kind: ClassVar[str] = "streak"
    member: str
    streak: Streak
    days: tuple[LedgerDay, ...] = ()
    away_until: date | None = None

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "member": self.member,
            "current": self.streak.current,
            "longest": self.streak.longest,
            "freezes": self.streak.freezes,
        }


@dataclass(frozen=True, slots=True)
class LedgerCard:
    """Every question day, explained."""

    kind: ClassVar[str] = "ledger"
    member: str
    streak: Streak
    days: tuple[LedgerDay, ...]

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "member": self.member,
            "current": self.streak.current,
            "longest": self.streak.longest,
            "freezes": self.streak.freezes,
            "days": [
                {
                    "date": day.date.isoformat(),
                    "took_part": day.took_part,
                    "freeze": day.freeze,
                    "streak": day.streak,
                    "away": day.away,
                    "open": day.open,
                    "freezes": day.freezes,
                }
                for day in self.days
            ],
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of a leaderboard; equal points share a rank."""

    rank: int
    member: str
    points: int
    streak: int


@dataclass(frozen=True, slots=True)
class LeaderboardCard:
    """The standings of a period. `own` is the caller's line where it isn't among `rows`."""

    kind: ClassVar[str] = "leaderboard"
    period: str
    rows: tuple[Standing, ...]
    own: Standing | None = None

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "period": self.period,
            "rows": [
                {
                    "member": row.member,
                    "points": row.points,
                    "streak": row.streak,
                    "rank": row.rank,
                }
                for row in self.rows
            ],
        }


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
        "next_due_at": schedule.next_due_at.isoformat() if schedule.next_due_at else None,
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
        }


@dataclass(frozen=True, slots=True)
class StatusCard:
    """What an admin wants to know: schedules, and the newest deliveries with reasons."""

    kind: ClassVar[str] = "status"
    schedules: tuple[Schedule, ...]
    deliveries: tuple[Delivery, ...]
    zone: str

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "schedules": [describe_schedule(schedule) for schedule in self.schedules],
            "deliveries": [describe_delivery(delivery) for delivery in self.deliveries],
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
        "tries": delivery.tries,
        "reason": delivery.reason,
        "question_id": delivery.question_id,
    }


@dataclass(frozen=True, slots=True)
class HelpCard:
    """What one can do here: usage and meaning of each command the caller may call."""

    kind: ClassVar[str] = "help"
    lines: tuple[tuple[str, str], ...]
    admin_lines: tuple[tuple[str, str], ...]
    buttons: tuple[Button, ...] = ()

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {"commands": [usage for usage, _ in (*self.lines, *self.admin_lines)]}


@dataclass(frozen=True, slots=True)
class TopicsCard:
    """Topics and levels with the number of questions."""

    kind: ClassVar[str] = "topics"
    topics: tuple[tuple[str, int], ...]
    levels: tuple[tuple[str, int], ...]

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {"topics": dict(self.topics), "levels": dict(self.levels)}


@dataclass(frozen=True, slots=True)
class NoticeCard:
    """A few plain sentences."""

    kind: ClassVar[str] = "notice"
    text: str
    facts: dict[str, Any] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()

    def data(self) -> dict[str, Any]:
        """What the notice is about."""
        return dict(self.facts)


@dataclass(frozen=True, slots=True)
class ErrorCard:
    """What was refused and the next step.

    `reason` is a word for programs; `field` is the option or form field at fault, if one is.
    """

    kind: ClassVar[str] = "error"
    text: str
    reason: str
    field: str | None = None

    def data(self) -> dict[str, Any]:
        """The reason."""
        return {"reason": self.reason, "field": self.field}


@dataclass(frozen=True, slots=True)
class FormField:
    """A field to fill in.

    `type` is a `bot.commands.Type` value, or `multiline` for a long text.
    """

    name: str
    label: str
    type: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormCard:
    """A form to open; it comes back as FormSubmitted with the same name and key."""

    kind: ClassVar[str] = "form"
    form: str
    title: str
    key: str
    fields: tuple[FormField, ...]

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {"form": self.form, "fields": [field.name for field in self.fields]}


Card = (
    QuestionCard
    | RevealCard
    | GradeCard
    | StreakCard
    | LedgerCard
    | LeaderboardCard
    | ScheduleCard
    | SchedulesCard
    | PreviewCard
    | StatusCard
    | HelpCard
    | TopicsCard
    | NoticeCard
    | ErrorCard
    | FormCard
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What an event is answered with: cards for the caller alone, or for all in the channel."""

    cards: Sequence[Card]
    public: bool = False
