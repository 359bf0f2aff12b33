"""Cards as pages of Discord messages, split where a text is too long, never cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import singledispatch

from adapters.discord import interviews, limits
from adapters.discord.hints import name_options
from adapters.discord.limits import measure
from adapters.discord.markdown import join_lines
from adapters.discord.messages import AMBER, GREEN, RED, Page
from adapters.discord.tables import (
    describe_delivery,
    describe_point,
    describe_schedule,
    describe_standing,
    draw_days,
    list_choices,
)
from adapters.discord.text import escape, one_line, shorten, show_code, split_markdown
from bot.domain import bank_words, interview_words, wording
from bot.domain.cards import (
    BankCard,
    BankQuestionCard,
    Button,
    Card,
    DigestCard,
    ErrorCard,
    FormCard,
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
    StatusCard,
    StreakCard,
    TopicsCard,
)

PAGE_TEXT = limits.EMBED_TEXT
_EMPTY = "\u200b"


def render_card(card: Card) -> list[Page]:
    """Return the card as pages of messages.

    Buttons are on the last one, but on the first where they carry the key of a post.
    """
    made = _render(card)
    whole = replace(made, text=name_options(made.text), footer=name_options(made.footer))
    room = limits.LAYOUT_TEXT - 2 * limits.EMBED_TITLE if whole.hidden else PAGE_TEXT
    title, text = _fit_title(whole.title, whole.text)
    parts = split_markdown(text, room) or [_EMPTY]
    pages = [Page(part, colour=whole.colour, hidden=whole.hidden) for part in parts]
    at = 0 if isinstance(card, QuestionCard) or whole.hidden else -1
    pages[at] = replace(pages[at], buttons=whole.buttons)
    pages[-1] = replace(pages[-1], footer=shorten(whole.footer, limits.EMBED_FOOTER // 2))
    pages[0] = replace(pages[0], title=title)
    return pages


def show_typed(values: Mapping[str, str]) -> list[Page]:
    """Return what somebody filled into a form that was refused, to be copied from there."""
    fields = (
        f"**{wording.name_field(name)}**\n{show_code(text)}"
        for name, text in values.items()
        if text.strip()
    )
    parts = split_markdown("\n".join(fields), PAGE_TEXT)
    return [Page(part, "What you typed" if not at else "") for at, part in enumerate(parts)]


def _fit_title(title: str, text: str) -> tuple[str, str]:
    """A title that is too long is repeated whole above the text."""
    if measure(title) <= limits.EMBED_TITLE:
        return title, text
    return shorten(title, limits.EMBED_TITLE), f"{title}\n\n{text}"


@singledispatch
def _render(card: Card) -> Page:
    raise TypeError(f"no message for {type(card).__name__}")


@_render.register
def _question(card: QuestionCard) -> Page:
    question = card.question
    return Page(
        _join(join_lines(question.prompt), list_choices(question)),
        f"{wording.introduce_question(card)}: {escape(question.title)}",
        f"{question.level.value} · {', '.join(question.topics)}",
        buttons=card.buttons,
    )


@_render.register
def _reveal(card: RevealCard) -> Page:
    right = [choice for choice in card.question.choices if choice.right]
    said = [f"Right: {escape(choice.text)}. {escape(choice.why)}" for choice in right]
    text = _join(*said, join_lines(card.question.answer))
    title = f"Answer: {escape(card.question.title)}"
    if card.counts:
        own = Button("My streak", "command", card.key, "streak")
        counted = wording.describe_counts(card.counts.answered, card.counts.revealed)
        return Page(text, title, counted, GREEN, (own,), hidden=True)
    return Page(
        _join(text, *_stress(wording.list_reveal_notes(card))), title, "", GREEN, card.buttons
    )


def _stress(notes: Sequence[str]) -> Iterable[str]:
    """Set all notes but the last, which is a question, in italics."""
    *said, asked = notes
    return [*(f"*{note}*" for note in said), asked]


@_render.register
def _grade(card: GradeCard) -> Page:
    grade = card.grade
    points = "\n".join(map(describe_point, grade.points))
    return Page(
        _join(
            points,
            one_line(grade.feedback),
            one_line(wording.describe_earned(card)),
            "**Model answer**",
            join_lines(card.question.answer),
        ),
        f"{round(grade.score * 100)} % · {grade.band.value}",
        f"scored by {wording.name_grader(grade.grader)}",
        GREEN if grade.score >= 0.6 else AMBER,
    )


@_render.register
def _history(card: HistoryCard) -> Page:
    if not card.lines:
        return Page(wording.NO_ANSWER_YET)
    lines = [one_line(wording.describe_history_line(line)) for line in card.lines]
    return Page("\n".join(lines), wording.introduce_history(card), wording.explain_history(card))


@_render.register
def _past_answer(card: PastAnswerCard) -> Page:
    past, grade = card.answer, card.answer.grade
    return Page(
        _join(
            join_lines(card.question.prompt),
            "**Your answer**",
            escape(wording.quote_answer(past)),
            "\n".join(map(describe_point, grade.points)),
            one_line(grade.feedback),
            "**Model answer**",
            join_lines(card.question.answer),
        ),
        f"#{past.number} {escape(card.question.title)}",
        f"{wording.describe_past(past)}, scored by {wording.name_grader(grade.grader)}",
        GREEN if grade.score >= 0.6 else AMBER,
    )


@_render.register
def _streak(card: StreakCard) -> Page:
    title = f"{one_line(wording.write_name(card.member))}: {wording.introduce_streak(card.streak)}"
    lines = wording.explain_streak(card)
    if card.days:
        lines += ["", draw_days(card.days)]
    return Page("\n".join(lines), title)


@_render.register
def _ledger(card: LedgerCard) -> Page:
    title = f"{one_line(wording.write_name(card.member))}: {wording.introduce_ledger(card.streak)}"
    if not card.days:
        return Page(wording.NO_QUESTION_DAY, title)
    return Page("\n".join(wording.list_ledger(card.days)), title)


@_render.register
def _leaderboard(card: LeaderboardCard) -> Page:
    title = wording.PERIODS[card.period]
    if not card.rows:
        return Page(wording.NOBODY_YET, title)
    rows = [*map(describe_standing, card.rows)]
    if card.own:
        rows += ["…", describe_standing(card.own)]
    return Page("\n".join(rows), title)


@_render.register
def _digest(card: DigestCard) -> Page:
    rows = "\n".join(map(describe_standing, card.rows))
    news = "\n".join(map(one_line, wording.list_digest_news(card)))
    return Page(_join(rows, news), card.title, buttons=card.buttons)


@_render.register
def _mock(card: MockCard) -> Page:
    return Page(
        _join(
            *interviews.write_step(card),
            join_lines(card.question.prompt),
            list_choices(card.question),
        ),
        interviews.name_step(card),
        f"{card.question.level.value} · {', '.join(card.question.topics)}",
        AMBER,
        card.buttons,
    )


@_render.register
def _mock_report(card: MockReportCard) -> Page:
    title = interview_words.introduce_report(card.report)
    text = _join(*interviews.write_report(card.report))
    return Page(text, title, colour=GREEN, buttons=card.buttons)


@_render.register
def _mock_history(card: MockHistoryCard) -> Page:
    return Page(_join(*interviews.write_history(card)), interview_words.HISTORY)


@_render.register
def _schedule(card: ScheduleCard) -> Page:
    title = escape(wording.introduce_schedule(card))
    return Page(describe_schedule(card.schedule), title, colour=GREEN)


@_render.register
def _schedules(card: SchedulesCard) -> Page:
    return Page(_list_schedules(card), "Schedules")


def _list_schedules(card: SchedulesCard | StatusCard) -> str:
    if not card.schedules:
        return wording.NO_SCHEDULE
    pairs = ((schedule.number, describe_schedule(schedule)) for schedule in card.schedules)
    return "\n".join(f"**{number}**  {text}" for number, text in pairs)


@_render.register
def _preview(card: PreviewCard) -> Page:
    return Page(show_code("\n".join(wording.list_slots(card))), wording.introduce_preview(card))


@_render.register
def _status(card: StatusCard) -> Page:
    newest = [describe_delivery(delivery, card.zone) for delivery in card.deliveries]
    posts = "\n".join(newest) if newest else wording.NOTHING_DUE
    grading = "\n".join(map(escape, wording.list_grading_facts(card.grading)))
    head = f"**{wording.introduce_posts(card)}** ({card.zone})"
    older = wording.explain_posts(card)
    return Page(_join(_list_schedules(card), head, posts, older, grading), "Status")


@_render.register
def _queue(card: QueueCard) -> Page:
    """Drafts are shown as they were typed: in code blocks, where nothing is rendered."""
    parts = [bank_words.count_queue(card)]
    for entry in card.entries:
        parts.append(f"**{one_line(bank_words.name_entry(entry))}**")
        parts += [f"{head}\n{show_code(text)}" for head, text in bank_words.list_entry_facts(entry)]
    return Page("\n".join(parts), "Queue", buttons=card.buttons)


@_render.register
def _bank(card: BankCard) -> Page:
    rows = [
        f"**{escape(row.title)}**\n`{row.entry.summary.id}` "
        f"{escape(bank_words.introduce_row(row))}\n{bank_words.describe_row(row)}"
        for row in card.rows
    ]
    return Page(_join(escape(card.said), *rows), "Questions", bank_words.count_pages(card))


@_render.register
def _bank_question(card: BankQuestionCard) -> Page:
    question, row = card.question, card.row
    text = _join(
        f"`{question.id}` {escape(bank_words.introduce_row(row))}\n{bank_words.describe_row(row)}",
        join_lines(question.prompt),
        escape(bank_words.list_choices(question)),
        "**Model answer**",
        join_lines(question.answer),
        escape(bank_words.list_key_points(question)),
    )
    return Page(text, escape(question.title))


@_render.register
def _help(card: HelpCard) -> Page:
    def listed(lines: Sequence[tuple[str, str]]) -> str:
        return "\n".join(f"`{usage}`\n{escape(meaning)}" for usage, meaning in lines)

    intro = wording.introduce_help(card)
    for_admins = f"**For admins**\n\n{listed(card.admin_lines)}" if card.admin_lines else ""
    rest = for_admins or wording.name_admins_part(card)
    return Page(_join(intro, listed(card.lines), rest), "FastAPI Quiz", buttons=card.buttons)


@_render.register
def _topics(card: TopicsCard) -> Page:
    topics = [f"{topic:<28} {count:>4}" for topic, count in card.topics]
    levels = [f"{level:<28} {count:>4}" for level, count in card.levels]
    return Page(show_code("\n".join([*topics, "", *levels])), "Topics and levels")


@_render.register
def _notice(card: NoticeCard) -> Page:
    return Page(escape(card.text), buttons=card.buttons)


@_render.register
def _link(card: LinkCard) -> Page:
    return Page(f"{escape(card.text)}\n<{card.url}>")


@_render.register
def _error(card: ErrorCard) -> Page:
    return Page(escape(card.text), colour=RED)


@_render.register
def _form(card: FormCard) -> Page:
    action = "answer" if card.form == "answer" else "form"
    value = "" if card.form == "answer" else card.form
    button = Button("Open the form", action, card.key, value)
    return Page("It is ready to be filled in.", escape(card.title), buttons=(button,))


def _join(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
