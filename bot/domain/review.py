"""Spaced repetition: when a member meets a question again.

FSRS (Free Spaced Repetition Scheduler) by the library `fsrs`, without learning steps: they
count in minutes, and a quiz is taken once a day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from random import Random

from fsrs import Card, Rating, Scheduler, State

from bot.domain.grading import Band, Grade
from bot.domain.people import MemberId, WorkspaceId
from bot.domain.schedule import local_date, to_instant

DAY_BEGINS = time(4)
"""Local time at which a day's reviews come due: whoever works past midnight is still in
the day before."""
LONGEST = 365
"""Days: who prepares for an interview is never told to come back in ten years."""
FUZZ_FROM = 3
FUZZ = 0.05
_SCHEDULER = Scheduler(
    learning_steps=(), relearning_steps=(), maximum_interval=LONGEST, enable_fuzzing=False
)
"""Its own fuzz rolls the process's dice, which nobody can seed for one member alone."""


@dataclass(frozen=True, slots=True)
class Review:
    """What is remembered of a member and a question, by the question's id in any version.

    `stability` is in days, `difficulty` 1..10; both are None before the first rating, as
    for a question that was missed. `asked_key` names the delivery that asked it last.
    """

    workspace_id: WorkspaceId
    member_id: MemberId
    question_id: str
    due_at: datetime
    stability: float | None = None
    difficulty: float | None = None
    reviewed_at: datetime | None = None
    reviews: int = 0
    lapses: int = 0
    asked_key: str | None = None


_BY_BAND = {
    Band.STRONG: Rating.Easy,
    Band.GOOD: Rating.Good,
    Band.PARTIAL: Rating.Hard,
    Band.WEAK: Rating.Again,
    Band.NONE: Rating.Again,
}
_BY_WORD = {"knew": Rating.Good, "partly": Rating.Hard, "missed": Rating.Again}


def rate_grade(grade: Grade, *, looked: bool = False) -> Rating:
    """Turn a grade into a rating by its band.

    A right choice is only good: it may have been guessed. Whoever `looked` at the model
    answer before proved little: hard at best.
    """
    best = Rating.Easy
    if grade.grader == "choice":
        best = Rating.Good
    if looked:
        best = Rating.Hard
    return min(_BY_BAND[grade.band], best)


def rate_word(word: str) -> Rating | None:
    """Turn a self-rating (`knew`, `partly`, `missed`) into a rating; None for other words."""
    return _BY_WORD.get(word)


def schedule_review(
    review: Review, rating: Rating, at: datetime, zone: str, dice: Random
) -> Review:
    """Return the review after a rating: due again on a later local day, at DAY_BEGINS."""
    card, _ = _SCHEDULER.review_card(_to_card(review), rating, at.astimezone(UTC))
    days = _fuzz((card.due - at).days, dice)
    day = local_date(at, zone) + timedelta(days=days)
    return replace(
        review,
        due_at=to_instant(day, DAY_BEGINS, zone),
        stability=card.stability,
        difficulty=card.difficulty,
        reviewed_at=at,
        reviews=review.reviews + 1,
        lapses=review.lapses + (rating is Rating.Again and review.reviews > 0),
    )


def _to_card(review: Review) -> Card:
    new = review.stability is None
    return Card(
        card_id=0,
        state=State.Learning if new else State.Review,
        stability=review.stability,
        difficulty=review.difficulty,
        due=review.due_at,
        last_review=review.reviewed_at,
    )


def _fuzz(days: int, dice: Random) -> int:
    """Spread what was learned on one day over several, by a day or a twentieth."""
    if days < FUZZ_FROM:
        return max(1, days)
    most = max(1, round(days * FUZZ))
    return min(LONGEST, days + dice.randint(-most, most))
