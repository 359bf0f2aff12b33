"""Cards as Block Kit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, singledispatch
from zoneinfo import ZoneInfo

from adapters.slack import interviews
from adapters.slack.blocks import (
    Block,
    Element,
    Page,
    buttons,
    context,
    defuse,
    header,
    lines,
    make_page,
    one_line,
    paginate,
    preformatted,
    rich,
    section,
    text,
)
from adapters.slack.markdown import render_markdown
from bot.domain import wording
from bot.domain.cards import (
    BankCard,
    BankQuestionCard,
    Card,
    Counts,
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
from bot.domain.emoji import BULB
from bot.domain.grading import Grade, Verdict
from bot.domain.question import Kind, Question
from bot.domain.schedule import Schedule
from bot.domain.streak import Outcome

_MARKS = {
    Verdict.MET: "✅",
    Verdict.PARTIAL: "🟡",
    Verdict.MISSING: "⬜",
    Verdict.WRONG: "❌",
}
_LETTERS = "ABCDEFGH"
_CONTINUED = "Continued in the thread."


def render_card(card: Card) -> list[Page]:
    """Return the messages that show a card: one, or more where Slack's limits want it.

    The first block of each is named after the card's kind. A question keeps its buttons
    in the first message, everything else has them at the end.
    """
    if isinstance(card, QuestionCard):
        first, *rest = _question_pages(replace(card, key="", workspace=""))
        return [Page([*first.blocks, *buttons(card.buttons)], first.fallback), *rest]
    pages = paginate(_render(card) or rich(section(text("…"))))
    pages[-1] += buttons(getattr(card, "buttons", ()))
    return _name_pages(card.kind, pages)


@lru_cache(maxsize=1024)
def _question_pages(card: QuestionCard) -> Sequence[Page]:
    """Return a question's messages without its buttons: thousands of channels get the same."""
    pages = paginate(_render(card))
    if len(pages) > 1:
        pages[0] += context(_CONTINUED)
    return _name_pages(card.kind, pages)


def _name_pages(kind: str, pages: Sequence[list[Block]]) -> list[Page]:
    for number, page in enumerate(pages, start=1):
        page[0] = {**page[0], "block_id": kind if number == 1 else f"{kind}-{number}"}
    return [make_page(page) for page in pages]


def render_counts(counts: Counts) -> list[Block]:
    """Return the line that a question gets when its answer was posted for all."""
    return context(
        f"{wording.describe_counts(counts.answered, counts.revealed)} The answer is in the thread."
    )


COUNTS_BLOCK = "counts"
"""The block_id of that line, so that a later one takes its place."""


@singledispatch
def _render(card: Card) -> list[Block]:
    raise TypeError(f"no blocks for {type(card).__name__}")


@_render.register
def _question(card: QuestionCard) -> list[Block]:
    question = card.question
    return [
        *header(f"{wording.introduce_question(card)}: {one_line(question.title)}"),
        *context(f"{question.level} · {one_line(', '.join(question.topics))}"),
        *rich(*render_markdown(question.prompt), *_choices(question)),
        *_hint(card),
    ]


def _choices(question: Question) -> list[Element]:
    if question.kind is not Kind.CHOICE:
        return []
    return [
        section(text(f"\n{letter}) ", bold=True), text(defuse(choice.text)))
        for letter, choice in zip(_LETTERS, question.choices, strict=False)
    ]


def _hint(card: QuestionCard) -> list[Block]:
    if card.schedule_number is None:
        return []
    if card.emoji == BULB or not card.emoji.isascii():
        return context(wording.invite_reaction(card.emoji))
    emoji: Element = {"type": "emoji", "name": card.emoji}
    return rich(section(text("React with "), emoji, text(" to see the answer.")))


@_render.register
def _reveal(card: RevealCard) -> list[Block]:
    question = card.question
    right = [
        section(text("Right: ", bold=True), text(f"{defuse(choice.text)}. {defuse(choice.why)}\n"))
        for choice in question.choices
        if choice.right
    ]
    note = " ".join(wording.list_reveal_notes(card))
    if card.counts:
        note = wording.describe_counts(card.counts.answered, card.counts.revealed)
    return [
        *header(f"Answer: {one_line(question.title)}"),
        *rich(*right, *render_markdown(question.answer)),
        *context(note),
    ]


