"""The stored question bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.domain.deck import Deck
from bot.domain.people import WorkspaceId
from bot.domain.question import Question, QuestionFilter, QuestionKey


class Questions(Protocol):
    """The stored bank: shipped packs for all, own packs for their workspace."""

    async def pack_digest(self, pack: str) -> str | None:
        """Return the digest of the stored shipped pack."""
        ...

    async def store_pack(self, pack: str, digest: str, questions: Sequence[Question]) -> None:
        """Make these the current questions of a shipped pack; older versions stay readable."""
        ...

    async def deck(self, workspace_id: WorkspaceId, wanted: QuestionFilter) -> Deck:
        """Return the current questions that fit."""
        ...

    async def decks(self, workspace_ids: Sequence[WorkspaceId]) -> Mapping[WorkspaceId, Deck]:
        """Return all current questions of each workspace; those alike share one deck."""
        ...

    async def get_many(
        self, workspace_id: WorkspaceId | None, keys: Sequence[QuestionKey]
    ) -> Mapping[QuestionKey, Question]:
        """Return stored versions; with a workspace only what that workspace may see."""
        ...
