"""Questions and their answers as Block Kit."""

from __future__ import annotations

from adapters.slack.blocks import (
    Block,
    Element,
    context,
    defuse,
    header,
    lines,
    one_line,
    rich,
    section,
    text,
)
from adapters.slack.markdown import render_markdown
from bot.domain import wording
from bot.domain.cards import Counts, FormCard, QuestionCard, RevealCard
from bot.domain.emoji import BULB, has_name
from bot.domain.question import Question


def show_question(card: QuestionCard) -> list[Block]:
    """Return a question with its choices; what is posted for all says how to see the answer."""
    question = card.question
    return [
        *header(f"{wording.introduce_question(card)}: {one_line(question.title)}"),
        *context(f"{question.level} · {one_line(', '.join(question.topics))}"),
        *rich(*render_markdown(question.prompt), *show_choices(question)),
        *_hint(card),
    ]


def show_choices(question: Question) -> list[Element]:
    """Return what there is to choose from; nothing for an open question."""
    return [
        section(text(f"\n{letter}) ", bold=True), text(defuse(choice.text)))
        for letter, choice in question.lettered.items()
    ]


def _hint(card: QuestionCard) -> list[Block]:
    if card.schedule_number is None:
        return []
    if card.emoji == BULB or not has_name(card.emoji):
        return context(wording.invite_reaction(card.emoji))
    emoji: Element = {"type": "emoji", "name": card.emoji}
    return rich(section(text("React with "), emoji, text(" to see the answer.")))


def show_reveal(card: RevealCard) -> list[Block]:
    """Return the answer to a question."""
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


def show_counts(counts: Counts) -> list[Block]:
    """Return the line that a question gets when its answer was posted for all."""
    return context(
        f"{wording.describe_counts(counts.answered, counts.revealed)} The answer is in the thread."
    )


COUNTS_BLOCK = "counts"
"""The block_id of that line, so that a later one takes its place."""


def show_asked(card: FormCard) -> list[Block]:
    """Return what an open form covers: the question, or what is asked further on it."""
    if card.follow_up:
        return rich(*lines(defuse(card.follow_up)))
    if card.question is None:
        return []
    return rich(*render_markdown(card.question.prompt), *show_choices(card.question))
