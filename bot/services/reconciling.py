"""Finds out what became of sends whose reply was lost, by looking for their key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.domain import delivery as moves
from bot.domain.delivery import Change, Delivery, DeliveryId, DeliveryState, Purpose
from bot.domain.people import Workspace
from bot.errors import Rejected
from bot.ports import NO_METER, ChatPort, Clock, Meter, Storage
from bot.services.background import Background
from bot.services.settling import settle

BATCH = 100
AT_ONCE = 10
_CLOCK_SKEW = timedelta(minutes=2)
"""How far the platform's clock may be behind ours when we look for a post."""
log = structlog.get_logger(__name__)


@dataclass
class Reconciling:
    """Settles ambiguous deliveries; where nothing can be proven, none is sent again."""

    storage: Storage
    chats: Mapping[str, ChatPort]
    clock: Clock
    lease: timedelta
    grace: timedelta
    background: Background = field(default_factory=Background)
    meter: Meter = NO_METER
    wake: Callable[[], None] = lambda: None
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def begin_due(self, held: Collection[DeliveryId] = ()) -> int:
        """Begin to look for the sends whose lease ran out; return how many were taken. Those that
        are `held` here are under way: the clock was set, or the machine slept."""
        now = self.clock.now()
        async with self.storage.writing() as work:
            doubtful = await work.leases.take_ambiguous(
                now, now + self.lease, BATCH, self.chats, held
            )
            ids = [delivery.workspace_id for delivery in doubtful]
            workspaces = await work.workspaces.get_many(ids)
        pairs = [(delivery, workspaces[delivery.workspace_id]) for delivery in doubtful]
        if pairs:
            self.background.begin(self._settle(pairs))
        return len(doubtful)

    async def reconcile_channel(self, workspace: Workspace, channel: str) -> None:
        """Look at once for the channel's sends in doubt: somebody may have reacted to one of them.

        Only what is found is settled. The others' leases may last: what is not there yet may be
        on its way.
        """
        async with self.storage.reading() as work:
            doubtful = await work.deliveries.in_doubt(workspace.id, channel)
        changes = await self._look_for([(delivery, workspace) for delivery in doubtful])
        await self._commit([one for one in changes if one[1].state is DeliveryState.CONFIRMED])

    async def _settle(self, doubtful: Sequence[tuple[Delivery, Workspace]]) -> None:
        changes = await self._look_for(doubtful)
        await self._commit(changes)
        if any(change.wants_more for _, change in changes):
            self.wake()

    async def _look_for(
        self, doubtful: Sequence[tuple[Delivery, Workspace]]
    ) -> Sequence[tuple[Delivery, Change]]:
        looks = (self._look_within_limit(delivery, at) for delivery, at in doubtful)
        changes = await asyncio.gather(*looks)
        return [(delivery, new) for (delivery, _), new in zip(doubtful, changes, strict=True)]

    async def _commit(self, changes: Sequence[tuple[Delivery, Change]]) -> None:
        if changes:
            await settle(self.storage, changes, self.grace, self.clock.now(), self.meter)

    async def _look_within_limit(self, delivery: Delivery, workspace: Workspace) -> Change:
        trail = structlog.contextvars.bound_contextvars(delivery=delivery.key)
        async with self.at_once:
            with trail:
                return await self._look(delivery, workspace)

    async def _look(self, delivery: Delivery, workspace: Workspace) -> Change:
        now = self.clock.now()
        chat = self.chats.get(workspace.platform)
        if chat is None:
            return moves.look_again(now, delivery.fence, "Its platform is not running here.")
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
        except Exception as error:  # whatever it is, it leaves no other post in doubt
            log.warning("look_failed", delivery=delivery.key, problem=repr(error))
            return moves.look_again(now, delivery.fence, "The platform does not answer.")
        if found:
            log.info("found", delivery=delivery.key, message=found.message_id)
            return moves.confirm(found.message_id, found.posted_at)
        log.info("proven_absent", delivery=delivery.key)
        return moves.postpone(now, timedelta(0), "The platform did not answer in time.")

    async def _find_thread(self, delivery: Delivery) -> str | None:
        """Return the message in whose thread the delivery would be."""
        if delivery.purpose is not Purpose.REVEAL:
            return None
        async with self.storage.reading() as work:
            return await work.deliveries.question_message_id(delivery)

    def _timeout(self) -> asyncio.Timeout:
        return asyncio.timeout(self.lease.total_seconds() / 2)
