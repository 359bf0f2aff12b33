"""What members do with a question: answers, reveals and self-ratings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.domain.delivery import DeliveryId
from bot.domain.grading import Grade
from bot.domain.people import Level, MemberId, WorkspaceId
from bot.domain.question import QuestionKey


class AttemptKind(StrEnum):
    """Each kind is taking part. A `TRY` was no answer yet: the first one is still to come."""

    ANSWER = "answer"
    TRY = "try"
    REVEAL = "reveal"
    SELF_RATING = "self_rating"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One act of a member on a delivered question, kept for good.

    `first` marks the answer that counts. `late` means that the question day was over.
    """

    workspace_id: WorkspaceId
    member_id: MemberId
    delivery_id: DeliveryId
    slot: date
    kind: AttemptKind
    at: datetime
    late: bool
    first: bool = False
    points: int = 0
    text: str = ""
    grade: Grade | None = None


_FULL_POINTS = {Level.FRESHER: 10, Level.TWO_YEAR: 15, Level.FIVE_YEAR: 20}


def points_for(score: float, level: Level, *, late: bool, revealed: bool) -> int:
    """Points of a first answer: its score weighted by level, half when late.

    Whoever saw the model answer before gets none.
    """
    if revealed:
        return 0
    full = _FULL_POINTS[level] / (2 if late else 1)
    return round(score * full)


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """A first answer as it was kept, with all that it was told then.

    `number` counts a member's first answers from 1, the oldest, so that it never changes.
    """

    number: int
    question_key: QuestionKey
    slot: date
    late: bool
    points: int
    text: str
    grade: Grade
