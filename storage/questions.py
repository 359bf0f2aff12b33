"""The stored bank, by version."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import tuple_
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.deck import Deck
from bot.domain.people import WorkspaceId
from bot.domain.question import Question, QuestionFilter, QuestionKey
from storage.decks import DeckMemory, read_decks
from storage.mapping import from_question, read_question, to_question
from storage.statements import insert_many_new, insert_new
from storage.tables import PackRow, QuestionRow

_VERSIONS_KEPT = 2000
_ROWS_AT_ONCE = 50
"""A row holds a question whole, some kilobytes: no more than these are written out at once."""


class Versions(dict[QuestionKey, tuple[int | None, Question]]):
    """Versions read so far, with their workspace. A stored version never changes."""

    def __init__(self) -> None:
        self.decks = DeckMemory()

    def make_room(self, keys: Sequence[QuestionKey]) -> set[QuestionKey]:
        """Return which of the keys are to be read; forget all others when there are too many."""
        if len(self) + len(keys) > _VERSIONS_KEPT:
            self.clear()
        return {key for key in keys if key not in self}

    def keep(self, row: QuestionRow) -> None:
        """Remember a version, unless it can't be read: then it is as if it was not there."""
        with suppress(LookupError, TypeError, ValueError):
            self[QuestionKey(row.id or 0)] = (row.workspace_id, to_question(row))


@dataclass
class QuestionRepository:
    """Implements `bot.ports.Questions`."""

    session: AsyncSession
    versions: Versions

    async def pack_digest(self, pack: str) -> str | None:
        row = await self._find_pack(pack, None)
        return row.digest if row else None

    async def _find_pack(
        self, pack: str, workspace_id: WorkspaceId | None, *, to_change: bool = False
    ) -> PackRow | None:
        wanted = select(PackRow).where(
            PackRow.name == pack,
            col(PackRow.workspace_id).is_not_distinct_from(workspace_id),
        )
        if to_change:
            wanted = wanted.with_for_update(key_share=True)
            wanted = wanted.execution_options(populate_existing=True)
        return (await self.session.exec(wanted)).first()

    async def _hold_pack(self, pack: str, workspace_id: WorkspaceId | None) -> PackRow:
        """Return the pack, made if it is new. Nobody else changes it until the transaction ends:
        of two that store versions at once, neither sees which the other makes current."""
        values = {"name": pack, "workspace_id": workspace_id, "digest": "", "on_request": False}
        row = await self._find_pack(pack, workspace_id, to_change=True)
        if row is None:
            await insert_new(self.session, PackRow, [values])
            row = await self._find_pack(pack, workspace_id, to_change=True)
        assert row is not None
        return row

    async def store_pack(
        self,
        pack: str,
        digest: str,
        questions: Sequence[Question],
        workspace_id: WorkspaceId | None = None,
        *,
        on_request: bool = False,
    ) -> None:
        row = await self._hold_pack(pack, workspace_id)
        row.digest = digest
        row.on_request = on_request
        self.session.add(row)
        await self.session.flush()
        await self._make_outdated(row)
        for start in range(0, len(questions), _ROWS_AT_ONCE):
            some = questions[start : start + _ROWS_AT_ONCE]
            rows = await asyncio.to_thread(_write_rows, row.id, row.name, workspace_id, some)
            await self._store(row, rows)

    async def add_own(
        self, workspace_id: WorkspaceId, pack: str, question: Question
    ) -> QuestionKey:
        row = await self._hold_pack(pack, workspace_id)
        row.digest = _change_digest(row.digest, question)
        self.session.add(row)
        await self.session.flush()
        await self._make_outdated(row, col(QuestionRow.slug) == question.id)
        [values] = _write_rows(row.id, row.name, workspace_id, [question])
        await self._store(row, [values])
        keys = await self.session.exec(
            select(col(QuestionRow.id)).where(
                QuestionRow.pack_id == row.id,
                QuestionRow.slug == question.id,
                QuestionRow.version == values["version"],
            )
        )
        return QuestionKey(keys.one() or 0)

    async def _make_outdated(self, pack: PackRow, *conditions: Any) -> None:
        await self.session.exec(
            update(QuestionRow)
            .where(col(QuestionRow.pack_id) == pack.id, *conditions)
            .values(current=False)
            .execution_options(synchronize_session=False)
        )

    async def _store(self, pack: PackRow, rows: Sequence[dict[str, Any]]) -> None:
        """Insert new versions; one that was there before becomes the current one again."""
        await insert_many_new(self.session, QuestionRow, rows)
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

    async def current_versions(
        self, workspace_id: WorkspaceId | None, pack: str
    ) -> Mapping[str, str]:
        rows = await self.session.exec(
            select(col(QuestionRow.slug), col(QuestionRow.version))
            .join(PackRow, col(PackRow.id) == col(QuestionRow.pack_id))
            .where(
                PackRow.name == pack,
                col(PackRow.workspace_id).is_not_distinct_from(workspace_id),
                col(QuestionRow.current),
            )
        )
        return dict(rows.all())

    async def pack_questions(
        self, workspace_id: WorkspaceId | None, pack: str
    ) -> Sequence[Question]:
        row = await self._find_pack(pack, workspace_id) or await self._find_pack(pack, None)
        if row is None:
            return []
        bodies = await self.session.exec(
            select(col(QuestionRow.body))
            .where(QuestionRow.pack_id == row.id, col(QuestionRow.current))
            .order_by(QuestionRow.slug)
        )
        return await asyncio.to_thread(_read_bodies, bodies.all())

    async def deck(self, workspace_id: WorkspaceId, wanted: QuestionFilter) -> Deck:
        return (await self.decks([workspace_id]))[workspace_id].fitting(wanted)

    async def decks(self, workspace_ids: Sequence[WorkspaceId]) -> Mapping[WorkspaceId, Deck]:
        return await read_decks(self.session, self.versions.decks, workspace_ids)

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


def _change_digest(digest: str, question: Question) -> str:
    return hashlib.blake2b(f"{digest}/{question.version}".encode(), digest_size=16).hexdigest()


def _read_bodies(bodies: Sequence[str]) -> list[Question]:
    return [read_question(json.loads(body)) for body in bodies]


def _write_rows(
    pack_id: int | None, name: str, workspace_id: int | None, questions: Sequence[Question]
) -> list[dict[str, Any]]:
    """Write questions as rows of a pack; thousands take a while, so not on the event loop."""
    owner = {"pack_id": pack_id, "workspace_id": workspace_id}
    named = (one if one.pack == name else replace(one, pack=name) for one in questions)
    return [from_question(question) | owner for question in named]
