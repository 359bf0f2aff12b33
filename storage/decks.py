"""Decks, read anew only when something in them has changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam, literal, or_, union_all
from sqlalchemy import select as sa_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.domain.deck import Deck
from bot.domain.people import WorkspaceId
from storage.arrays import is_among
from storage.bulk import fetch
from storage.mapping import to_summary
from storage.statements import connection_of
from storage.tables import PackRow, QuestionRow, RetiredQuestionRow, table_of

_OWN_DECKS_KEPT = 256

VISIBLE = (
    select(  # type: ignore[call-overload]
        col(QuestionRow.id),
        col(QuestionRow.slug),
        col(QuestionRow.level),
        col(QuestionRow.topics),
        col(PackRow.name),
        col(PackRow.on_request),
        col(RetiredQuestionRow.at),
    )
    .join(PackRow, col(PackRow.id) == col(QuestionRow.pack_id))
    .outerjoin(
        RetiredQuestionRow,
        (col(RetiredQuestionRow.workspace_id) == bindparam("workspace"))
        & (col(RetiredQuestionRow.slug) == col(QuestionRow.slug)),
    )
    .where(
        col(QuestionRow.current),
        or_(
            col(QuestionRow.workspace_id).is_(None),
            col(QuestionRow.workspace_id) == bindparam("workspace"),
        ),
    )
    .order_by(
        col(QuestionRow.slug), col(QuestionRow.workspace_id).is_not(None), col(QuestionRow.pack_id)
    )
)
"""The current questions that a workspace can see. Of one id, the last row is the one that
counts: the workspace's own, then that of the newest pack."""

_IN_DECK = VISIBLE.where(col(RetiredQuestionRow.at).is_(None))

_PACKS = table_of(PackRow)
_RETIRED = table_of(RetiredQuestionRow)
_SIGNS = union_all(
    sa_select(_PACKS.c.workspace_id, _PACKS.c.name, _PACKS.c.digest).where(
        or_(_PACKS.c.workspace_id.is_(None), is_among(_PACKS.c.workspace_id, "workspaces"))
    ),
    sa_select(_RETIRED.c.workspace_id, _RETIRED.c.slug, literal("")).where(
        is_among(_RETIRED.c.workspace_id, "workspaces")
    ),
)
"""Built once: what any change of a deck changes, for all workspaces of a batch."""

Sign = frozenset[tuple[str, str]]


@dataclass
class DeckMemory:
    """The decks read so far, each with the sign that it was read by."""

    shared: tuple[Sign, Deck] | None = None
    own: dict[int, tuple[Sign, Deck]] = field(default_factory=dict)


async def read_decks(
    session: AsyncSession, memory: DeckMemory, workspace_ids: Sequence[WorkspaceId]
) -> Mapping[WorkspaceId, Deck]:
    """Return the deck of each workspace; those without a pack or a retirement of their own
    share one. Where nothing has changed it is one statement.
    """
    shared_sign, own_signs = await _read_signs(session, workspace_ids)
    if memory.shared is None or memory.shared[0] != shared_sign:
        memory.shared = (shared_sign, await _read_deck(session, None))
    decks = dict.fromkeys(workspace_ids, memory.shared[1])
    for workspace_id, own_sign in own_signs.items():
        sign = own_sign | shared_sign
        known = memory.own.get(workspace_id)
        if known is None or known[0] != sign:
            if len(memory.own) >= _OWN_DECKS_KEPT:
                memory.own.clear()
            known = memory.own[workspace_id] = (sign, await _read_deck(session, workspace_id))
        decks[workspace_id] = known[1]
    return decks


async def _read_signs(
    session: AsyncSession, workspace_ids: Sequence[WorkspaceId]
) -> tuple[Sign, Mapping[WorkspaceId, Sign]]:
    values = {"workspaces": tuple(set(workspace_ids))}
    rows = await fetch(connection_of(session), _SIGNS, values)
    signs: dict[int | None, set[tuple[str, str]]] = defaultdict(set)
    for owner, name, digest in rows:
        signs[owner].add((name, digest))
    shared = frozenset(signs.pop(None, ()))
    # an own pack may be called like a shared one: the owner tells them apart
    own = {
        WorkspaceId(owner): frozenset((f"own {name}", digest) for name, digest in sign)
        for owner, sign in signs.items()
        if owner is not None
    }
    return shared, own


async def _read_deck(session: AsyncSession, workspace_id: WorkspaceId | None) -> Deck:
    rows = await session.exec(_IN_DECK, params={"workspace": workspace_id})
    return Deck(to_summary(*row[:6]) for row in rows)
