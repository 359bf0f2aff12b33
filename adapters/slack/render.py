"""Cards as Block Kit: which card is shown by what, and how it becomes messages."""

from __future__ import annotations

from functools import singledispatch

from adapters.slack import bank, grades, interviews, questions, schedules, standings
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
from bot.domain import wording
from bot.domain.cards import (
    Card,
    ErrorCard,
    FormCard,
    HelpCard,
    LinkCard,
    NoticeCard,
    QuestionCard,
    QueueCard,
    TopicsCard,
)

_CONTINUED = "Continued in the thread."


def render_card(card: Card) -> list[Page]:
    """Return the messages that show a card: one, or more where Slack's limits want it.

    The first block of each is named after the card's kind.
    """
    pages = _lay_out(card)
    for number, page in enumerate(pages, start=1):
        page[0] = {**page[0], "block_id": card.kind if number == 1 else f"{card.kind}-{number}"}
    return [make_page(page) for page in pages]


@singledispatch
def _lay_out(card: Card) -> list[list[Block]]:
    """Spread a card over messages, its buttons at the end."""
    pages = paginate(_render(card) or rich(section(text("…"))))
    pages[-1] += buttons(getattr(card, "buttons", ()))
    return pages


@_lay_out.register
def _lay_out_question(card: QuestionCard) -> list[list[Block]]:
    """Keep its buttons in the first message; the others are in its thread."""
    pages = paginate(_render(card))
    if len(pages) > 1:
        pages[0] += context(_CONTINUED)
    pages[0] += buttons(card.buttons)
    return pages


@_lay_out.register
def _lay_out_queue(card: QueueCard) -> list[list[Block]]:
    """Leave its buttons where they are: each entry has its own among its blocks."""
    return paginate(_render(card))


@singledispatch
def _render(card: Card) -> list[Block]:
    raise TypeError(f"no blocks for {type(card).__name__}")


_render.register(bank.show_bank)
_render.register(bank.show_bank_question)
_render.register(bank.show_queue)
_render.register(grades.show_grade)
_render.register(grades.show_history)
_render.register(grades.show_past_answer)
_render.register(interviews.show_history)
_render.register(interviews.show_report)
_render.register(interviews.show_step)
_render.register(questions.show_question)
_render.register(questions.show_reveal)
_render.register(schedules.show_preview)
_render.register(schedules.show_schedule)
_render.register(schedules.show_schedules)
_render.register(schedules.show_status)
_render.register(standings.show_digest)
_render.register(standings.show_leaderboard)
_render.register(standings.show_ledger)
_render.register(standings.show_streak)


@_render.register
def _help(card: HelpCard) -> list[Block]:
    for_admins = [*header("For admins"), *rich(*_usages(card.admin_lines))]
    return [
        *header("FastAPI Quiz"),
        *rich(*lines(f"{wording.introduce_help(card)}\n"), *_usages(card.lines)),
        *(for_admins if card.admin_lines else context(wording.name_admins_part(card))),
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
