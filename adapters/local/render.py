"""Cards as plain text."""

from __future__ import annotations

import re
from functools import singledispatch
from zoneinfo import ZoneInfo

from bot.domain import interview_words, wording
from bot.domain.cards import (
    BankCard,
    BankQuestionCard,
    Card,
    DigestCard,
    ErrorCard,
    FormCard,
    FormField,
    GradeCard,
    HelpCard,
    HistoryCard,
    LeaderboardCard,
    LedgerCard,
    LinkCard,
    MockCard,
    MockHistoryCard,
    MockReportCard,
    NoticeCard,
    PastAnswerCard,
    PreviewCard,
    QuestionCard,
    QueueCard,
    RevealCard,
    ScheduleCard,
    SchedulesCard,
    Standing,
    StatusCard,
    StreakCard,
    TopicsCard,
)
from bot.domain.delivery import Delivery
from bot.domain.grading import Verdict
from bot.domain.question import Question
from bot.domain.schedule import Schedule
from bot.domain.streak import Outcome

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_PING = re.compile(r"@(?=\w)|<(?=[!@#&])")
_ZERO_WIDTH = "\u200b"
_MARKS = {Verdict.MET: "+", Verdict.PARTIAL: "~", Verdict.MISSING: "-", Verdict.WRONG: "x"}


def escape(text: str) -> str:
    """Make text that somebody typed harmless: it pings nobody and moves no cursor."""
    return _PING.sub(lambda match: match[0] + _ZERO_WIDTH, strip_control(text))


def strip_control(text: str) -> str:
    """Leave out what moves a cursor or turns the direction of a text."""
    return _CONTROL.sub("", text)


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
    kind, topics = wording.introduce_question(card), ", ".join(question.topics)
    head = f"{kind}: {question.title}\n{question.level} · {topics}"
    return "\n\n".join([head, question.prompt, *_choices(question)])


def _choices(question: Question) -> list[str]:
    lines = [f"{letter}) {choice.text}" for letter, choice in question.lettered.items()]
    return ["\n".join(lines)] if lines else []


@_render.register
def _reveal(card: RevealCard) -> str:
    parts = [f"Answer: {card.question.title}"]
    right = [choice for choice in card.question.choices if choice.right]
    parts += [f"Right: {choice.text}. {choice.why}" for choice in right]
    parts.append(card.question.answer)
    if card.counts:
        parts.append(wording.describe_counts(card.counts.answered, card.counts.revealed))
    else:
        parts.append(" ".join(wording.list_reveal_notes(card)))
    return "\n\n".join(parts)


@_render.register
def _grade(card: GradeCard) -> str:
    grade = card.grade
    by = wording.name_grader(grade.grader)
    head = f"{round(grade.score * 100)} % ({grade.band}), scored by {by}"
    lines = [
        f"{_MARKS[point.verdict]} {_point(point.text, point.evidence)}" for point in grade.points
    ]
    parts = [head, "\n".join(lines), one_line(grade.feedback), wording.describe_earned(card)]
    parts.append(f"Model answer\n\n{card.question.answer}")
    return "\n\n".join(part for part in parts if part)


@_render.register
def _history(card: HistoryCard) -> str:
    if not card.lines:
        return wording.NO_ANSWER_YET
    lines = [one_line(wording.describe_history_line(line)) for line in card.lines]
    return "\n".join([wording.introduce_history(card), *lines, wording.explain_history(card)])


@_render.register
def _past_answer(card: PastAnswerCard) -> str:
    past, grade = card.answer, card.answer.grade
    lines = [
        f"{_MARKS[point.verdict]} {_point(point.text, point.evidence)}" for point in grade.points
    ]
    parts = [
        f"#{past.number} {one_line(card.question.title)}",
        f"{wording.describe_past(past)}, scored by {one_line(wording.name_grader(grade.grader))}",
        card.question.prompt,
        f"Your answer\n\n{escape(wording.quote_answer(past))}",
        "\n".join(lines),
        one_line(grade.feedback),
        f"Model answer\n\n{card.question.answer}",
    ]
    return "\n\n".join(part for part in parts if part)


def _point(text: str, evidence: str) -> str:
    said = f' (you: "{one_line(evidence)}")' if evidence else ""
    return f"{one_line(text)}{said}"


_DAYS = {
    Outcome.TOOK_PART: "#",
    Outcome.FREEZE: "*",
    Outcome.MISSED: ".",
    Outcome.AWAY: "~",
    Outcome.OPEN: "?",
}


@_render.register
def _streak(card: StreakCard) -> str:
    number = wording.plural(card.streak.current, "question day")
    lines = [f"{one_line(card.member)}: {number} in a row", wording.describe_streak(card.streak)]
    if card.away_until:
        lines.append(f"Away until {card.away_until}: the count waits.")
    if card.days:
        marks = "".join(_DAYS[day.outcome] for day in card.days)
        lines.append(f"{marks}  (# took part, * freeze, . missed, ~ away, ? still open)")
    return "\n".join(lines)


@_render.register
def _ledger(card: LedgerCard) -> str:
    head = f"{one_line(card.member)}: streak {card.streak.current}, longest {card.streak.longest}"
    if not card.days:
        return f"{head}\n{wording.NO_QUESTION_DAY}"
    return "\n".join([head, *map(wording.describe_ledger_day, card.days)])


@_render.register
def _leaderboard(card: LeaderboardCard) -> str:
    title = wording.PERIODS[card.period]
    if not card.rows:
        return f"{title}\n{wording.NOBODY_YET}"
    rows = [*map(_standing, card.rows)]
    if card.own:
        rows += ["…", _standing(card.own)]
    return "\n".join([title, *rows])


