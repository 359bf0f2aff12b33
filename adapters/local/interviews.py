"""Mock interviews as plain text."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.local.text import escape, one_line
from bot.domain import interview_words
from bot.domain.cards import MockCard, MockHistoryCard, MockReportCard


def show_step(card: MockCard, choices: Sequence[str]) -> str:
    """Return a question, below what came before and above its choices."""
    question, topics = card.question, ", ".join(card.question.topics)
    what = interview_words.introduce_step(card.number, card.of, card.follow_up)
    head = f"{what}: {question.title}\n{question.level} · {topics}"
    parts = [head, card.said, *_ask_on(card), question.prompt, *choices]
    return "\n\n".join(part for part in parts if part)


def _ask_on(card: MockCard) -> list[str]:
    if not card.follow_up:
        return []
    return [escape(card.follow_up), interview_words.ASK_ON, interview_words.FIRST_ASKED]


def show_report(card: MockReportCard) -> str:
    """Return the report with the model answers."""
    report = card.report
    parts = [interview_words.introduce_report(report)]
    for title, lines in interview_words.list_sections(report):
        parts.append("\n".join([title, *(f"- {one_line(line)}" for line in lines)]))
    parts.append(interview_words.MODEL_ANSWERS)
    parts += [f"{item.question.title}\n{item.question.answer}" for item in report.items]
    return "\n\n".join(parts)


def show_history(card: MockHistoryCard) -> str:
    """Return earlier interviews, with their trend."""
    if not card.interviews:
        return interview_words.NO_HISTORY
    lines = interview_words.list_history(card.interviews, card.zone)
    return "\n".join([interview_words.HISTORY, *lines, interview_words.describe_trend(card.trend)])
