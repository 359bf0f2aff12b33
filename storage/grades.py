"""Grades as JSON and back."""

from __future__ import annotations

import json
from dataclasses import asdict

from bot.domain.grading import Band, Grade, PointVerdict, Verdict


def write_grade(grade: Grade) -> str:
    """Write a grade as JSON."""
    return json.dumps(asdict(grade), ensure_ascii=False)


def read_grade(text: str) -> Grade:
    """Read what `write_grade` wrote."""
    values = json.loads(text)
    points = tuple(
        PointVerdict(one["text"], Verdict(one["verdict"]), one["evidence"])
        for one in values["points"]
    )
    return Grade(
        score=values["score"],
        band=Band(values["band"]),
        points=points,
        gate=values["gate"],
        grader=values["grader"],
        feedback=values.get("feedback", ""),
    )
