"""What a language model says of an answer: verdicts on key points, and no score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.grading import Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict on one key point, with the words of the answer that are said to prove it."""

    verdict: Verdict
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """A model's word on an answer, not checked yet.

    `points` maps places among the task's key points, from 0; one that the model left out is
    not there. `strongest` and `to_add` are a sentence each.
    """

    points: Mapping[int, Judged]
    errors: tuple[str, ...] = field(default=())
    strongest: str = ""
    to_add: str = ""


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What calls to a model came to: their number, and tokens in and out."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True, slots=True)
class GraderFacts:
    """Who grades here, for admins: `model` and `daily_limit` (calls; 0: none) if there is one.

    `problems` are sentences on what was wanted and is not there.
    """

    name: str
    model: str = ""
    daily_limit: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GradingStatus:
    """Who grades here, and what a model came to today and in the last 30 days."""

    facts: GraderFacts
    today: ModelUse = ModelUse()
    month: ModelUse = ModelUse()