@_render.register
def _digest(card: DigestCard) -> str:
    news = [one_line(line) for line in wording.list_digest_news(card)]
    return "\n".join([card.title, *map(_standing, card.rows), *news])


def _standing(row: Standing) -> str:
    return f"{row.rank:>3}. {one_line(row.member):<20} {row.points:>5} points  streak {row.streak}"


@_render.register
def _mock(card: MockCard) -> str:
    question, topics = card.question, ", ".join(card.question.topics)
    what = interview_words.introduce_step(card.number, card.of, card.follow_up)
    head = f"{what}: {question.title}\n{question.level} · {topics}"
    parts = [head, card.said, *_asked_on(card), question.prompt, *_choices(question)]
    return "\n\n".join(part for part in parts if part)


def _asked_on(card: MockCard) -> list[str]:
    if not card.follow_up:
        return []
    return [escape(card.follow_up), interview_words.ASK_ON, interview_words.FIRST_ASKED]


@_render.register
def _mock_report(card: MockReportCard) -> str:
    report = card.report
    parts = [f"Mock interview: {interview_words.describe_report(report)}"]
    for title, lines in interview_words.list_sections(report):
        parts.append("\n".join([title, *(f"- {one_line(line)}" for line in lines)]))
    parts.append(interview_words.MODEL_ANSWERS)
    parts += [f"{item.question.title}\n{item.question.answer}" for item in report.items]
    return "\n\n".join(parts)


@_render.register
def _mock_history(card: MockHistoryCard) -> str:
    if not card.interviews:
        return interview_words.NO_HISTORY
    lines = interview_words.list_history(card.interviews, card.zone)
    return "\n".join(["Your mock interviews", *lines, interview_words.describe_trend(card.trend)])


@_render.register
def _schedule(card: ScheduleCard) -> str:
    return f"Schedule {card.schedule.number} {card.said}".strip() + f".\n{_describe(card.schedule)}"


@_render.register
def _schedules(card: SchedulesCard) -> str:
    if not card.schedules:
        return wording.NO_SCHEDULE
    return "\n".join(f"{schedule.number}. {_describe(schedule)}" for schedule in card.schedules)


def _describe(schedule: Schedule) -> str:
    facts = " · ".join(map(one_line, wording.list_schedule_facts(schedule)))
    return f"{one_line(schedule.channel)} {facts}"


@_render.register
def _preview(card: PreviewCard) -> str:
    head = wording.introduce_preview(card)
    return "\n".join([head, *(f"{slot:%a %Y-%m-%d %H:%M %Z}" for slot in card.slots)])


@_render.register
def _status(card: StatusCard) -> str:
    zone = ZoneInfo(card.zone)
    schedules = _schedules(SchedulesCard(card.schedules))
    grading = "\n".join(map(one_line, wording.list_grading_facts(card.grading)))
    if not card.deliveries:
        return f"{schedules}\n\n{wording.NOTHING_DUE}\n\n{grading}"
    lines = [_delivery_line(delivery, zone) for delivery in card.deliveries]
    head, older = wording.introduce_posts(card), wording.explain_posts(card)
    listed = [f"{head} ({card.zone})", *lines, *([older] if older else [])]
    return "\n".join([schedules, "", *listed, "", grading])


def _delivery_line(delivery: Delivery, zone: ZoneInfo) -> str:
    due = delivery.due_at.astimezone(zone)
    fate = one_line(wording.describe_fate(delivery))
    return f"{due:%Y-%m-%d %H:%M} {one_line(delivery.channel)} {fate}"


@_render.register
def _queue(card: QueueCard) -> str:
    parts = [wording.count_queue(card)]
    for entry in card.entries:
        facts = wording.list_entry_facts(entry)
        listed = "\n".join(f"{head}: {escape(text)}" for head, text in facts)
        parts.append(f"{one_line(wording.name_entry(entry))}\n{listed}")
    return "\n\n".join(parts)


@_render.register
def _bank(card: BankCard) -> str:
    rows = [
        f"{row.entry.summary.id}: {one_line(row.title)}\n    {wording.introduce_row(row)}\n"
        f"    {wording.describe_row(row)}"
        for row in card.rows
    ]
    return "\n".join(part for part in [card.said, *rows, wording.count_pages(card)] if part)


@_render.register
def _bank_question(card: BankQuestionCard) -> str:
    question, row = card.question, card.row
    parts = [
        f"{question.id}: {one_line(question.title)}\n{wording.introduce_row(row)}\n"
        f"{wording.describe_row(row)}",
        question.prompt,
        escape(wording.list_choices(question)),
        f"Model answer\n\n{question.answer}",
        escape(wording.list_key_points(question)),
    ]
    return "\n\n".join(part for part in parts if part)


@_render.register
def _help(card: HelpCard) -> str:
    def listed(lines: tuple[tuple[str, str], ...]) -> list[str]:
        return [f"{usage}\n    {meaning}" for usage, meaning in lines]

    return "\n".join(
        [
            f"A FastAPI interview question each day. {wording.invite_reaction(card.emoji)}",
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
def _link(card: LinkCard) -> str:
    return f"{escape(card.text)}\n{card.url}"


@_render.register
def _error(card: ErrorCard) -> str:
    return escape(card.text)


@_render.register
def _form(card: FormCard) -> str:
    if card.form == "answer":
        return f"{card.title}\nFill in: Your answer. (Here: @you answers: …)"
    lines = map(_field_line, card.fields)
    return "\n".join([one_line(card.title), *lines, '(Here: @you fills in name:value other:"…")'])


def _field_line(field: FormField) -> str:
    held = f" [{one_line(field.value)}]" if field.value else ""
    return f"  {field.name}: {one_line(field.label)}{held}"
