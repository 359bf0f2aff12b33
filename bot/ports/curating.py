"""What admins do to the bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.bank import BankEntry, QuestionStatistics, StoredPack
from bot.domain.people import WorkspaceId
from bot.domain.question import QuestionFilter


class Curation(Protocol):
    """A workspace's view of the bank. Nothing of it changes what other workspaces see."""

    async def packs(self, workspace_id: WorkspaceId | None) -> Sequence[StoredPack]:
        """Return the packs that a workspace can use, shared ones first; None: only those."""
        ...

    async def entries(
        self, workspace_id: WorkspaceId, wanted: QuestionFilter | None = None
    ) -> Sequence[BankEntry]:
        """Return the current questions that fit, also retired ones, by id, with statistics.

        Without a filter also those of packs on request.
        """
        ...

    async def statistics(self, workspace_id: WorkspaceId) -> Mapping[str, QuestionStatistics]:
        """Return how each question did that was ever shown here, by id."""
        ...

    async def retire(self, workspace_id: WorkspaceId, question_id: str, at: datetime) -> bool:
        """Take a question out of the workspace's decks, whichever pack it is in.

        False if it was retired already. That the question exists is for the caller to check.
        """
        ...

    async def restore(self, workspace_id: WorkspaceId, question_id: str) -> bool:
        """Take a retirement back; False if there was none."""
        ...
