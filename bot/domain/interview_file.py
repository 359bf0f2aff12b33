"""A mock interview's report as a Markdown file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.formatting import percent
from bot.domain.interview import Step
from bot.domain.interview_report import Item, Report
from bot.domain.interview_words import describe_report, list_sections

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def write_file(report: Report) -> str:
    """Return the whole report, with what the member wrote and the model answers."""
    parts = [f"# Mock interview, {report.ended_at:%Y-%m-%d}", describe_report(report)]
    for title, lines in list_sections(report):
        parts += [f"## {title}", "\n".join(f"- {_escape(line)}" for line in lines)]
    parts.append("## Questions and answers")
    for number, item in enumerate(report.items, start=1):
        parts += _write_item(number, item)
    return "\n\n".join(parts) + "\n"


def _write_item(number: int, item: Item) -> Iterator[str]:
    question = item.question
    yield f"### {number}. {_escape(question.title)} ({percent(item.score)}, {question.level})"
    yield question.prompt.strip()
    if question.choices:
        lettered = question.lettered.items()
        yield "\n".join(f"- {letter}) {_escape(choice.text)}" for letter, choice in lettered)
    for step in item.steps:
        yield from _write_step(step)
    if item.grade and item.grade.feedback:
        yield _escape(item.grade.feedback)
    yield "**Model answer**"
    yield question.answer.strip()
    if question.sources:
        yield "Sources: " + "; ".join(map(_escape, question.sources))


def _write_step(step: Step) -> Iterator[str]:
    if step.follow_up:
        yield f"**Follow-up**: {_escape(step.follow_up)}"
    if step.skipped:
        yield "Skipped."
        return
    yield "**Your answer**"
    yield "\n".join(f"> {_escape(line)}" for line in step.answer.strip().splitlines())
    if step.grade:
        yield (
            "\n".join(f"- {point.verdict}: {_escape(point.text)}" for point in step.grade.points)
            or f"Scored {percent(step.grade.score)} by {_escape(step.grade.grader)}."
        )


def _escape(text: str) -> str:
    """Keep plain text plain: in a viewer it can't pose as a heading, a link or HTML."""
    return _SPECIAL.sub(r"\\\1", text)
