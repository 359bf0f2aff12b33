"""What posting a delivery takes, read before it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.domain.cards import Card, QuestionCard, RevealCard
from bot.domain.delivery import Delivery, Purpose, is_late
from bot.domain.people import Workspace
from bot.domain.question import Question, QuestionKey
from bot.ports import UnitOfWork
from bot.services.digesting import make_digest

log = structlog.get_logger(__name__)
_ODD = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What is raised where something stored is not as it should be."""


@dataclass(frozen=True, slots=True)
class Job:
    """A delivery that is ours to send, with all that posting it takes. Its card is None where that
    can't be made."""

    delivery: Delivery
    workspace: Workspace
    card: Card | None


async def prepare_jobs(
    work: UnitOfWork, deliveries: Sequence[Delivery], now: datetime
) -> Sequence[Job]:
    """Read what these deliveries bring, and to whom."""
    if not deliveries:
        return ()
    workspaces = await work.workspaces.get_many([one.workspace_id for one in deliveries])
    return await make_jobs(work, [(workspaces[one.workspace_id], one) for one in deliveries], now)


async def make_jobs(
    work: UnitOfWork, deliveries: Sequence[tuple[Workspace, Delivery]], now: datetime
) -> Sequence[Job]:
    """Read what these deliveries bring."""
    keys = [delivery.question_key for _, delivery in deliveries if delivery.question_key]
    questions = await work.questions.get_many(None, keys)
    return [
        Job(delivery, workspace, await _try_card(work, delivery, workspace, questions, now))
        for workspace, delivery in deliveries
    ]


async def _try_card(
    work: UnitOfWork,
    delivery: Delivery,
    workspace: Workspace,
    questions: Mapping[QuestionKey, Question],
    now: datetime,
) -> Card | None:
    """Make the card; whatever is wrong with it, it keeps no other back. What the database says
    is about all of them."""
    try:
        return await _make_card(work, delivery, workspace, questions, now)
    except _ODD:
        log.exception("card_failed", delivery=delivery.key, workspace=workspace.external_id)
        return None


async def _make_card(
    work: UnitOfWork,
    delivery: Delivery,
    workspace: Workspace,
    questions: Mapping[QuestionKey, Question],
    now: datetime,
) -> Card:
    if delivery.purpose is Purpose.DIGEST:
        return await make_digest(work, delivery, now)
    assert delivery.question_key is not None
    question = questions[delivery.question_key]
    if delivery.purpose is Purpose.REVEAL:
        return RevealCard(
            question,
            delivery.key,
            counts=await work.attempts.counts(delivery),
            thread_of=await work.deliveries.question_message_id(delivery),
        )
    card = QuestionCard.of(delivery, question, workspace)
    return replace(card, late=is_late(delivery.due_at, now), discussion=delivery.discussion)
