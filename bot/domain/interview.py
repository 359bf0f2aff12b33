"""Mock interviews: what is asked next, and what a whole interview is worth.

Everything is read off the steps that were taken, so an interview goes on after a restart
from where its last stored step stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from bot.domain.grading import Band, Grade, Verdict, band_of
from bot.domain.people import Level, MemberId, WorkspaceId
from bot.domain.question import KeyPoint, Question, QuestionFilter, QuestionKey, QuestionSummary

InterviewId = NewType("InterviewId", int)

KEY_PREFIX = "mock-"
"""Buttons and forms of an interview carry keys that begin so; no delivery's key does."""
USUAL_LENGTH = 5
LONGEST = 20
OPEN_FOR = timedelta(days=1)
"""Since the last step; afterwards the interview ends with what was done."""
UP_FROM = 0.6
DOWN_BELOW = 0.3
ASKED_FOR = 0.5
"""What an interviewer had to ask for is worth half."""
_LADDER = tuple(Level)
_SPAN = 3
"""So many interviews on either side show a trend."""
_LACKING = (Verdict.MISSING, Verdict.PARTIAL, Verdict.WRONG)


class Ending(StrEnum):
    """Why an interview is over."""

    FINISHED = "finished"
    STOPPED = "stopped"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was asked. `number` counts questions from 1.

    A `follow_up` is asked to the question of the same number, which has a step of its own.
    """

    number: int
    key: str
    question_key: QuestionKey
    question_id: str
    asked_at: datetime
    follow_up: str = ""
    answered_at: datetime | None = None
    skipped: bool = False
    answer: str = ""
    grade: Grade | None = None


@dataclass(frozen=True, slots=True)
class Interview:
    """A member's interview with all its steps, oldest first.

    `level` was asked for and holds; without it the interview climbs from `start`.
    """

    id: InterviewId
    workspace_id: WorkspaceId
    member_id: MemberId
    channel: str
    length: int
    start: Level
    began_at: datetime
    expires_at: datetime | None
    level: Level | None = None
    topic: str | None = None
    ended_at: datetime | None = None
    score: float | None = None
    steps: tuple[Step, ...] = ()

    @property
    def current(self) -> Step | None:
        """What waits for an answer."""
        last = self.steps[-1] if self.steps else None
        return last if last and last.answered_at is None and self.ended_at is None else None

    @property
    def asked(self) -> int:
        """How many questions were begun."""
        return self.steps[-1].number if self.steps else 0

    @property
    def wanted(self) -> QuestionFilter:
        """Which questions fit, before the ladder is looked at."""
        return QuestionFilter(level=self.level, topic=self.topic)

    def is_over(self, now: datetime) -> bool:
        """Tell whether nothing may be answered any more."""
        return self.ended_at is not None or (self.expires_at is not None and self.expires_at <= now)


def list_scores(steps: Sequence[Step]) -> dict[int, float]:
    """Return the score of each question that was answered or skipped, by its number."""
    scores: dict[int, float] = {}
    for step in steps:
        if step.answered_at is None:
            continue
        score = step.grade.score if step.grade else 0.0
        first = scores.get(step.number)
        scores[step.number] = score if first is None else combine_scores(first, score)
    return scores


def combine_scores(first: float, follow_up: float) -> float:
    """Return a question's score after its follow-up, which fills half of what lacked."""
    return min(1.0, first + (1 - first) * ASKED_FOR * follow_up)


def sum_up(scores: Sequence[float]) -> float | None:
    """Return an interview's score: the mean; None where nothing was answered."""
    return sum(scores) / len(scores) if scores else None


def climb(start: Level, scores: Sequence[float]) -> Level:
    """Return the level of the next question: a good answer leads one up, a weak one down."""
    rung = _LADDER.index(start)
    for score in scores:
        rung += (score >= UP_FROM) - (score < DOWN_BELOW)
        rung = max(0, min(rung, len(_LADDER) - 1))
    return _LADDER[rung]


def keep_level(deck: Sequence[QuestionSummary], level: Level) -> Sequence[QuestionSummary]:
    """Return the questions of the level, or of the nearest one that has any, easier first."""
    wanted = _LADDER.index(level)

    def distance(question: QuestionSummary) -> tuple[int, int]:
        rung = _LADDER.index(question.level)
        return abs(rung - wanted), rung

    nearest = min(map(distance, deck), default=None)
    return [question for question in deck if distance(question) == nearest]


def list_lacking(question: Question, grade: Grade) -> tuple[KeyPoint, ...]:
    """Return the question's key points that the answer did not meet."""
    lacking = {point.text for point in grade.points if point.verdict in _LACKING}
    return tuple(point for point in question.key_points if point.text in lacking)


def wants_follow_up(question: Question, step: Step) -> bool:
    """Tell whether an answer is worth asking on.

    Not for a strong one, nor where there is nothing to build on: a gate closed, or no attempt.
    """
    grade = step.grade
    if step.follow_up or step.skipped or grade is None or grade.gate is not None:
        return False
    worth = grade.band not in (Band.STRONG, Band.NONE)
    return worth and bool(question.follow_ups) and bool(list_lacking(question, grade))


def pick_follow_up(question: Question, lacking: Sequence[KeyPoint]) -> str:
    """Return the one of the question's follow-ups that comes nearest to what lacked."""
    wanted = {word for point in lacking for word in _words(point.text)}
    return max(question.follow_ups, key=lambda text: len(wanted & _words(text)))


def _words(text: str) -> set[str]:
    return {word.strip(".,:;?!()`'\"").casefold() for word in text.split() if len(word) > 3}


def merge_grades(first: Grade, follow_up: Grade) -> Grade:
    """Return the grade of a question after its follow-up: each point at its better verdict."""
    later = {point.text: point for point in follow_up.points}
    order = (Verdict.MET, Verdict.PARTIAL, Verdict.MISSING, Verdict.WRONG)
    points = tuple(
        min((point, later.get(point.text, point)), key=lambda each: order.index(each.verdict))
        for point in first.points
    )
    score = combine_scores(first.score, follow_up.score)
    return Grade(score, band_of(score), points, first.gate, first.grader, first.feedback)


def trend_of(scores: Sequence[float]) -> float | None:
    """Return by how much the newest interviews are better than those before them, -1..1.

    `scores` are oldest first; of each side one interview to three are taken.
    """
    if len(scores) < 2:
        return None
    newest = scores[-min(_SPAN, len(scores) // 2) :]
    before = scores[: -len(newest)][-_SPAN:]
    return sum(newest) / len(newest) - sum(before) / len(before)
