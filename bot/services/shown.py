"""Which question a member means, by key, by message or as the newest one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.commands import Caller
from bot.domain import delivery as moves
from bot.domain.attempt import Attempt, AttemptKind
from bot.domain.deck import Seen
from bot.domain.delivery import Delivery, DeliveryState, Draft, Purpose, make_key
from bot.domain.interview import Interview, Step
from bot.domain.question import Question, QuestionSummary
from bot.errors import NotFound
from bot.ports import Storage, UnitOfWork
from bot.services.settling import apply_changes

_GONE = "That question is gone. Type /fastapi-quiz today for the current one."
_NO_QUESTION = "There is no question in this channel yet. Type /fastapi-quiz ask for one."


@dataclass(frozen=True)
class Shown:
    """A question that a member can see, and whether its question day is over."""

    delivery: Delivery
    question: Question
    late: bool


async def find_shown(
    work: UnitOfWork, caller: Caller, key: str = "", message_id: str = ""
) -> Shown:
    """Return the question with that key, or else the newest one the caller can see.

    Somebody who acts on a question proves that it was posted: a delivery that still was
    in doubt is confirmed by it.

    Raises:
        NotFound: there is none, with the next step.
    """
    delivery = await _find_delivery(work, caller, key)
    if _is_in_doubt(delivery):
        proof = moves.confirm(message_id, delivery.due_at)
        await apply_changes(work, [(delivery, proof)], caller.now)
    return await load_shown(work, caller, delivery)


async def look_up_shown(
    storage: Storage, caller: Caller, key: str = "", message_id: str = ""
) -> Shown:
    """Return what `find_shown` does; only a delivery in doubt takes a transaction."""
    async with storage.reading() as work:
        delivery = await _find_delivery(work, caller, key)
        if not _is_in_doubt(delivery):
            return await load_shown(work, caller, delivery)
    async with storage.writing() as work:
        return await find_shown(work, caller, key, message_id)


async def show_posted(storage: Storage, caller: Caller) -> Shown:
    """Return the newest question that the channel sees: from now on it is the caller's newest.

    What they alone were asked since goes behind it; its own buttons still answer it.

    Raises:
        NotFound: there is none, with the next step.
    """
    async with storage.reading() as work:
        delivery = await work.deliveries.newest(caller.workspace.id, caller.channel, None)
        if delivery is None:
            raise NotFound(_NO_QUESTION)
        shown = await load_shown(work, caller, delivery)
        is_newest = await _is_newest(work, caller, delivery)
    if not is_newest:
        async with storage.writing() as work:
            await _put_first(work, caller, delivery)
    return shown


async def _is_newest(work: UnitOfWork, caller: Caller, posted: Delivery) -> bool:
    newest = await work.deliveries.newest(caller.workspace.id, caller.channel, caller.member.id)
    return newest == posted and await find_asked_step(work, caller) is None


async def _put_first(work: UnitOfWork, caller: Caller, posted: Delivery) -> None:
    before = (posted.posted_at or posted.due_at) - timedelta(microseconds=1)
    await work.deliveries.put_behind(caller.member, caller.channel, before)
    if asked := await find_asked_step(work, caller):
        interview, step = asked
        await work.interviews.show_again(interview, replace(step, asked_at=before))


async def find_asked_step(work: UnitOfWork, caller: Caller) -> tuple[Interview, Step] | None:
    """Return what an open interview asks the caller in this channel."""
    interview = await work.interviews.open_of(caller.workspace.id, caller.member.id)
    if interview is None or interview.current is None or interview.channel != caller.channel:
        return None
    return interview, interview.current


async def leave_out_shown(
    work: UnitOfWork, caller: Caller, questions: Sequence[QuestionSummary]
) -> Sequence[QuestionSummary]:
    """Leave out the question on show in the channel, where there are others."""
    here = (caller.workspace.id, caller.channel)
    on_show = (await work.deliveries.seen([here])).get(here, Seen({})).last_id
    return [question for question in questions if question.id != on_show] or questions


async def _find_delivery(work: UnitOfWork, caller: Caller, key: str) -> Delivery:
    deliveries = work.deliveries
    if key:
        delivery = await deliveries.by_key(caller.workspace.id, key)
    else:
        delivery = await deliveries.newest(caller.workspace.id, caller.channel, caller.member.id)
    if delivery is None or not _may_see(caller, delivery):
        raise NotFound(_GONE if key else _NO_QUESTION)
    return delivery


def _is_in_doubt(delivery: Delivery) -> bool:
    return delivery.state in (DeliveryState.SENDING, DeliveryState.STUCK)


async def load_shown(work: UnitOfWork, caller: Caller, delivery: Delivery) -> Shown:
    """Load what belongs to a delivery.

    Raises:
        NotFound: its question does not exist any more.
    """
    key = delivery.question_key
    questions = await work.questions.get_many(caller.workspace.id, [key] if key else [])
    if key is None or key not in questions:
        raise NotFound(_GONE)
    in_time = delivery.member_id is not None or delivery.is_its_date(caller.now)
    late = not in_time and await work.deliveries.is_over(delivery, caller.now)
    return Shown(delivery, questions[key], late)


def make_attempt(caller: Caller, shown: Shown, kind: AttemptKind, text: str = "") -> Attempt:
    """Return what the caller does with a question, as an entry of the log without points."""
    return Attempt(
        workspace_id=caller.workspace.id,
        member_id=caller.member.id,
        delivery_id=shown.delivery.id,
        slot=shown.delivery.slot,
        kind=kind,
        at=caller.now,
        late=shown.late,
        text=text,
    )


def draft_private(
    caller: Caller, question: QuestionSummary, salt: object, round_: int = 0
) -> Draft:
    """Return a delivery that only the caller sees; it is shown with the reply.

    `salt` tells it from others that the caller gets in the same instant.
    """
    return Draft(
        workspace_id=caller.workspace.id,
        channel=caller.channel,
        slot=caller.today,
        key=make_key(caller.workspace.seed, caller.member.id, caller.now.isoformat(), salt),
        purpose=Purpose.QUESTION,
        due_at=caller.now,
        expires_at=caller.now,
        state=DeliveryState.CONFIRMED,
        question_key=question.key,
        question_id=question.id,
        round=round_,
        posted_at=caller.now,
        member_id=caller.member.id,
    )


def _may_see(caller: Caller, delivery: Delivery) -> bool:
    own = delivery.member_id in (None, caller.member.id)
    return own and delivery.purpose is Purpose.QUESTION