@_render.register
def _grade(card: GradeCard) -> list[Block]:
    grade = card.grade
    return [
        *header(f"{round(grade.score * 100)} %, {grade.band}"),
        *_verdicts(grade),
        *context(f"{wording.describe_earned(card)} Scored by {one_line(grade.grader)}."),
        *header("Model answer"),
        *rich(*render_markdown(card.question.answer)),
    ]


def _verdicts(grade: Grade) -> list[Block]:
    points = [
        section(text(f"{_MARKS[point.verdict]} {one_line(point.text)}"), *_quote(point.evidence))
        for point in grade.points
    ]
    return rich(*points, *lines(one_line(grade.feedback)))


@_render.register
def _history(card: HistoryCard) -> list[Block]:
    if not card.lines:
        return rich(*lines(wording.NO_ANSWER_YET))
    listed = [
        section(text(f"{one_line(wording.describe_history_line(line))}\n")) for line in card.lines
    ]
    return [
        *header(wording.introduce_history(card)),
        *rich(*listed),
        *context(wording.explain_history(card)),
    ]


@_render.register
def _past_answer(card: PastAnswerCard) -> list[Block]:
    past, grade = card.answer, card.answer.grade
    return [
        *header(f"#{past.number} {one_line(card.question.title)}"),
        *context(f"{wording.describe_past(past)}. Scored by {one_line(grade.grader)}."),
        *rich(*render_markdown(card.question.prompt)),
        *header("Your answer"),
        *rich(*lines(defuse(wording.quote_answer(past)))),
        *_verdicts(grade),
        *header("Model answer"),
        *rich(*render_markdown(card.question.answer)),
    ]


def _quote(evidence: str) -> list[Element]:
    return [text(f' (you: "{one_line(evidence)}")', italic=True)] if evidence else []


@_render.register
def _streak(card: StreakCard) -> list[Block]:
    said = [wording.describe_streak(card.streak)]
    if card.away_until:
        said.append(f"Away until {card.away_until}: the count waits.")
    if card.days:
        said.append("".join(_DAYS[day.outcome] for day in card.days))
    number = wording.plural(card.streak.current, "question day")
    head = f"{one_line(card.member)}: {number} in a row"
    legend = context("🟩 took part · ❄️ freeze · ⬜ missed · 💤 away · ⏳ still open")
    return [*header(head), *rich(*lines("\n".join(said))), *(legend if card.days else [])]


_DAYS = {
    Outcome.TOOK_PART: "🟩",
    Outcome.FREEZE: "❄️",
    Outcome.MISSED: "⬜",
    Outcome.AWAY: "💤",
    Outcome.OPEN: "⏳",
}


@_render.register
def _ledger(card: LedgerCard) -> list[Block]:
    head = f"{one_line(card.member)}: streak {card.streak.current}, longest {card.streak.longest}"
    if not card.days:
        return [*header(head), *rich(*lines(wording.NO_QUESTION_DAY))]
    return [
        *header(head),
        *rich(preformatted("\n".join(map(wording.describe_ledger_day, card.days)))),
    ]


@_render.register
def _leaderboard(card: LeaderboardCard) -> list[Block]:
    title = wording.PERIODS[card.period]
    if not card.rows:
        return [*header(title), *rich(*lines(wording.NOBODY_YET))]
    rows = [*map(_standing, card.rows)]
    if card.own:
        rows += ["…", _standing(card.own)]
    return [*header(title), *rich(preformatted("\n".join(rows)))]


@_render.register
def _digest(card: DigestCard) -> list[Block]:
    table = preformatted("\n".join(map(_standing, card.rows)))
    news = "\n".join(map(one_line, wording.list_digest_news(card)))
    return [*header(card.title), *rich(table, *(lines(news) if news else []))]


def _standing(row: Standing) -> str:
    return f"{row.rank:>3}. {one_line(row.member):<20} {row.points:>5} points  streak {row.streak}"


