"""Cards as plain text: which card is shown by what."""

from __future__ import annotations

from functools import singledispatch

from adapters.local import grades, interviews, schedules
from adapters.local.text import escape, one_line
from bot.domain import bank_words, wording
from bot.domain.cards import (
    BankCard,
    BankQuestionCard,
    Card,
    DigestCard,
    ErrorCard,
    FormCard,
    FormField,
    HelpCard,
    LeaderboardCard,
    LedgerCard,
    LinkCard,
    MockCard,
    NoticeCard,
    QuestionCard,
    QueueCard,
    RevealCard,
    Standing,
    StreakCard,
    TopicsCard,
)
from bot.domain.question import Question
from bot.domain.streak import Outcome


def render_card(card: Card) -> str:
    """Return the whole text of a card, with its buttons in brackets on the last line."""
    buttons = " ".join(f"[{button.label}]" for button in getattr(card, "buttons", ()))
    body = _render(card)
    return f"{body}\n{buttons}" if buttons else body


@singledispatch
def _render(card: Card) -> str:
    raise TypeError(f"no text for {type(card).__name__}")


_render.register(grades.show_grade)
_render.register(grades.show_history)
_render.register(grades.show_past_answer)
_render.register(interviews.show_history)
_render.register(interviews.show_report)
_render.register(schedules.show_preview)
_render.register(schedules.show_schedule)
_render.register(schedules.show_schedules)
_render.register(schedules.show_status)


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
def _mock(card: MockCard) -> str:
    return interviews.show_step(card, _choices(card.question))


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


_DAYS = {
    Outcome.TOOK_PART: "#",
    Outcome.FREEZE: "*",
    Outcome.MISSED: ".",
    Outcome.AWAY: "~",
    Outcome.OPEN: "?",
}


@_render.register
def _streak(card: StreakCard) -> str:
    head = f"{one_line(wording.write_name(card.member))}: {wording.introduce_streak(card.streak)}"
    lines = [head, *wording.explain_streak(card)]
    if card.days:
        marks = "".join(_DAYS[day.outcome] for day in card.days)
        lines.append(f"{marks}  (# took part, * freeze, . missed, ~ away, ? still open)")
    return "\n".join(lines)


@_render.register
def _ledger(card: LedgerCard) -> str:
    head = f"{one_line(wording.write_name(card.member))}: {wording.introduce_ledger(card.streak)}"
    if not card.days:
        return f"{head}\n{wording.NO_QUESTION_DAY}"
    return "\n".join([head, *wording.list_ledger(card.days)])


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
    return f"{row.rank:>3}. {one_line(wording.describe_standing(row))}"


@_render.register
def _queue(card: QueueCard) -> str:
    parts = [bank_words.count_queue(card)]
    for entry in card.entries:
        facts = bank_words.list_entry_facts(entry)
        listed = "\n".join(f"{head}: {escape(text)}" for head, text in facts)
        parts.append(f"{one_line(bank_words.name_entry(entry))}\n{listed}")
    return "\n\n".join(parts)


@_render.register
def _bank(card: BankCard) -> str:
    rows = [
        f"{row.entry.summary.id}: {one_line(row.title)}\n    {bank_words.introduce_row(row)}\n"
        f"    {bank_words.describe_row(row)}"
        for row in card.rows
    ]
    return "\n".join(part for part in [card.said, *rows, bank_words.count_pages(card)] if part)


@_render.register
def _bank_question(card: BankQuestionCard) -> str:
    question, row = card.question, card.row
    parts = [
        f"{question.id}: {one_line(question.title)}\n{bank_words.introduce_row(row)}\n"
        f"{bank_words.describe_row(row)}",
        question.prompt,
        escape(bank_words.list_choices(question)),
        f"Model answer\n\n{question.answer}",
        escape(bank_words.list_key_points(question)),
    ]
    return "\n\n".join(part for part in parts if part)


@_render.register
def _help(card: HelpCard) -> str:
    def listed(lines: tuple[tuple[str, str], ...]) -> list[str]:
        return [f"{usage}\n    {meaning}" for usage, meaning in lines]

    for_admins = ["For admins", *listed(card.admin_lines)] if card.admin_lines else []
    rest = for_admins or [wording.name_admins_part(card)]
    return "\n".join([wording.introduce_help(card), "", *listed(card.lines), "", *rest])


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
