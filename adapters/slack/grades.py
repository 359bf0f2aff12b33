"""Grades, and answers given earlier, as Block Kit."""

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
from bot.domain import signs, wording
from bot.domain.cards import (
    GradeCard,
    HistoryCard,
    PastAnswerCard,
)
from bot.domain.grading import Grade


def show_grade(card: GradeCard) -> list[Block]:
    """Return a grade with its points, and the model answer."""
    grade = card.grade
    return [
        *header(f"{round(grade.score * 100)} %, {grade.band}"),
        *_verdicts(grade),
        *context(f"{one_line(wording.describe_earned(card))} Scored by {_name_grader(grade)}."),
        *header("Model answer"),
        *rich(*render_markdown(card.question.answer)),
    ]


def _name_grader(grade: Grade) -> str:
    return one_line(wording.name_grader(grade.grader))


def _verdicts(grade: Grade) -> list[Block]:
    points = [
        section(
            text(f"{signs.VERDICTS[point.verdict]} {one_line(point.text)}"), *_quote(point.evidence)
        )
        for point in grade.points
    ]
    return rich(*points, *lines(one_line(grade.feedback)))


def _quote(evidence: str) -> list[Element]:
    return [text(f' (you: "{one_line(evidence)}")', italic=True)] if evidence else []


def show_history(card: HistoryCard) -> list[Block]:
    """Return the list of somebody's answers."""
    if not card.lines:
        return rich(*lines(wording.NO_ANSWER_YET))
    listed = [
        section(text(f"{one_line(wording.describe_history_line(line))}\n")) for line in card.lines
    ]
    return [
        *header(wording.introduce_history(card)),
        *rich(*listed),
        *context(wording.explain_history(card)),
    ]


def show_past_answer(card: PastAnswerCard) -> list[Block]:
    """Return one of them in full, with what was said of it."""
    past, grade = card.answer, card.answer.grade
    return [
        *header(f"#{past.number} {one_line(card.question.title)}"),
        *context(f"{wording.describe_past(past)}. Scored by {_name_grader(grade)}."),
        *rich(*render_markdown(card.question.prompt)),
        *header("Your answer"),
        *rich(*lines(defuse(wording.quote_answer(past)))),
        *_verdicts(grade),
        *header("Model answer"),
        *rich(*render_markdown(card.question.answer)),
    ]
