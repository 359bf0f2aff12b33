"""Mock interviews as Discord's Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.discord.markdown import join_lines
from adapters.discord.text import escape, one_line, show_code
from bot.domain import interview_words
from bot.domain.cards import MockCard, MockHistoryCard
from bot.domain.interview_report import Report


def name_step(card: MockCard) -> str:
    """Return a step's title."""
    what = interview_words.introduce_step(card.number, card.of, card.follow_up)
    return f"{what}: {escape(card.question.title)}"


def write_step(card: MockCard) -> Iterator[str]:
    """Yield the paragraphs that stand above the question."""
    if card.said:
        yield f"*{escape(card.said)}*"
    if card.follow_up:
        yield f"**{escape(card.follow_up)}**"
        yield interview_words.ASK_ON
        yield interview_words.FIRST_ASKED


def write_report(report: Report) -> Iterator[str]:
    """Yield the report's paragraphs, the model answers last."""
    for title, lines in interview_words.list_sections(report):
        yield "\n".join([f"**{title}**", *(f"- {one_line(line)}" for line in lines)])
    yield f"**{interview_words.MODEL_ANSWERS}**"
    for item in report.items:
        yield f"**{escape(item.question.title)}**\n{join_lines(item.question.answer)}"


def write_history(card: MockHistoryCard) -> Iterator[str]:
    """Yield earlier interviews as a table, and their trend."""
    if not card.interviews:
        yield interview_words.NO_HISTORY
        return
    yield show_code("\n".join(interview_words.list_history(card.interviews, card.zone)))
    yield interview_words.describe_trend(card.trend)
