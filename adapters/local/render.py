"""Cards as plain text."""

from __future__ import annotations

import re
from functools import singledispatch
from zoneinfo import ZoneInfo

from bot.domain.cards import (
    Card,
    ErrorCard,
    FormCard,
    GradeCard,
    HelpCard,
    LeaderboardCard,
    LedgerCard,
    NoticeCard,
    PreviewCard,
    QuestionCard,
    RevealCard,
    ScheduleCard,
    SchedulesCard,
    Standing,
    StatusCard,
    StreakCard,
    TopicsCard,
)
from bot.domain.delivery import Delivery, DeliveryState, Purpose
from bot.domain.grading import Verdict
from bot.domain.question import Kind, Question
from bot.domain.reading import format_duration
from bot.domain.schedule import Schedule
from bot.domain.streak import DAYS_PER_FREEZE, LedgerDay, Streak

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_PING = re.compile(r"@(?=\w)|<(?=[!@#&])")
_ZERO_WIDTH = "\u200b"
_MARKS = {Verdict.MET: "+", Verdict.PARTIAL: "~", Verdict.MISSING: "-", Verdict.WRONG: "x"}


def escape(text: str) -> str:
    """Make text that somebody typed harmless: it pings nobody and moves no cursor."""
    return _PING.sub(lambda match: match[0] + _ZERO_WIDTH, _CONTROL.sub("", text))


def one_line(text: str) -> str:
    """Escape, and fold all white space, so that the text can't pose as another line."""
    return " ".join(escape(text).split())


def render_card(card: Card) -> str:
    """Return the whole text of a card, with its buttons in brackets on the last line."""
    buttons = " ".join(f"[{button.label}]" for button in getattr(card, "buttons", ()))
    body = _render(card)
    return f"{body}\n{buttons}" if buttons else body


@singledispatch
def _render(card: Card) -> str:
    raise TypeError(f"no text for {type(card).__name__}")


@_render.register
def _question(card: QuestionCard) -> str:
    question = card.question
    late = " (late)" if card.late else ""
    asked = "Question of the day" if card.schedule_number else "A question for you"
    head = f"{asked}{late}: {question.title}\n{question.level} · {', '.join(question.topics)}"
    return "\n\n".join([head, question.prompt, *_choices(question)])


def _choices(question: Question) -> list[str]:
    if question.kind is not Kind.CHOICE:
        return []
    lines = (
        f"{letter}) {choice.text}"
        for letter, choice in zip("ABCDEFGH", question.choices, strict=False)
    )
    return ["\n".join(lines)]


@_render.register
def _reveal(card: RevealCard) -> str:
    parts = [f"Answer: {card.question.title}"]
    right = [choice for choice in card.question.choices if choice.right]
    parts += [f"Right: {choice.text}. {choice.why}" for choice in right]
    parts.append(card.question.answer)
    if card.counts:
        parts.append(f"{card.counts.answered} answered, {card.counts.revealed} looked.")
    else:
        parts += _reveal_notes(card)
    return "\n\n".join(parts)


def _reveal_notes(card: RevealCard) -> list[str]:
    notes = []
    if card.late:
        notes.append("This question's day is over, so it no longer counts for your streak.")
    if card.forfeits:
        notes.append("You looked before answering: no points for this one, your streak is safe.")
    return [" ".join([*notes, "How well did you know it?"])]


@_render.register
def _grade(card: GradeCard) -> str:
    grade = card.grade
    head = f"{round(grade.score * 100)} % ({grade.band}), scored by {grade.grader}"
    lines = [
        f"{_MARKS[point.verdict]} {_point(point.text, point.evidence)}" for point in grade.points
    ]
    parts = [head, "\n".join(lines), one_line(grade.feedback), _counted(card)]
    parts.append(f"Model answer\n\n{card.question.answer}")
    return "\n\n".join(part for part in parts if part)


def _point(text: str, evidence: str) -> str:
    said = f' (you: "{one_line(evidence)}")' if evidence else ""
    return f"{one_line(text)}{said}"


def _counted(card: GradeCard) -> str:
    if card.private:
        counted = "A question of your own: no points, just practice."
    elif not card.first:
        counted = "Practice: your first answer stays the one that counts."
    elif card.revealed:
        counted = "No points: the answer was already shown."
    elif card.late:
        counted = f"{_plural(card.earned, 'point')}, half because this question's day is over."
    else:
        counted = f"{_plural(card.earned, 'point')}."
    return f"{counted} Streak: {_plural(card.streak.current, 'question day')}."


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


@_render.register
def _streak(card: StreakCard) -> str:
    streak = card.streak
    lines = [
        f"{one_line(card.member)}: {_plural(streak.current, 'question day')} in a row",
        f"Longest {streak.longest} · freezes {streak.freezes} of 2 · {_next_freeze(streak)}",
    ]
    if card.away_until:
        lines.append(f"Away until {card.away_until}: the count waits.")
    if card.days:
        lines.append(f"{''.join(map(_day_mark, card.days))}  (# took part, * freeze, . missed,")
        lines[-1] += " ~ away, ? still open)"
    return "\n".join(lines)


