"""What a grader gets and what it returns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.question import KeyPoint


@dataclass(frozen=True, slots=True)
class GradingTask:
    """A question as a grader sees it, as it was written: with its Markdown, and its code.

    Without `key_points` a grader draws them from the reference answer.
    """

    question: str
    reference: str
    key_points: tuple[KeyPoint, ...] = ()


class Band(StrEnum):
    """A score in words."""

    STRONG = "strong"
    GOOD = "good"
    PARTIAL = "partial"
    WEAK = "weak"
    NONE = "none"


class Verdict(StrEnum):
    """What an answer does for one key point."""

    MET = "met"
    PARTIAL = "partial"
    MISSING = "missing"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class PointVerdict:
    """The verdict on one key point, with the member's own words as evidence (may be empty)."""

    text: str
    verdict: Verdict
    evidence: str = ""


EMPTY = "empty"
NO_ATTEMPT = "no_attempt"
QUESTION_REPEATED = "question_repeated"
_NO_ANSWER = (EMPTY, NO_ATTEMPT, QUESTION_REPEATED)
"""Gates that close on what holds nothing of the member's own."""
_GIVEN_UP = "No attempt, so it counts as not known yet: read the model answer."


@dataclass(frozen=True, slots=True)
class Grade:
    """A scored answer.

    `score` is 0..1. `gate` names the rule that set it to 0 before any point was looked at
    (`empty`, `no_attempt`, `question_repeated`, …), or is None. `grader` says who graded.
    """

    score: float
    band: Band
    points: tuple[PointVerdict, ...]
    gate: str | None
    grader: str
    feedback: str = ""

    @property
    def is_answer(self) -> bool:
        """Whether there was an answer at all, however bad."""
        return self.gate not in _NO_ANSWER

    @property
    def is_slip(self) -> bool:
        """Whether something else than an answer came by mistake; "idk" is meant as it stands."""
        return self.gate in (EMPTY, QUESTION_REPEATED)

    def give_up(self) -> Grade:
        """Return what is said of an "idk" that counts, beside the model answer."""
        return replace(self, feedback=_GIVEN_UP) if self.gate == NO_ATTEMPT else self


_BANDS = ((0.85, Band.STRONG), (0.6, Band.GOOD), (0.3, Band.PARTIAL), (0.05, Band.WEAK))


def band_of(score: float) -> Band:
    """Put a score of 0..1 into words."""
    return next((band for floor, band in _BANDS if score >= floor), Band.NONE)
