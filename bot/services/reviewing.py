"""Keeps each member's reviews: fed by answers, self-ratings and missed questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from fsrs import Rating

from bot.commands import Caller
from bot.domain.cards import Button, Card, NoticeCard, QuestionCard
from bot.domain.formatting import format_date, format_duration
from bot.domain.people import Member
from bot.domain.question import Question, QuestionFilter, QuestionSummary
from bot.domain.review import Review, schedule_review
from bot.domain.schedule import to_local
from bot.domain.streak import question_days
from bot.ports import UnitOfWork
from bot.services.generating import DRILLS, GENERATED
from bot.services.shown import draft_private, load_shown

MISSED_WITHIN = timedelta(days=30)
"""Daily questions missed longer ago are left in peace."""
DRILL = Button("Drill", "practice", value="drill")


async def keep_rating(
    work: UnitOfWork, caller: Caller, question_id: str, rating: Rating
) -> Review | None:
    """Schedule the caller's next review of a question; return the one before, if there was.

    The dice for the fuzz are seeded by the workspace, the member and the count, so that the
    same course of things gives the same dates.
    """
    member = caller.member
    whose = (caller.workspace.id, member.id, question_id)
    known = await work.reviews.find(*whose, to_change=True)
    review = known or Review(caller.workspace.id, member.id, question_id, caller.now)
    seed = f"{caller.workspace.seed}/{member.id}/{question_id}/{review.reviews}"
    dice = Random(seed)  # noqa: S311 - spreads reviews over days, guards nothing
    await work.reviews.save(schedule_review(review, rating, caller.now, caller.zone, dice))
    return known


async def add_missed(work: UnitOfWork, member: Member, now: datetime) -> None:
    """Bring daily questions that the member missed, but not while away, into their queue."""
    missed = await work.reviews.missed(member, now - MISSED_WITHIN)
    if not missed:
        return
    away = await work.members.away(member.workspace_id, member.id)
    days = question_days(await work.deliveries.posted_slots(member.workspace_id))
    counted = {
        day.date
        for day in days
        if day.closed_at is not None
        and not any(period.covers(day.date, day.began_at, day.closed_at) for period in away)
    }
    questions = dict.fromkeys(one.question_id for one in missed if one.slot in counted)
    await work.reviews.add([Review(member.workspace_id, member.id, one, now) for one in questions])


async def load_deck(work: UnitOfWork, member: Member) -> dict[str, QuestionSummary]:
    """Return the questions that there are now, by id: what was retired is not practised.

    A schedule may have posted from the generated pack, which is in no deck by itself.
    """
    generated = await work.questions.deck(member.workspace_id, QuestionFilter(pack=GENERATED))
    deck = await work.questions.deck(member.workspace_id, QuestionFilter())
    return {summary.id: summary for summary in (*generated, *deck)}


def keep_known(reviews: Iterable[Review], deck: dict[str, QuestionSummary]) -> list[Review]:
    """Return the reviews whose question is still there."""
    return [review for review in reviews if review.question_id in deck]


async def ask_due(work: UnitOfWork, caller: Caller) -> Card:
    """Ask the caller's longest due review, or say when the next one is due."""
    deck, due = await _load_due(work, caller)
    if due:
        return await _ask(work, caller, due[0], deck[due[0].question_id], len(due))
    return await _say_next_due(work, caller, deck)


async def tell_due(work: UnitOfWork, caller: Caller) -> NoticeCard:
    """Say how many reviews are due, or when the next one is, without asking any."""
    deck, due = await _load_due(work, caller)
    if not due:
        return await _say_next_due(work, caller, deck)
    text = "1 review is due." if len(due) == 1 else f"{len(due)} reviews are due."
    return NoticeCard(text, {"due": len(due)}, (Button("Practise", "command", value="practice"),))


async def _load_due(
    work: UnitOfWork, caller: Caller
) -> tuple[dict[str, QuestionSummary], list[Review]]:
    member = caller.member
    await add_missed(work, member, caller.now)
    deck = await load_deck(work, member)
    due = await work.reviews.due(caller.workspace.id, member.id, caller.now)
    return deck, keep_known(due, deck)


async def _say_next_due(
    work: UnitOfWork, caller: Caller, deck: dict[str, QuestionSummary]
) -> NoticeCard:
    coming = await work.reviews.coming(caller.workspace.id, caller.member.id, caller.now)
    return say_nothing_due(caller, keep_known(coming, deck))


async def _ask(
    work: UnitOfWork, caller: Caller, review: Review, summary: QuestionSummary, due: int
) -> Card:
    card = await show_private(work, caller, summary, f"{review.reviews}", due)
    await work.reviews.note_asked(review, card.key)
    return card


async def show_private(
    work: UnitOfWork, caller: Caller, summary: QuestionSummary, salt: str, due: int
) -> QuestionCard:
    """Deliver a question to the caller alone; the same one in the same instant is one."""
    draft = draft_private(caller, summary, f"{salt}/{summary.id}")
    await work.deliveries.insert([draft])
    delivery = await work.deliveries.by_key(caller.workspace.id, draft.key)
    assert delivery is not None
    shown = await load_shown(work, caller, delivery)
    return replace(QuestionCard.of(delivery, shown.question, caller.workspace), due=due)


def say_nothing_due(caller: Caller, coming: Sequence[Review]) -> NoticeCard:
    """Say when the next review is due, and offer a drill."""
    if not coming:
        text = (
            "There is nothing to practise yet. Questions that you answer, rate or miss come "
            "here by themselves. Take a drill, or type: /fastapi-quiz ask"
        )
        return NoticeCard(text, {"due": 0, "next_due_at": None}, (DRILL,))
    at = coming[0].due_at
    local = to_local(at, caller.zone)
    text = (
        f"Nothing is due. Your next review is due on {format_date(local)} at {local:%H:%M}, in "
        f"{format_duration(at - caller.now)}. Until then you can take a drill."
    )
    return NoticeCard(text, {"due": 0, "next_due_at": at.isoformat()}, (DRILL,))


async def go_on(
    work: UnitOfWork, caller: Caller, question: Question, key: str, rating: Rating
) -> list[Card]:
    """Keep a rating; where practice asked the question, return what comes next there.

    A drill is not reviewed: the next one is as good.
    """
    if question.pack == DRILLS:
        return [NoticeCard("Another one?", {"drill": True}, (DRILL,))]
    before = await keep_rating(work, caller, question.id, rating)
    asked_by_practice = before is not None and before.asked_key == key
    return [await ask_due(work, caller)] if asked_by_practice else []
