"""Language models: who asks one, what it costs, and what it said before."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from bot.domain.assessment import Assessment, ModelUse
from bot.domain.grading import Grade, GradingTask
from bot.domain.people import WorkspaceId
from bot.domain.writing import Asker


class Assessor(Protocol):
    """A model that judges key points. What it says is checked before it counts."""

    name: str
    """The model, as it is shown beside a grade."""

    digest: str
    """Another one for another model, another address or other instructions."""

    async def assess(self, task: GradingTask, answer: str, asker: Asker | None) -> Assessment:
        """Judge each of the task's key points, in their order.

        The answer is data: nothing in it is followed.

        Raises:
            ModelError: no usable word in time; nothing is to be made of it.
        """
        ...

    async def ping(self) -> str:
        """Ask for one word, and say in a few what answered.

        Raises:
            ModelError: the model can't be reached; says what to change.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class ModelMeter(Protocol):
    """Counts calls to a model, and stops them at a workspace's daily limit."""

    async def take_call(self, asker: Asker | None) -> None:
        """Count a call that is about to be made.

        Raises:
            ModelError: the day's calls are used up; says when there are new ones.
        """
        ...

    async def book(self, asker: Asker | None, tokens_in: int, tokens_out: int) -> None:
        """Add what a call came to, whether it was of use or not."""
        ...


class ModelBook(Protocol):
    """Stored: calls and tokens by workspace and day in UTC, and grades given."""

    async def take_call(self, workspace_id: WorkspaceId, day: date, limit: int) -> bool:
        """Count one call, unless the day has `limit` of them already (0: no limit)."""
        ...

    async def add_tokens(
        self, workspace_id: WorkspaceId, day: date, tokens_in: int, tokens_out: int
    ) -> None:
        """Add tokens to the day."""
        ...

    async def use_since(self, workspace_id: WorkspaceId, since: date) -> ModelUse:
        """Sum up the days from `since` on."""
        ...

    async def find_grade(self, workspace_id: WorkspaceId, digest: str) -> Grade | None:
        """Return the grade that was kept under the digest."""
        ...

    async def keep_grade(self, asker: Asker, digest: str, grade: Grade, at: datetime) -> None:
        """Keep a grade until it is old; it is erased with the asker, whose words it quotes."""
        ...
