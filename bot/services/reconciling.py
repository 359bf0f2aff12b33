"""Finds out what became of sends whose reply was lost, by looking for their key."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.domain import delivery as moves
from bot.domain.delivery import Change, Delivery, DeliveryId, DeliveryState, Purpose
from bot.domain.people import Workspace, WorkspaceId
from bot.errors import NotSent, Rejected
from bot.ports import NO_METER, ChatPort, Clock, Meter, Storage
from bot.services.background import Background
from bot.services.settling import settle
from bot.services.timekeeping import ClockWatch

AT_ONCE = 40
"""Looks under way: none waits for another, or its lease would run out meanwhile."""
SHARES = 4
"""Of a workspace that has a fourth of them no more are begun: its searches may hang."""
IN_A_CHANNEL = 5
"""Of a channel's posts in doubt that somebody may have reacted to, the newest are looked for."""
AT_MOST = 1000
"""Leases that are prolonged at once."""
_CLOCK_SKEW = timedelta(hours=1)
"""How far the platform's clock may be behind what ours said when it was posted: a clock that runs
fast, and is set right later, must not hide the post."""
log = structlog.get_logger(__name__)


@dataclass
class Reconciling:
    """Settles ambiguous deliveries; where nothing can be proven, none is sent again."""

    storage: Storage
    chats: Mapping[str, ChatPort]
    clock: Clock
    lease: timedelta
    watch: ClockWatch
    background: Background = field(default_factory=Background)
    meter: Meter = NO_METER
    wake: Callable[[], None] = lambda: None
    at_once: int = AT_ONCE
    _looking: Counter[WorkspaceId] = field(default_factory=Counter)
    _looking_in: dict[tuple[WorkspaceId, str], asyncio.Event] = field(default_factory=dict)

    async def begin_due(self, held: Collection[DeliveryId] = ()) -> int:
        """Begin to look for the sends whose lease ran out, as far as there is room; return how
        many were taken. Those that are `held` here are under way: the clock was set, or the
        machine slept. After that, what somebody else sent may be on its way as well, so that all
        get another lease.
        """
        now = self.clock.now()
        if not self.watch.is_relied_on():
            async with self.storage.writing() as work:
                await work.leases.prolong(now, now + self.lease, AT_MOST, self.chats)
            return 0
        share = max(1, self.at_once // SHARES)
        room = min(share, self.at_once - self._looking.total())
        if not room:
            return 0
        full = [workspace for workspace, looks in self._looking.items() if looks >= share]
        async with self.storage.writing() as work:
            doubtful = await work.leases.take_ambiguous(
                now, now + self.lease, room, self.chats, held, full
            )
            ids = [delivery.workspace_id for delivery in doubtful]
            workspaces = await work.workspaces.get_many(ids)
        for workspace in workspaces.values():
            ours = [one for one in doubtful if one.workspace_id == workspace.id]
            self._looking[workspace.id] += len(ours)
            self.background.begin(self._settle(workspace, ours))
        return len(doubtful)

    async def reconcile_channel(self, workspace: Workspace, channel: str) -> None:
        """Look at once for the channel's sends in doubt: somebody may have reacted to one of them.

        Only what is found is settled. The others' leases may last: what is not there yet may be
        on its way. Where many react, one looks and the others wait for it.
        """
        where = (workspace.id, channel)
        if others := self._looking_in.get(where):
            await others.wait()
            return
        ended = self._looking_in[where] = asyncio.Event()
        try:
            async with self.storage.reading() as work:
                doubtful = await work.deliveries.in_doubt(workspace.id, channel, IN_A_CHANNEL)
            changes = await self._look_for(workspace, doubtful)
            await self._commit([one for one in changes if one[1].state is DeliveryState.CONFIRMED])
        finally:
            del self._looking_in[where]
            ended.set()

    async def _settle(self, workspace: Workspace, doubtful: Sequence[Delivery]) -> None:
        """Settle those of one workspace: another, which does not answer, must not delay them."""
        try:
            await self._commit(await self._look_for(workspace, doubtful))
        finally:
            self._looking[workspace.id] -= len(doubtful)
            if not self._looking[workspace.id]:
                del self._looking[workspace.id]
            self.wake()

    async def _look_for(
        self, workspace: Workspace, doubtful: Sequence[Delivery]
    ) -> Sequence[tuple[Delivery, Change]]:
        changes = await asyncio.gather(*(self._look(workspace, one) for one in doubtful))
        return list(zip(doubtful, changes, strict=True))

    async def _commit(self, changes: Sequence[tuple[Delivery, Change]]) -> None:
        if changes:
            await settle(self.storage, changes, self.clock.now(), self.meter)

    async def _look(self, workspace: Workspace, delivery: Delivery) -> Change:
        with structlog.contextvars.bound_contextvars(delivery=delivery.key):
            return await self._find(workspace, delivery)

    async def _find(self, workspace: Workspace, delivery: Delivery) -> Change:
        chat = self.chats.get(workspace.platform)
        if chat is None:
            return self._look_again(delivery, "Its platform is not running here.")
        since = delivery.due_at - _CLOCK_SKEW
        try:
            async with self._timeout():
                found = await chat.find(
                    workspace.external_id,
                    delivery.channel,
                    delivery.key,
                    since,
                    await self._find_thread(delivery),
                )
        except Rejected:
            return moves.give_up_looking()
        except (Exception, asyncio.CancelledError) as error:
            # whatever it is, it leaves no other post in doubt, unless this process ends
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            log.warning("look_failed", delivery=delivery.key, problem=repr(error))
            asked = error.retry_after if isinstance(error, NotSent) else timedelta(0)
            reason = "The reply was lost, and the platform does not answer; it is looked for again."
            return self._look_again(delivery, reason, asked)
        if found:
            log.info("found", delivery=delivery.key, message=found.message_id)
            return moves.confirm(found.message_id, found.posted_at)
        log.info("proven_absent", delivery=delivery.key)
        reason = "The platform did not answer in time."
        return moves.postpone(self.clock.now(), timedelta(0), reason)

    def _look_again(
        self, delivery: Delivery, reason: str, asked: timedelta = timedelta(0)
    ) -> Change:
        return moves.look_again(delivery, self.clock.now(), reason, asked)

    async def _find_thread(self, delivery: Delivery) -> str | None:
        """Return the message in whose thread the delivery would be."""
        if delivery.purpose is not Purpose.REVEAL:
            return None
        async with self.storage.reading() as work:
            return await work.deliveries.question_message_id(delivery)

    def _timeout(self) -> asyncio.Timeout:
        return asyncio.timeout(self.lease.total_seconds() / 2)
