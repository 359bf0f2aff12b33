"""Sends what is due: claim, mark, post, settle, each step committed before the next."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.domain import delivery as moves
from bot.domain.cards import Card, QuestionCard, RevealCard
from bot.domain.delivery import (
    Change,
    Delivery,
    DeliveryId,
    DeliveryState,
    Draft,
    Purpose,
    make_key,
)
from bot.domain.people import MemberId, Workspace, WorkspaceId
from bot.domain.question import Question
from bot.domain.schedule import Schedule, ScheduleId
from bot.errors import NotSent, Rejected
from bot.ports import ChatPort, Clock, Storage, UnitOfWork
from bot.services.background import Background
from bot.services.holding import Holding

BATCH = 100
SHARES = 4
"""One workspace may take a fourth of the posts under way."""
BRIEFLY = timedelta(milliseconds=250)
GROUP = 64
"""Posts whose end is committed together; fewer when no more end soon."""
SOON = 0.02
"""Seconds that the end of a post waits for others to be committed with."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Job:
    """A claimed delivery with all that posting it takes."""

    delivery: Delivery
    workspace: Workspace
    card: Card


@dataclass
class Delivering:
    """Takes due deliveries through the state machine.

    `owner` names this process; `lease` is how long it may hold a delivery. A post gives up
    after half the lease, so that nobody else looks for it meanwhile. At most `concurrency`
    posts are under way, of one workspace at most a quarter of them: a slow workspace delays
    no other. Whole batches are claimed, so that some deliveries wait here for their turn;
    what becomes of posts is committed in groups.
    """

    storage: Storage
    chats: Mapping[str, ChatPort]
    clock: Clock
    owner: str
    lease: timedelta
    grace: timedelta
    concurrency: int = 100
    holding: Holding = field(default_factory=Holding)

    def __post_init__(self) -> None:
        self._begun: Counter[WorkspaceId] = Counter()
        self._sends = Background()
        self._settler = Background()
        self._ended: list[tuple[Delivery, Change]] = []
        self._soon: asyncio.TimerHandle | None = None
        self._more = False
        self._draining = False
        self._turns = asyncio.Semaphore(self.concurrency)
        self._share = max(1, self.concurrency // SHARES)

    async def begin_due(self) -> int:
        """Begin to send what is due, as far as there is room; return how many were taken.

        What finds no room is begun when other posts have ended.
        """
        if len(self._sends) > self.concurrency + BATCH // 2:
            self._more = True
            return 0
        full = {workspace for workspace, posts in self._begun.items() if posts >= self._share}
        jobs, taken = await self._claim(full)
        self._more = taken == BATCH or bool(full)
        if jobs:
            until = self.clock.now() + self.lease
            ours = await self._mark_sending(jobs, until)
            for job in jobs:
                if job.delivery.id in ours:
                    self._begun[job.workspace.id] += 1
                    self._sends.begin(self._send(job, until - self.lease / 2))
        return taken

    def begin_no_more(self) -> None:
        """From now on leave what finds no room to others."""
        self._draining = True

    async def finish(self) -> None:
        """Wait until every post that was begun has ended and is settled."""
        while self._sends or self._settler or self._ended:
            await self._sends.finish()
            self._begin_settling()
            await self._settler.finish()

    async def _send(self, job: _Job, begin_before: datetime) -> None:
        try:
            async with self._turns:
                change = self._find_obstacle(job, begin_before) or await self._post(job)
        finally:
            self._begun[job.workspace.id] -= 1
            if not self._begun[job.workspace.id]:
                del self._begun[job.workspace.id]
        self._ended.append((job.delivery, change))
        self._arrange_settling(others=len(self._sends) > 1)

    def _find_obstacle(self, job: _Job, begin_before: datetime) -> Change | None:
        """Say what came up while the delivery waited for its turn: nothing was sent yet."""
        now = self.clock.now()
        held = self.holding.held_until(job.workspace.id, now)
        if held:
            change = moves.postpone(now, held[0] - now, held[1])
        elif self._draining or now > begin_before:
            change = moves.postpone(now, timedelta(0), "It waited too long for its turn.")
        else:
            return None
        return replace(change, tried=False)

    def _arrange_settling(self, *, others: bool) -> None:
        """Commit what has ended: at once where it is much or nothing else ends soon."""
        if len(self._ended) >= GROUP or not others:
            self._begin_settling()
        elif self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(SOON, self._begin_settling)

    def _begin_settling(self) -> None:
        if self._soon:
            self._soon.cancel()
            self._soon = None
        if self._ended and not self._settler:
            self._settler.begin(self._settle())

    async def _settle(self) -> None:
        """Commit what has ended; then use the room."""
        ended, self._ended = self._ended, []
        await settle(self.storage, ended, self.grace, self.clock.now())
        if self._more and not self._draining:
            await self.begin_due()
        if self._ended:
            asyncio.get_running_loop().call_soon(self._rearrange)

    def _rearrange(self) -> None:
        self._arrange_settling(others=len(self._sends) > 0)

    async def _claim(self, full: Collection[WorkspaceId]) -> tuple[Sequence[_Job], int]:
        """Claim, put back what has to wait, and return the rest with the number claimed."""
        now = self.clock.now()
        async with self.storage.writing() as work:
            await work.deliveries.expire(now)
            claimed = await work.deliveries.claim(self.owner, now, now + self.lease, BATCH, full)
            waiting = self._find_waiting(claimed, now)
            await work.deliveries.release(waiting)
            held = {one.id for one, _ in waiting}
            free = [delivery for delivery in claimed if delivery.id not in held]
            return await self._prepare(work, free, now), len(claimed)

    def _find_waiting(
        self, claimed: Sequence[Delivery], now: datetime
    ) -> list[tuple[Delivery, Change]]:
        """Tell which must wait: their workspace is held, or has enough posts under way."""
        begun: Counter[WorkspaceId] = Counter(self._begun)
        waiting = []
        for delivery in claimed:
            begun[delivery.workspace_id] += 1
            held = self.holding.held_until(delivery.workspace_id, now)
            if held:
                until, reason = held
                waiting.append((delivery, moves.postpone(now, until - now, reason)))
            elif begun[delivery.workspace_id] > self._share:
                reason = "Others of the same workspace go first."
                waiting.append((delivery, moves.postpone(now, BRIEFLY, reason)))
        return waiting

    async def _prepare(
        self, work: UnitOfWork, claimed: Sequence[Delivery], now: datetime
    ) -> Sequence[_Job]:
        if not claimed:
            return ()
        ids = [delivery.workspace_id for delivery in claimed]
        workspaces = await work.workspaces.get_many(ids)
        keys = [delivery.question_key for delivery in claimed if delivery.question_key]
        questions = await work.questions.get_many(None, keys)
        jobs = []
        for delivery in claimed:
            assert delivery.question_key is not None
            workspace = workspaces[delivery.workspace_id]
            question = questions[delivery.question_key]
            card = await _make_card(work, delivery, workspace, question, now)
            jobs.append(_Job(delivery, workspace, card))
        return jobs

    async def _mark_sending(self, jobs: Sequence[_Job], until: datetime) -> set[DeliveryId]:
        async with self.storage.writing() as work:
            return await work.deliveries.mark_sending([job.delivery for job in jobs], until)

    async def _post(self, job: _Job) -> Change:
        """Post once and say what became of it; never raises."""
        delivery, workspace = job.delivery, job.workspace
        words = {"delivery": delivery.key, "workspace": workspace.external_id}
        chat = self.chats.get(workspace.platform)
        if chat is None:
            return moves.postpone(self.clock.now(), self.lease, "Its platform is not running here.")
        try:
            with structlog.contextvars.bound_contextvars(**words):
                message_id = await self._call(chat, job)
        except NotSent as error:
            log.warning("post_refused", **words, problem=str(error))
            now = self.clock.now()
            wait = max(error.retry_after, moves.back_off(delivery.tries))
            self.holding.wait(workspace.id, now + wait, str(error))
            return moves.postpone(now, wait, str(error))
        except Rejected as error:
            log.warning("post_rejected", **words, problem=str(error))
            return moves.fail(str(error))
        except Exception as error:
            log.warning("post_in_doubt", **words, problem=repr(error))
            self.holding.fail(workspace.id, self.clock.now())
            return moves.look_again(self.clock.now(), 0, "The reply was lost.")
        self.holding.succeed(workspace.id)
        log.info("posted", **words, channel=delivery.channel, message=message_id)
        return moves.confirm(message_id, self.clock.now())

    async def _call(self, chat: ChatPort, job: _Job) -> str:
        async with asyncio.timeout(self.lease.total_seconds() / 2):
            return await chat.post(
                job.workspace.external_id, job.delivery.channel, job.card, job.delivery.key
            )


async def _make_card(
    work: UnitOfWork, delivery: Delivery, workspace: Workspace, question: Question, now: datetime
) -> Card:
    if delivery.purpose is Purpose.REVEAL:
        return RevealCard(
            question,
            delivery.key,
            counts=await work.attempts.counts(delivery),
            thread_of=await work.deliveries.question_message_id(delivery),
        )
    return QuestionCard(
        question=question,
        workspace=workspace.external_id,
        slot=delivery.slot,
        key=delivery.key,
        schedule_number=delivery.schedule_number,
        late=moves.is_late(delivery.due_at, now),
        emoji=workspace.emoji,
    )


async def settle(
    storage: Storage,
    changes: Sequence[tuple[Delivery, Change]],
    grace: timedelta,
    now: datetime,
) -> None:
    """Commit what became of sends, with what follows from it.

    A posted question plans its answer for all, if the schedule wants one; a permanent
    refusal pauses the schedule and tells its admin.
    """
    async with storage.writing() as work:
        settled = await work.deliveries.settle(changes)
        posted = []
        for delivery, change in changes:
            if delivery.id not in settled or delivery.schedule_id is None:
                continue
            if change.state is DeliveryState.CONFIRMED:
                posted.append((delivery, change))
            elif change.state is DeliveryState.FAILED:
                await _pause_schedule(work, delivery, delivery.schedule_id, change, now)
            elif change.state is DeliveryState.STUCK:
                await _tell_admin(work, delivery, delivery.schedule_id, str(change.reason), now)
        await _plan_reveals(work, posted, grace)


async def _plan_reveals(
    work: UnitOfWork, posted: Sequence[tuple[Delivery, Change]], grace: timedelta
) -> None:
    due = [
        (delivery, change.posted_at + delivery.reveal_after)
        for delivery, change in posted
        if delivery.purpose is Purpose.QUESTION and delivery.reveal_after and change.posted_at
    ]
    if due:
        workspaces = await work.workspaces.get_many([delivery.workspace_id for delivery, _ in due])
        await work.deliveries.insert(
            [
                draft_reveal(workspaces[delivery.workspace_id], delivery, due_at, grace)
                for delivery, due_at in due
            ]
        )


def draft_reveal(
    workspace: Workspace, delivery: Delivery, due_at: datetime, grace: timedelta
) -> Draft:
    """Return the delivery that brings the answer for all to a posted question."""
    purpose = Purpose.REVEAL
    return Draft(
        workspace_id=delivery.workspace_id,
        channel=delivery.channel,
        slot=delivery.slot,
        key=make_key(workspace.seed, delivery.key, purpose.value),
        purpose=purpose,
        due_at=due_at,
        expires_at=due_at + grace,
        run=delivery.run,
        schedule_id=delivery.schedule_id,
        question_key=delivery.question_key,
        question_id=delivery.question_id,
    )


async def _pause_schedule(
    work: UnitOfWork, delivery: Delivery, schedule_id: ScheduleId, change: Change, now: datetime
) -> None:
    schedule = await work.schedules.get(delivery.workspace_id, schedule_id)
    if schedule is None or schedule.paused_because:
        return
    reason = str(change.reason)
    await work.schedules.save(replace(schedule, paused_because=reason, next_due_at=None))
    await _tell_admin(
        work,
        delivery,
        schedule_id,
        f"{reason} Schedule {schedule.number} is paused; "
        f"then type: /fastapi-quiz schedule resume {schedule.number}",
        now,
    )


async def _tell_admin(
    work: UnitOfWork, delivery: Delivery, schedule_id: ScheduleId, text: str, now: datetime
) -> None:
    schedule = await work.schedules.get(delivery.workspace_id, schedule_id)
    if schedule is None:
        return
    about = f"The question of {delivery.slot} was not posted: "
    for member_id in await _admins_of(work, schedule):
        await work.notices.add(
            delivery.workspace_id, member_id, delivery.channel, about + text, now
        )


async def _admins_of(work: UnitOfWork, schedule: Schedule) -> list[MemberId]:
    if schedule.created_by is not None:
        return [schedule.created_by]
    return [admin.id for admin in await work.members.admins(schedule.workspace_id)]
