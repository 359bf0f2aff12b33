"""Sends what is due: claim, mark, post, settle, each step committed before the next."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
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
    Purpose,
)
from bot.domain.people import Workspace, WorkspaceId
from bot.domain.question import Question
from bot.errors import NotSent, Rejected, RejectReason, StorageError
from bot.ports import NO_METER, ChatPort, Clock, Meter, Storage, UnitOfWork
from bot.services.background import Background
from bot.services.digesting import make_digest
from bot.services.holding import Holding
from bot.services.pacing import Pacing
from bot.services.settling import settle

BATCH = 200
"""Deliveries that are claimed together. More would be in doubt after a crash, and fewer make
each pay more of a commit."""
LEAST = 20
"""Deliveries that are claimed at the least, if so many are due."""
SHARES = 4
"""One workspace may take a fourth of the posts under way."""
BRIEFLY = timedelta(milliseconds=250)
GROUP = 100
"""Posts whose end is committed together; fewer when no more end soon."""
SOON = 0.05
"""Seconds that the end of a post waits for others to be committed with."""
AFTER_FAULT = 5.0
"""Seconds until the database is asked again, after it refused to take what became of posts."""
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
    posts are under way, of one workspace at most a quarter of them: a slow workspace delays no
    other. `wake` is called when something is to be done again sooner than was known. Whole
    batches are claimed, so that some deliveries wait here for their turn; what becomes of posts
    is committed in groups.
    """

    storage: Storage
    chats: Mapping[str, ChatPort]
    clock: Clock
    owner: str
    lease: timedelta
    grace: timedelta
    concurrency: int = 100
    holding: Holding = field(default_factory=Holding)
    meter: Meter = NO_METER
    pacing: Pacing = field(default_factory=Pacing)
    wake: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self._begun: Counter[WorkspaceId] = Counter()
        self._waiting: deque[tuple[_Job, datetime]] = deque()
        self._workers = 0
        self._settling = False
        self._tasks = Background()
        self._ended: list[tuple[Delivery, Change]] = []
        self._group_is_whole = asyncio.Event()
        self._more = False
        self._limit = BATCH
        self._draining = False

    @property
    def _share(self) -> int:
        return max(1, self.concurrency // SHARES)

    async def begin_due(self) -> int:
        """Begin to send what is due, as far as there is room; return how many were begun.

        What finds no room is begun when other posts have ended. A workspace that has filled its
        share is left out until half of it is free, and where most of a claim had to be put back,
        the next one is smaller: else each post of a workspace with thousands would cost a claim.
        """
        if len(self._waiting) > BATCH // 2:
            self._more = True
            return 0
        half = self._share // 2
        full = {workspace for workspace, posts in self._begun.items() if posts > half}
        jobs, taken = await self._claim(full, self._limit)
        self._more = taken == self._limit or bool(full)
        self._limit = min(BATCH, max(LEAST, 2 * len(jobs)))
        if jobs:
            until = self.clock.now() + self.lease
            ours = await self._mark_sending(jobs, until)
            for job in jobs:
                if job.delivery.id in ours:
                    self._begun[job.workspace.id] += 1
                    self._waiting.append((job, until - self.lease / 2))
            self._start_workers()
        return len(jobs)

    async def skip_expired(self) -> None:
        """Skip what could not be posted within its grace."""
        async with self.storage.writing() as work:
            expired = await work.leases.expire(self.clock.now())
        if expired:
            log.warning("expired", count=expired)
            self.meter.note_delivery(DeliveryState.SKIPPED, count=expired)

    def settle_again(self) -> None:
        """Begin to commit posts that have ended, unless that is under way; also those whose
        commit failed before."""
        if self._ended and not self._settling:
            self._settling = True
            self._tasks.begin(self._settle())

    def begin_no_more(self) -> None:
        """From now on leave what finds no room to others."""
        self._draining = True

    def count_flying(self) -> int:
        """Return how many posts are under way or wait here for their turn."""
        return self._begun.total()

    async def finish(self) -> None:
        """Wait until every post that was begun has ended and is settled, if the database lets."""
        self.settle_again()
        await self._tasks.finish()

    def _start_workers(self) -> None:
        """A post under way is a worker's; those that find nothing to do end."""
        wanted = min(self.concurrency, self._begun.total())
        for _ in range(self._workers, wanted):
            self._workers += 1
            self._tasks.begin(self._work())

    async def _work(self) -> None:
        """Send one delivery after another until none waits here."""
        try:
            while self._waiting:
                await self._send(*self._waiting.popleft())
        finally:
            self._workers -= 1

    async def _send(self, job: _Job, begin_before: datetime) -> None:
        structlog.contextvars.bind_contextvars(delivery=job.delivery.key)
        try:
            change = self._find_obstacle(job, begin_before) or await self._post(job)
        finally:
            self._begun[job.workspace.id] -= 1
            if not self._begun[job.workspace.id]:
                self._begun.pop(job.workspace.id)
        self._ended.append((job.delivery, change))
        if len(self._ended) >= GROUP or not self._begun:
            self._group_is_whole.set()
        self.settle_again()

    def _find_obstacle(self, job: _Job, begin_before: datetime) -> Change | None:
        """Say what came up while the delivery waited for its turn: nothing was sent yet."""
        now = self.clock.now()
        held = self.holding.held_until(job.workspace.id, now)
        if held:
            change = moves.postpone(now, held[0] - now, held[1])
        elif self._draining or now > begin_before:
            change = moves.postpone(now, timedelta(0), "It waited too long for its turn.")
        elif turn := self.pacing.take_turn(job.delivery, job.workspace, now):
            change = moves.postpone(now, turn - now, "The platform takes one post after another.")
        else:
            return None
        return replace(change, tried=False)

    async def _settle(self) -> None:
        """Commit what has ended, group by group, and use the room; until nothing is left."""
        try:
            while self._ended:
                await self._await_group()
                await self._commit_ended()
                if self._more and not self._draining:
                    await self.begin_due()
        except StorageError as error:
            log.warning("settle_failed", posts=len(self._ended), problem=str(error))
            asyncio.get_running_loop().call_later(AFTER_FAULT, self.wake)
        finally:
            self._settling = False

    async def _commit_ended(self) -> None:
        """Commit a group. What the database refuses is kept: nobody else knows what became of
        those posts, and without it each would be looked for on its platform."""
        ended, self._ended = self._ended, []
        try:
            await settle(self.storage, ended, self.grace, self.clock.now(), self.meter)
        except StorageError:
            self._ended = ended + self._ended
            raise
        if any(change.wants_more for _, change in ended):
            self.wake()

    async def _await_group(self) -> None:
        """Wait briefly for others to be committed with, unless that many have ended already."""
        self._group_is_whole.clear()
        if len(self._ended) < GROUP and self._begun:
            with suppress(TimeoutError):
                async with asyncio.timeout(SOON):
                    await self._group_is_whole.wait()

    async def _claim(self, full: Collection[WorkspaceId], limit: int) -> tuple[Sequence[_Job], int]:
        """Claim, put back what has to wait, and return the rest with the number claimed."""
        now = self.clock.now()
        async with self.storage.writing() as work:
            claimed = await work.leases.claim(
                self.owner, now, now + self.lease, limit, full, self.chats
            )
            self._tell(claimed)
            waiting = self._find_waiting(claimed, now)
            await work.leases.release(waiting)
            held = {one.id for one, _ in waiting}
            free = [delivery for delivery in claimed if delivery.id not in held]
            return await self._prepare(work, free, now), len(claimed)

    def _tell(self, claimed: Sequence[Delivery]) -> None:
        if log.is_enabled_for(logging.DEBUG):
            for delivery in claimed:
                log.debug("claimed", delivery=delivery.key, fence=delivery.fence)

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
            workspace = workspaces[delivery.workspace_id]
            if delivery.purpose is Purpose.DIGEST:
                card: Card = await make_digest(work, delivery, now)
            else:
                assert delivery.question_key is not None
                question = questions[delivery.question_key]
                card = await _make_card(work, delivery, workspace, question, now)
            jobs.append(_Job(delivery, workspace, card))
        return jobs

    async def _mark_sending(self, jobs: Sequence[_Job], until: datetime) -> set[DeliveryId]:
        async with self.storage.writing() as work:
            return await work.leases.mark_sending([job.delivery for job in jobs], until)

    async def _post(self, job: _Job) -> Change:
        """Post once and say what became of it; never raises."""
        delivery, workspace = job.delivery, job.workspace
        words = {"delivery": delivery.key, "workspace": workspace.external_id}
        chat = self.chats.get(workspace.platform)
        if chat is None:
            return moves.postpone(self.clock.now(), self.lease, "Its platform is not running here.")
        try:
            log.debug("sending", slot=str(delivery.slot), purpose=delivery.purpose)
            message_id = await self._call(chat, job)
        except NotSent as error:
            log.warning("post_refused", **words, problem=str(error))
            now = self.clock.now()
            wait = max(error.retry_after, moves.back_off(delivery.tries))
            self.holding.wait(workspace.id, now + wait, str(error))
            return moves.postpone(now, wait, str(error))
        except Rejected as error:
            log.warning("post_rejected", **words, problem=str(error))
            revoked = error.reason is RejectReason.REVOKED
            if revoked:
                self.holding.wait(workspace.id, self.clock.now() + self.lease, str(error))
            return moves.fail(str(error), revoked=revoked)
        except Exception as error:
            log.warning("post_in_doubt", **words, problem=repr(error))
            self.holding.fail(workspace.id, self.clock.now())
            return moves.look_again(self.clock.now(), 0, "The reply was lost.")
        self.holding.succeed(workspace.id)
        now = self.clock.now()
        late = round((now - delivery.due_at).total_seconds(), 3)
        log.info("posted", **words, channel=delivery.channel, message=message_id, late=late)
        return moves.confirm(message_id, now)

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
        discussion=delivery.discussion,
    )
