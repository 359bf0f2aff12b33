"""A workspace's own questions and its queue as Block Kit."""

from __future__ import annotations

from adapters.slack.blocks import (
    Block,
    buttons,
    context,
    defuse,
    header,
    lines,
    one_line,
    preformatted,
    rich,
    section,
    text,
)
from adapters.slack.markdown import render_markdown
from bot.domain import bank_words
from bot.domain.cards import (
    BankCard,
    BankQuestionCard,
    QueueCard,
)


def show_queue(card: QueueCard) -> list[Block]:
    """Drafts are shown as they were typed: in preformatted text, where nothing is rendered.

    Each has its buttons below it: five drafts may take several messages.
    """
    blocks = rich(*lines(bank_words.count_queue(card)))
    for entry in card.entries:
        blocks += header(one_line(bank_words.name_entry(entry)))
        for head, words in bank_words.list_entry_facts(entry):
            blocks += rich(section(text(head, bold=True)), preformatted(defuse(words)))
        blocks += buttons(entry.buttons)
    return blocks


def show_bank(card: BankCard) -> list[Block]:
    """Return questions of the bank, a page of them."""
    rows = [
        section(
            text(f"\n{one_line(row.title)}\n", bold=True),
            text(row.entry.summary.id, code=True),
            text(f" {bank_words.introduce_row(row)}\n{bank_words.describe_row(row)}"),
        )
        for row in card.rows
    ]
    pages = bank_words.count_pages(card)
    return [*rich(*lines(defuse(card.said)), *rows), *(context(pages) if pages else [])]


def show_bank_question(card: BankQuestionCard) -> list[Block]:
    """Return one question whole, with its answer."""
    question, row = card.question, card.row
    choices = bank_words.list_choices(question)
    points = bank_words.list_key_points(question)
    return [
        *header(f"{question.id}: {one_line(question.title)}"),
        *context(f"{bank_words.introduce_row(row)} · {bank_words.describe_row(row)}"),
        *rich(*render_markdown(question.prompt), *lines(defuse(choices))),
        *header("Model answer"),
        *rich(*render_markdown(question.answer), *lines(defuse(points))),
    ]
