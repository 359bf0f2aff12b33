"""Bulk grading as text: a JSON object a line in, one out."""

from __future__ import annotations

import json

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain.grading import Grade, GradingTask
from bot.domain.question import KeyPoint

_EXAMPLE = 'write {"question": "…", "reference": "…", "answer": "…"} in one line.'


class BadLine(ValueError):
    """A line that can't be read; the text says what is wrong and what belongs there."""


class _Point(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1)
    weight: float = Field(default=1.0, gt=0, allow_inf_nan=False)


class _Line(BaseModel):
    """Keys beside these are ignored, so that files may carry ids and scores."""

    question: str = ""
    reference: str
    key_points: list[str | _Point] | None = None
    answer: str


def parse_line(line: bytes | str) -> tuple[GradingTask, str]:
    """Read a task and the answer to it; raises BadLine."""
    try:
        read = _Line.model_validate_json(line)
    except ValidationError as error:
        raise BadLine(_explain_fault(error)) from error
    points = tuple(
        KeyPoint(point) if isinstance(point, str) else KeyPoint(point.text, point.weight)
        for point in read.key_points or ()
    )
    return GradingTask(read.question, read.reference, points), read.answer


def _explain_fault(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[-1]
    where = ".".join(str(part) for part in first["loc"] if part not in ("str", "_Point"))
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
