"""What an admin knows of the bank: its packs, what is retired, and how questions do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from bot.domain.question import QuestionSummary

RIGHT_FROM = 0.6
"""A first answer counts as right from this score on: the band `good`, or the right choice."""


class QuestionState(StrEnum):
    """Whether a workspace can be shown a question."""

    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class StoredPack:
    """A pack that a workspace can use, with the number of its current questions.

    `own` is the workspace's own; others are shared by all. One `on_request` is in no deck
    unless a schedule names it.
    """

    name: str
    own: bool
    on_request: bool
    questions: int


@dataclass(frozen=True, slots=True)
class QuestionStatistics:
    """How a question did in one workspace, over all its versions.

    `shown` counts posts, `answered` the members' first answers; `right` and `mean_score`
    (0..1) are over those, None without any. `reports` counts members who called it wrong.
    """

    shown: int = 0
    answered: int = 0
    right: float | None = None
    mean_score: float | None = None
    reports: int = 0


@dataclass(frozen=True, slots=True)
class BankEntry:
    """A current question as the workspace's admins see it."""

    summary: QuestionSummary
    state: QuestionState
    statistics: QuestionStatistics = QuestionStatistics()


class Order(StrEnum):
    """By what the bank is listed; `WORST` brings up what an admin may want to retire."""

    WORST = "worst"
    REPORTS = "reports"
    RIGHT = "right"
    SCORE = "score"
    SHOWN = "shown"
    ANSWERED = "answered"
    ID = "id"


def sort_entries(entries: Iterable[BankEntry], order: Order) -> list[BankEntry]:
    """Sort the bank; among equals by id. Questions that nobody answered come behind others
    where their answers are asked for. The worst are the most reported ones, then those that
    the fewest got right.
    """
    return sorted(entries, key=lambda entry: (_rank(entry, order), entry.summary.id))


def _rank(entry: BankEntry, order: Order) -> tuple[float, ...]:
    did = entry.statistics
    unknown = 2.0
    right = unknown if did.right is None else did.right
    score = unknown if did.mean_score is None else did.mean_score
    match order:
        case Order.WORST:
            return (-did.reports, right, score, -did.shown)
        case Order.REPORTS:
            return (-did.reports,)
        case Order.RIGHT:
            return (right,)
        case Order.SCORE:
            return (score,)
        case Order.SHOWN:
            return (-did.shown,)
        case Order.ANSWERED:
            return (-did.answered,)
        case Order.ID:
            return ()
        case _:
            assert_never(order)
