"""Grades, and answers given earlier, as plain text."""

from __future__ import annotations

from adapters.local.text import escape, one_line
from bot.domain import wording
from bot.domain.cards import GradeCard, HistoryCard, PastAnswerCard
from bot.domain.grading import Grade, PointVerdict, Verdict

_MARKS = {Verdict.MET: "+", Verdict.PARTIAL: "~", Verdict.MISSING: "-", Verdict.WRONG: "x"}


def show_grade(card: GradeCard) -> str:
    """Return a grade with its points, and the model answer."""
    grade = card.grade
    by = wording.name_grader(grade.grader)
    head = f"{round(grade.score * 100)} % ({grade.band}), scored by {by}"
    parts = [head, *_verdicts(grade), one_line(wording.describe_earned(card))]
    parts.append(f"Model answer\n\n{card.question.answer}")
    return "\n\n".join(part for part in parts if part)


def show_history(card: HistoryCard) -> str:
    """Return the list of somebody's answers."""
    if not card.lines:
        return wording.NO_ANSWER_YET
    lines = [one_line(wording.describe_history_line(line)) for line in card.lines]
    return "\n".join([wording.introduce_history(card), *lines, wording.explain_history(card)])


def show_past_answer(card: PastAnswerCard) -> str:
    """Return one of them in full, with what was said of it."""
    past, grade = card.answer, card.answer.grade
    parts = [
        f"#{past.number} {one_line(card.question.title)}",
        f"{wording.describe_past(past)}, scored by {one_line(wording.name_grader(grade.grader))}",
        card.question.prompt,
        f"Your answer\n\n{escape(wording.quote_answer(past))}",
        *_verdicts(grade),
        f"Model answer\n\n{card.question.answer}",
    ]
    return "\n\n".join(part for part in parts if part)


def _verdicts(grade: Grade) -> list[str]:
    return ["\n".join(map(_describe_point, grade.points)), one_line(grade.feedback)]


def _describe_point(point: PointVerdict) -> str:
    said = f' (you: "{one_line(point.evidence)}")' if point.evidence else ""
    return f"{_MARKS[point.verdict]} {one_line(point.text)}{said}"
