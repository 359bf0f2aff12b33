"""Mock interviews as Block Kit."""

from __future__ import annotations

from adapters.slack.blocks import (
    Block,
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
from adapters.slack.questions import show_choices
from bot.domain import interview_words
from bot.domain.cards import MockCard, MockHistoryCard, MockReportCard


def show_step(card: MockCard) -> list[Block]:
    """Return a question, below what came before and above its choices."""
    question = card.question
    what = interview_words.introduce_step(card.number, card.of, card.follow_up)
    return [
        *header(f"{what}: {one_line(question.title)}"),
        *context(f"{question.level} · {one_line(', '.join(question.topics))}"),
        *(context(card.said) if card.said else []),
        *_ask_on(card),
        *rich(*render_markdown(question.prompt), *show_choices(question)),
    ]


def _ask_on(card: MockCard) -> list[Block]:
    if not card.follow_up:
        return []
    asked = section(text(f"{defuse(card.follow_up)}\n", bold=True), text(interview_words.ASK_ON))
    return [*rich(asked), *context(interview_words.FIRST_ASKED)]


def show_report(card: MockReportCard) -> list[Block]:
    """Return the report with the model answers."""
    blocks = header(interview_words.introduce_report(card.report))
    for title, listed in interview_words.list_sections(card.report):
        points = "\n".join(f"• {one_line(line)}" for line in listed)
        blocks += rich(section(text(title, bold=True)), *lines(points))
    blocks += header(interview_words.MODEL_ANSWERS)
    for item in card.report.items:
        named = section(text(one_line(item.question.title), bold=True))
        blocks += rich(named, *render_markdown(item.question.answer))
    return blocks


def show_history(card: MockHistoryCard) -> list[Block]:
    """Return earlier interviews as a table, with their trend."""
    title = header(interview_words.HISTORY)
    if not card.interviews:
        return [*title, *rich(*lines(interview_words.NO_HISTORY))]
    listed = "\n".join(interview_words.list_history(card.interviews, card.zone))
    trend = context(interview_words.describe_trend(card.trend))
    return [*title, *rich(preformatted(listed)), *trend]
