"""Sends what is due: claim, mark, post, settle, each step committed before the next."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain import delivery as moves
from bot.domain.delivery import Change, Delivery, DeliveryId, DeliveryState, Draft
from bot.domain.people import WorkspaceId
from bot.errors import Rejected, RejectReason, StorageError
from bot.ports import NO_METER, ChatPort, Clock, Meter, Storage, UnitOfWork
from bot.services.background import Background
from bot.services.holding import Holding
from bot.services.jobs import Job, make_jobs, prepare_jobs
from bot.services.pacing import Pacing
from bot.services.planning import Plan
from bot.services.posting import post_once
from bot.services.settling import settle

BATCH = 200
"""Deliveries that are taken together. More would be in doubt after a crash, and fewer make
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
_UNREADABLE = Rejected(
    RejectReason.INVALID,
    "What it brings can't be read.",
    "Its operator finds why in the log, or by fastapi-quiz check.",
)
log = structlog.get_logger(__name__)


async def _plan_nothing() -> None:
    pass


@dataclass
class Delivering:
    """Takes due deliveries through the state machine.

    `owner` names this process; `lease` is how long it may hold a delivery. A post gives up
    after half the lease, so that nobody else looks for it meanwhile. At most `concurrency`
    posts are under way, of one workspace at most a quarter of them: a slow workspace delays no
    other. `wake` is called when something is to be done again sooner than was known, `refill`
    when posts have ended and made room. Whole batches are taken, so that some deliveries wait here
    for their turn; what becomes of posts is committed in groups.
    """

    storage: Storage
    chats: Mapping[str, ChatPort]
    clock: Clock
    owner: str
    lease: timedelta
    concurrency: int = 100
    holding: Holding = field(default_factory=Holding)
    meter: Meter = NO_METER
    pacing: Pacing = field(default_factory=Pacing)
    wake: Callable[[], None] = lambda: None
    refill: Callable[[], Awaitable[object]] = _plan_nothing

    def __post_init__(self) -> None:
        self._begun: Counter[WorkspaceId] = Counter()
        self._waiting: deque[tuple[Job, datetime]] = deque()
        self._workers = 0
        self._settling = False
        self.background = Background()
        self._ended: list[tuple[Delivery, Change]] = []
        self.held: set[DeliveryId] = set()
        """What was begun here and is not settled yet: whatever the clock says of its lease, nobody
        has to look for it."""
        self._group_is_whole = asyncio.Event()
        self._more = False
        self._limit = BATCH
        self._draining = False

    @property
    def _share(self) -> int:
        return max(1, self.concurrency // SHARES)

    def count_room(self) -> int:
        """Return how many deliveries may be taken now, beside those that wait here already."""
        is_full = self._draining or len(self._waiting) > BATCH // 2
        return 0 if is_full else BATCH

    async def take(
        self, work: UnitOfWork, plans: Sequence[Plan], now: datetime
    ) -> tuple[Sequence[Job], Sequence[Draft]]:
        """Take what can be posted at once, in the transaction that plans it, and return it with
        the drafts that are left to be stored.

        What is taken is stored as being sent, so that nobody has to claim it: `begin` it as soon
        as that is committed.
        """
        fresh, left = self._choose_fresh(plans, now)
        until = now + self.lease
        ids = await work.leases.take_new([plan.drafts[-1] for plan in fresh], self.owner, until)
        ours = []
        for plan in fresh:
            draft = plan.drafts[-1]
            number = ids.get((draft.workspace_id, draft.key))
            if number is not None:
                ours.append((plan.workspace, moves.take(draft, number, plan.move.schedule, until)))
        return await make_jobs(work, ours, now), left

    def _choose_fresh(
        self, plans: Sequence[Plan], now: datetime
    ) -> tuple[Sequence[Plan], Sequence[Draft]]:
        """Choose those whose newest draft can be posted now; return them, and all other drafts."""
        begun: Counter[WorkspaceId] = Counter(self._begun)
        fresh: list[Plan] = []
        left: list[Draft] = []
        for plan in plans:
            workspace, drafts = plan.workspace, plan.drafts
            if (
                workspace.platform in self.chats
                and drafts
                and drafts[-1].state is DeliveryState.SCHEDULED
                and drafts[-1].due_at <= now
                and begun[workspace.id] < self._share
                and not self.holding.held_until(workspace.id, now)
            ):
                begun[workspace.id] += 1
                fresh.append(plan)
                left += drafts[:-1]
            else:
                left += drafts
        return fresh, left

    def begin(self, jobs: Sequence[Job], since: datetime) -> None:
        """Begin to send what was taken, and committed as being sent, at that time."""
        for job in jobs:
            self._begun[job.workspace.id] += 1
            self.held.add(job.delivery.id)
            self._waiting.append((job, since + self.lease / 2))
        self._start_workers()

    async def begin_due(self) -> int:
        """Begin to send what is due, as far as there is room; return how many were begun.

        What finds no room is begun when other posts have ended. A workspace that has filled its
        share is left out until half of it is free, and where most of a claim had to be put back,
        the next one is smaller: else each post of a workspace with thousands would cost a claim.
        """
        if not self.count_room():
            self._more = True
            return 0
        half = self._share // 2
        full = {workspace for workspace, posts in self._begun.items() if posts > half}
        jobs, taken = await self._claim(full, self._limit)
        self._more = taken == self._limit or bool(full)
        self._limit = min(BATCH, max(LEAST, 2 * len(jobs)))
        if jobs:
            now = self.clock.now()
            ours = await self._mark_sending(jobs, now + self.lease)
            self.begin([job for job in jobs if job.delivery.id in ours], now)
        return len(jobs)

    async def skip_expired(self) -> None:
        """Skip what could not be posted within its grace, batch by batch."""
        expired: Sequence[Delivery] | None = None
        while expired is None or len(expired) == BATCH:
            async with self.storage.writing() as work:
                expired = await work.leases.expire(self.clock.now(), BATCH)
            for one in expired:
                slot, due_at = str(one.slot), one.due_at.isoformat()
                log.warning("expired", delivery=one.key, slot=slot, due_at=due_at, why=one.reason)
                self.meter.note_delivery(one.state)

    def settle_again(self) -> None:
        """Begin to commit posts that have ended, unless that is under way; also those whose
        commit failed before."""
        if self._ended and not self._settling:
            self._settling = True
            self.background.begin(self._settle())

    def begin_no_more(self) -> None:
        """From now on leave what finds no room to others."""
        self._draining = True

    def count_flying(self) -> int:
        """Return how many posts are under way or wait here for their turn."""
        return self._begun.total()

    async def finish(self) -> None:
        """Wait until every post that was begun has ended and is settled, if the database lets."""
        self.settle_again()
        await self.background.finish()

    def _start_workers(self) -> None:
        """A post under way is a worker's; those that find nothing to do end."""
        wanted = min(self.concurrency, self._begun.total())
        for _ in range(self._workers, wanted):
            self._workers += 1
            self.background.begin(self._work())

    async def _work(self) -> None:
        """Send one delivery after another until none waits here."""
        try:
            while self._waiting:
                await self._send(*self._waiting.popleft())
        finally:
            self._workers -= 1

    async def _send(self, job: Job, begin_before: datetime) -> None:
        structlog.contextvars.bind_contextvars(delivery=job.delivery.key)
        try:
            change = self._find_obstacle(job) or await self._post(job, begin_before)
        finally:
            self._begun[job.workspace.id] -= 1
            if not self._begun[job.workspace.id]:
                self._begun.pop(job.workspace.id)
        self._ended.append((job.delivery, change))
        if len(self._ended) >= GROUP or not self._begun:
            self._group_is_whole.set()
        self.settle_again()

    def _post(self, job: Job, begin_before: datetime) -> Awaitable[Change]:
        chat = self.chats[job.workspace.platform]
        return post_once(chat, job, begin_before, self.clock, self.lease, self.holding)

    def _find_obstacle(self, job: Job) -> Change | None:
        """Say what came up while the delivery waited for its turn: nothing was sent yet."""
        now = self.clock.now()
        if held := self.holding.held_until(job.workspace.id, now):
            until, reason = held
            return moves.leave_for_later(now, reason, until - now)
        if self._draining:
            return moves.leave_for_later(now, "The process that had it was stopped.")
        if job.card is None:
            return moves.fail(_UNREADABLE)
        if turn := self.pacing.take_turn(job.delivery, job.workspace, now):
            reason = "The platform takes one post after another."
            return moves.leave_for_later(now, reason, turn - now)
        return None

    async def _settle(self) -> None:
        """Commit what has ended, group by group, and use the room; until nothing is left."""
        try:
            while self._ended:
                await self._await_group()
                await self._commit_ended()
                await self._use_room()
        except StorageError as error:
            log.warning("settle_failed", posts=len(self._ended), problem=str(error))
            asyncio.get_running_loop().call_later(AFTER_FAULT, self.wake)
        finally:
            self._settling = False

    async def _use_room(self) -> None:
        """Go on with what found no room before: what waits in the database goes first."""
        if self._draining:
            return
        if self._more:
            await self.begin_due()
        await self.refill()

    async def _commit_ended(self) -> None:
        """Commit a group. What the database refuses is kept: nobody else knows what became of
        those posts, and without it each would be looked for on its platform."""
        ended, self._ended = self._ended, []
        try:
            await settle(self.storage, ended, self.clock.now(), self.meter)
        except StorageError:
            self._ended = ended + self._ended
            raise
        finally:
            kept = {delivery.id for delivery, _ in self._ended}
            self.held -= {delivery.id for delivery, _ in ended} - kept
        if any(change.wants_more for _, change in ended):
            self.wake()

    async def _await_group(self) -> None:
        """Wait briefly for others to be committed with, unless that many have ended already."""
        self._group_is_whole.clear()
        if len(self._ended) < GROUP and self._begun:
            with suppress(TimeoutError):
                async with asyncio.timeout(SOON):
                    await self._group_is_whole.wait()

    async def _claim(self, full: Collection[WorkspaceId], limit: int) -> tuple[Sequence[Job], int]:
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
            return await prepare_jobs(work, free, now), len(claimed)

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

    async def _mark_sending(self, jobs: Sequence[Job], until: datetime) -> set[DeliveryId]:
        async with self.storage.writing() as work:
            return await work.leases.mark_sending([job.delivery for job in jobs], until)