def _next_freeze(streak: Streak) -> str:
    left = DAYS_PER_FREEZE - streak.current % DAYS_PER_FREEZE
    return f"next freeze in {_plural(left, 'question day')}"


def _day_mark(day: LedgerDay) -> str:
    if day.took_part:
        return "#"
    if day.freeze:
        return "*"
    if day.away:
        return "~"
    return "?" if day.open else "."


@_render.register
def _ledger(card: LedgerCard) -> str:
    head = f"{one_line(card.member)}: streak {card.streak.current}, longest {card.streak.longest}"
    if not card.days:
        return f"{head}\nThere was no question day yet."
    return "\n".join([head, *map(_ledger_line, card.days)])


def _ledger_line(day: LedgerDay) -> str:
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
    return f"{day.date:%Y-%m-%d %a}  {what:<34} streak {day.streak:>3}  freezes {day.freezes}"


@_render.register
def _leaderboard(card: LeaderboardCard) -> str:
    titles = {"week": "This week", "month": "This month", "all": "All time"}
    if not card.rows:
        return f"{titles[card.period]}: nobody has points yet. Answer today's question."
    rows = [*map(_standing, card.rows)]
    if card.own:
        rows += ["…", _standing(card.own)]
    return "\n".join([titles[card.period], *rows])


def _standing(row: Standing) -> str:
    return f"{row.rank:>3}. {one_line(row.member):<20} {row.points:>5} points  streak {row.streak}"


@_render.register
def _schedule(card: ScheduleCard) -> str:
    return f"Schedule {card.schedule.number} {card.said}".strip() + f".\n{_describe(card.schedule)}"


@_render.register
def _schedules(card: SchedulesCard) -> str:
    if not card.schedules:
        return "There is no schedule yet. Type: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin"
    return "\n".join(f"{schedule.number}. {_describe(schedule)}" for schedule in card.schedules)


def _describe(schedule: Schedule) -> str:
    words = [f"{one_line(schedule.channel)} at {schedule.rhythm}", one_line(str(schedule.wanted))]
    words.append(f"answer {'in the thread' if schedule.reveal == 'thread' else 'in private'}")
    if schedule.reveal_after:
        words.append(f"for all after {format_duration(schedule.reveal_after)}")
    if schedule.paused_because:
        words.append(f"paused: {one_line(schedule.paused_because)}")
    if schedule.next_due_at:
        local = schedule.next_due_at.astimezone(ZoneInfo(schedule.rhythm.zone))
        words.append(f"next {local:%a %Y-%m-%d %H:%M}")
    return " · ".join(words)


@_render.register
def _preview(card: PreviewCard) -> str:
    head = f"Next posts of schedule {card.schedule.number} ({card.schedule.rhythm.zone})"
    return "\n".join([head, *(f"{slot:%a %Y-%m-%d %H:%M %Z}" for slot in card.slots)])


@_render.register
def _status(card: StatusCard) -> str:
    zone = ZoneInfo(card.zone)
    schedules = _schedules(SchedulesCard(card.schedules))
    if not card.deliveries:
        return f"{schedules}\n\nNothing was due yet."
    lines = [_delivery_line(delivery, zone) for delivery in card.deliveries]
    return "\n".join([schedules, "", f"Newest posts ({card.zone})", *lines])


def _delivery_line(delivery: Delivery, zone: ZoneInfo) -> str:
    due = delivery.due_at.astimezone(zone)
    what = "answer" if delivery.purpose is Purpose.REVEAL else "question"
    line = f"{due:%Y-%m-%d %H:%M} {one_line(delivery.channel)} {what}: {delivery.state}"
    if delivery.posted_at:
        line += f", {format_duration(delivery.posted_at - delivery.due_at)} after it was due"
    if delivery.reason and delivery.state is not DeliveryState.CONFIRMED:
        line += f". {one_line(delivery.reason)}"
    return line


@_render.register
def _help(card: HelpCard) -> str:
    def listed(lines: tuple[tuple[str, str], ...]) -> list[str]:
        return [f"{usage}\n    {meaning}" for usage, meaning in lines]

    return "\n".join(
        [
            "A FastAPI interview question each day. React with :bulb: to see the answer.",
            "",
            *listed(card.lines),
            "",
            "For admins",
            *listed(card.admin_lines),
        ]
    )


@_render.register
def _topics(card: TopicsCard) -> str:
    topics = [f"{one_line(topic):<28} {count:>4}" for topic, count in card.topics]
    levels = [f"{level:<28} {count:>4}" for level, count in card.levels]
    return "\n".join(["Topics", *topics, "", "Levels", *levels])


@_render.register
def _notice(card: NoticeCard) -> str:
    return escape(card.text)


@_render.register
def _error(card: ErrorCard) -> str:
    return escape(card.text)


@_render.register
def _form(card: FormCard) -> str:
    fields = ", ".join(field.label for field in card.fields)
    return f"{card.title}\nFill in: {fields}. (Here: @you answers: …)"
