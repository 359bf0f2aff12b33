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

    async def store_pack(
        self,
        pack: str,
        digest: str,
        questions: Sequence[Question],
        workspace_id: WorkspaceId | None = None,
        *,
        on_request: bool = False,
    ) -> None:
        """Make these the current questions of a pack; older versions stay readable.

        Without a workspace the pack is for all. One `on_request` is only in decks that name it.
        Other questions have another `digest`: by that their decks are known to have changed.
        """
        ...

    async def add_own(
        self, workspace_id: WorkspaceId, pack: str, question: Question
    ) -> QuestionKey:
        """Add a question to a workspace's own pack, made if it is new; return its version.

        A question of the same id in that pack is replaced; its older versions stay readable.
        """
        ...

    async def current_versions(
        self, workspace_id: WorkspaceId | None, pack: str
    ) -> Mapping[str, str]:
        """Return the version of each current question of exactly that pack, by id."""
        ...

    async def pack_questions(
        self, workspace_id: WorkspaceId | None, pack: str
    ) -> Sequence[Question]:
        """Return a pack's current questions by id: the workspace's own pack, or the shared one."""
        ...

    async def deck(self, workspace_id: WorkspaceId, wanted: QuestionFilter) -> Deck:
        """Return the current questions that fit and are not retired, by id.

        Where packs hold the same id, the workspace's own comes first, then the newest pack.
        """
        ...

    async def decks(self, workspace_ids: Sequence[WorkspaceId]) -> Mapping[WorkspaceId, Deck]:
        """Return all that each workspace can pick from; those alike share one deck.

        To pick, take what fits from it: the whole may hold an id several times.
        """
        ...

    async def get_many(
        self, workspace_id: WorkspaceId | None, keys: Sequence[QuestionKey]
    ) -> Mapping[QuestionKey, Question]:
        """Return stored versions; with a workspace only what that workspace may see."""
        ...