@_render.register
def _mock(card: MockCard) -> list[Block]:
    return interviews.show_step(card, _choices(card.question))


_render.register(interviews.show_report)
_render.register(interviews.show_history)


@_render.register
def _schedule(card: ScheduleCard) -> list[Block]:
    said = f"Schedule {card.schedule.number} {card.said}".strip() + "."
    return rich(section(text(f"{one_line(said)}\n", bold=True), *_describe(card.schedule)))


@_render.register
def _schedules(card: SchedulesCard) -> list[Block]:
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


@_render.register
def _preview(card: PreviewCard) -> list[Block]:
    head = f"Next posts of schedule {card.schedule.number} ({card.schedule.rhythm.zone})"
    slots = "\n".join(f"{slot:%a %Y-%m-%d %H:%M %Z}" for slot in card.slots)
    return [*header(head), *rich(preformatted(slots or "none"))]


@_render.register
def _status(card: StatusCard) -> list[Block]:
    schedules = _schedules(SchedulesCard(card.schedules))
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


@_render.register
def _queue(card: QueueCard) -> list[Block]:
    """Drafts are shown as they were typed: in preformatted text, where nothing is rendered."""
    blocks = rich(*lines(wording.count_queue(card)))
    for entry in card.entries:
        blocks += header(one_line(wording.name_entry(entry)))
        for head, words in wording.list_entry_facts(entry):
            blocks += rich(section(text(head, bold=True)), preformatted(defuse(words)))
    return blocks


@_render.register
def _bank(card: BankCard) -> list[Block]:
    rows = [
        section(
            text(f"\n{one_line(row.title)}\n", bold=True),
            text(row.entry.summary.id, code=True),
            text(f" {wording.introduce_row(row)}\n{wording.describe_row(row)}"),
        )
        for row in card.rows
    ]
    pages = wording.count_pages(card)
    return [*rich(*lines(defuse(card.said)), *rows), *(context(pages) if pages else [])]


@_render.register
def _bank_question(card: BankQuestionCard) -> list[Block]:
    question, row = card.question, card.row
    choices = wording.list_choices(question)
    points = wording.list_key_points(question)
    return [
        *header(f"{question.id}: {one_line(question.title)}"),
        *context(f"{wording.introduce_row(row)} · {wording.describe_row(row)}"),
        *rich(*render_markdown(question.prompt), *lines(defuse(choices))),
        *header("Model answer"),
        *rich(*render_markdown(question.answer), *lines(defuse(points))),
    ]


@_render.register
def _help(card: HelpCard) -> list[Block]:
    return [
        *header("FastAPI Quiz"),
        *rich(
            *lines(
                f"A FastAPI interview question each day. {wording.invite_reaction(card.emoji)}\n"
            ),
            *_usages(card.lines),
        ),
        *header("For admins"),
        *rich(*_usages(card.admin_lines)),
    ]


def _usages(listed: tuple[tuple[str, str], ...]) -> list[Element]:
    return [section(text(usage, code=True), text(f"\n    {meaning}")) for usage, meaning in listed]


@_render.register
def _topics(card: TopicsCard) -> list[Block]:
    def table(rows: tuple[tuple[str, int], ...]) -> list[Block]:
        listed = "\n".join(f"{one_line(name):<28} {count:>4}" for name, count in rows)
        return rich(preformatted(listed or "none"))

    return [*header("Topics"), *table(card.topics), *header("Levels"), *table(card.levels)]


@_render.register
def _notice(card: NoticeCard) -> list[Block]:
    return rich(*lines(defuse(card.text) or "…"))


@_render.register
def _link(card: LinkCard) -> list[Block]:
    return rich(*lines(f"{card.text}\n"), section({"type": "link", "url": card.url}))


@_render.register
def _error(card: ErrorCard) -> list[Block]:
    return rich(*lines(defuse(card.text)))


@_render.register
def _form(card: FormCard) -> list[Block]:
    """What is said where no form can be opened."""
    how = f"Type: /fastapi-quiz {card.form}"
    return rich(*lines(f"{one_line(card.title)}\n{how}"))
