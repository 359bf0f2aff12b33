"""The stored bank, by version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, tuple_
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.deck import Deck
from bot.domain.people import WorkspaceId
from bot.domain.question import Question, QuestionFilter, QuestionKey
from storage.mapping import from_question, to_question, to_summary
from storage.statements import insert_new
from storage.tables import PackRow, QuestionRow

_VERSIONS_KEPT = 2000
_ROWS_AT_ONCE = 500
"""Below SQLite's limit of 32,766 variables a statement."""


class Versions(dict[QuestionKey, tuple[int | None, Question]]):
    """Versions read so far, with their workspace. A stored version never changes."""

    shared: tuple[tuple[tuple[str, str], ...], Deck] | None = None
    """The deck of the packs that ship, with their names and digests."""

    def make_room(self, keys: Sequence[QuestionKey]) -> set[QuestionKey]:
        """Return which of the keys are to be read; forget all others when there are too many."""
        if len(self) + len(keys) > _VERSIONS_KEPT:
            self.clear()
        return {key for key in keys if key not in self}

    def keep(self, row: QuestionRow) -> None:
        """Remember a version."""
        self[QuestionKey(row.id or 0)] = (row.workspace_id, to_question(row))


@dataclass
class QuestionRepository:
    """Implements `bot.ports.Questions`."""

    session: AsyncSession
    versions: Versions

    async def pack_digest(self, pack: str) -> str | None:
        row = await self._shipped(pack)
        return row.digest if row else None

    async def _shipped(self, pack: str) -> PackRow | None:
        rows = await self.session.exec(
            select(PackRow).where(PackRow.name == pack, col(PackRow.workspace_id).is_(None))
        )
        return rows.first()

    async def store_pack(self, pack: str, digest: str, questions: Sequence[Question]) -> None:
        row = await self._shipped(pack)
        if row is None:
            row = PackRow(name=pack, digest=digest)
            self.session.add(row)
        row.digest = digest
        await self.session.flush()
        await self.session.exec(
            update(QuestionRow).where(col(QuestionRow.pack_id) == row.id).values(current=False)
        )
        rows = [from_question(question) | {"pack_id": row.id} for question in questions]
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            await self._store(row, rows[start : start + _ROWS_AT_ONCE])

    async def _store(self, pack: PackRow, rows: Sequence[dict[str, Any]]) -> None:
        """Insert new versions; one that was there before becomes the current one again."""
        await insert_new(self.session, QuestionRow, rows)
        versions = [(values["slug"], values["version"]) for values in rows]
        await self.session.exec(
            update(QuestionRow)
            .where(
                col(QuestionRow.pack_id) == pack.id,
                tuple_(col(QuestionRow.slug), col(QuestionRow.version)).in_(versions),
            )
            .values(current=True)
            .execution_options(synchronize_session=False)
        )

    async def deck(self, workspace_id: WorkspaceId, wanted: QuestionFilter) -> Deck:
        return (await self.decks([workspace_id]))[workspace_id].fitting(wanted)

    async def decks(self, workspace_ids: Sequence[WorkspaceId]) -> Mapping[WorkspaceId, Deck]:
        shared = await self._shared_deck()
        rows = await self.session.exec(
            select(PackRow.workspace_id).where(col(PackRow.workspace_id).in_(set(workspace_ids)))
        )
        own = {owner: await self._read_deck(owner) for owner in set(rows)}
        return {one: own.get(one, shared) for one in workspace_ids}

    async def _shared_deck(self) -> Deck:
        """Return what ships, read anew only when a pack's digest has changed."""
        packs = await self.session.exec(
            select(PackRow.name, PackRow.digest).where(col(PackRow.workspace_id).is_(None))
        )
        digests = tuple(sorted(packs))
        if self.versions.shared is None or self.versions.shared[0] != digests:
            self.versions.shared = (digests, await self._read_deck(None))
        return self.versions.shared[1]

    async def _read_deck(self, workspace_id: int | None) -> Deck:
        rows = await self.session.exec(
            select(  # type: ignore[call-overload]
                col(QuestionRow.id),
                col(QuestionRow.slug),
                col(QuestionRow.level),
                col(QuestionRow.topics),
                col(PackRow.name),
            )
            .join(PackRow, col(PackRow.id) == col(QuestionRow.pack_id))
            .where(
                col(QuestionRow.current),
                or_(
                    col(QuestionRow.workspace_id).is_(None),
                    col(QuestionRow.workspace_id) == workspace_id,
                ),
            )
            .order_by(QuestionRow.slug)
        )
        return Deck(to_summary(*row) for row in rows)

    async def get_many(
        self, workspace_id: WorkspaceId | None, keys: Sequence[QuestionKey]
    ) -> Mapping[QuestionKey, Question]:
        missing = self.versions.make_room(keys)
        if missing:
            rows = await self.session.exec(
                select(QuestionRow).where(col(QuestionRow.id).in_(missing))
            )
            for row in rows:
                self.versions.keep(row)
        held = {key: self.versions[key] for key in set(keys) if key in self.versions}
        return {
            key: question
            for key, (owner, question) in held.items()
            if workspace_id is None or owner in (None, workspace_id)
        }
