"""Bulk grading as text: a JSON object a line in, one out."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from bot.domain.grading import Grade, GradingTask
from bot.domain.question import KeyPoint
from bot.grading.text import read_tokens

_EXAMPLE = 'write {"question": "…", "reference": "…", "answer": "…"} in one line.'


_MARK = b"\xef\xbb\xbf"
"""What some editors write at the beginning of a file."""


class BadLine(ValueError):
    """A line that can't be read; the text says what is wrong and what belongs there."""


_Words = Annotated[str, Field(pattern=r"\w")]
"""Text with a letter or digit in it."""
_Text = Annotated[str, BeforeValidator(lambda given: "" if given is None else given)]
"""Text; null is none."""


class _Point(BaseModel):
    text: _Words
    weight: float = Field(default=1.0, gt=0, le=1e6)


class _Line(BaseModel):
    """Keys beside these are ignored, so that files may carry ids and scores."""

    question: _Text = ""
    reference: _Text
    key_points: list[_Words | _Point] | None = None
    answer: _Text


def parse_line(line: bytes) -> tuple[GradingTask, str]:
    """Read a task and the answer to it; raises BadLine."""
    try:
        read = _Line.model_validate_json(line.removeprefix(_MARK))
    except ValidationError as error:
        raise BadLine(_explain_fault(error)) from error
    if not (read.key_points or read_tokens(read.reference, 1)):
        raise BadLine(f'"reference" has no words to compare with; {_EXAMPLE}')
    points = tuple(
        KeyPoint(point) if isinstance(point, str) else KeyPoint(point.text, point.weight)
        for point in read.key_points or ()
    )
    return GradingTask(read.question, read.reference, points), read.answer


def _explain_fault(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[-1]
    where = ".".join(
        str(part) for part in first["loc"] if part != "_Point" and "str" not in str(part)
    )
    if not where:
        return f"this is not a JSON object that can be read; {_EXAMPLE}"
    if first["type"] == "missing":
        return f'"{where}" is missing; {_EXAMPLE}'
    problem = first["msg"][:1].lower() + first["msg"][1:]
    return f'"{where}" does not fit: {problem}; {_EXAMPLE}'


def write_line(grade: Grade) -> str:
    """Write a grade as one line of JSON, without the line end."""
    points = [
        {"text": point.text, "verdict": point.verdict.value, "evidence": point.evidence}
        for point in grade.points
    ]
    shown = {
        "score": grade.score,
        "band": grade.band.value,
        "points": points,
        "gate": grade.gate,
        "grader": grade.grader,
        "feedback": grade.feedback,
    }
    return json.dumps(shown, ensure_ascii=False)
