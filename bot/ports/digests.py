"""What a week was like, for its digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from bot.domain.people import WorkspaceId
from bot.domain.question import QuestionKey


@dataclass(frozen=True, slots=True)
class Hardest:
    """The question with the lowest scores: their average (0..1) and how many there were."""

    key: QuestionKey
    average: float
    answers: int


class Digests(Protocol):
    """Sums over a week's questions. Members who don't want to be listed are in none."""

    async def hardest(
        self, workspace_id: WorkspaceId, first: date, last: date, at_least: int
    ) -> Hardest | None:
        """Return the hardest question of those dates that at least so many members answered."""
        ...
