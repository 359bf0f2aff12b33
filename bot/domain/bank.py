"""What an admin knows of the bank: its packs, what is retired, and how questions do."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.question import QuestionSummary

RIGHT_FROM = 0.6
"""A first answer counts as right from this score on: the band `good`, or the right choice."""


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
    retired: bool
    statistics: QuestionStatistics = QuestionStatistics()
