"""What the bot says about mock interviews, on every platform and in the file."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.formatting import count_part, percent, plural
from bot.domain.interview import Ending, Interview, Step, list_scores
from bot.domain.interview_report import Report
from bot.domain.schedule import local_date

NO_HISTORY = "You have no mock interview yet. Type /fastapi-quiz mock to begin one."
HISTORY = "Your mock interviews"
MODEL_ANSWERS = "Model answers"
_ENDINGS = {
    Ending.FINISHED: "",
    Ending.STOPPED: " You stopped it.",
    Ending.EXPIRED: " It ended by itself, a day after your last answer.",
}


def introduce_step(number: int, of: int, follow_up: str) -> str:
    """Name a step; the question's title comes behind a colon."""
    what = "Follow-up" if follow_up else "Mock interview"
    return f"{what} {number} of {of}"


FIRST_ASKED = "The question was:"
ASK_ON = (
    "Say with it what your answer left out of the question: that is what this one is scored by."
)
"""Stands behind a follow-up, so that it is clear what it is scored by."""


def describe_answer(step: Step) -> str:
    """Say how the last answer did, without giving anything away."""
    if step.skipped or step.grade is None:
        return "Skipped."
    return f"Your last answer: {percent(step.grade.score)}, {step.grade.band}."


def introduce_report(report: Report) -> str:
    """Say what it is, and the result."""
    return f"Mock interview: {describe_report(report)}"


def describe_report(report: Report) -> str:
    """Say the result in a few sentences."""
    done = count_part(len(report.items), report.length, "question")
    text = f"{percent(report.score)} over {done}.{_ENDINGS[report.ending]}"
    if report.before is not None:
        text += f" {_compare(report.score - report.before)} your last interview."
    return text


def _compare(change: float) -> str:
    points = round(abs(change) * 100)
    if not points:
        return "As good as"
    return f"{plural(points, 'point')} {'better' if change > 0 else 'worse'} than"


def list_sections(report: Report) -> list[tuple[str, list[str]]]:
    """Return the report's parts but for the model answers: titles with lines of plain text."""
    questions = [
        f"{item.question.title} ({item.question.level}): "
        + ("skipped" if item.skipped else percent(item.score))
        for item in report.items
    ]
    sections = [
        ("Questions", questions),
        ("Score by topic", [f"{topic}: {percent(score)}" for topic, score in report.topics]),
        ("Strongest points", list(report.strongest)),
        ("Weakest points", list(report.weakest)),
        ("To read", [f"{source} (for: {question.title})" for source, question in report.reading]),
        ("To practise", [item.question.title for item in report.to_practise]),
    ]
    return [(title, lines) for title, lines in sections if lines]


def list_history(interviews: Sequence[Interview], zone: str) -> list[str]:
    """Return a line an interview, newest first."""
    return [_describe_interview(interview, zone) for interview in reversed(interviews)]


def _describe_interview(interview: Interview, zone: str) -> str:
    assert interview.ended_at is not None
    assert interview.score is not None
    day = local_date(interview.ended_at, zone)
    done = count_part(len(list_scores(interview.steps)), interview.length, "question")
    return f"{day:%Y-%m-%d}  {percent(interview.score):>5}  {done}, {interview.wanted}"


def describe_trend(trend: float | None) -> str:
    """Say how the newest interviews compare to those before them."""
    if trend is None:
        return "A second interview will show a trend."
    points = round(abs(trend) * 100)
    if not points:
        return "Trend: steady."
    way = "up" if trend > 0 else "down"
    return f"Trend: {way} {plural(points, 'point')} against those before."
