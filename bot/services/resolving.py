"""Ends the doubt about a stuck delivery, once an operator has looked in the channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.commands import Press, Rights, handles_button
from bot.domain.cards import NoticeCard, Reply
from bot.domain.delivery import Change, Delivery, DeliveryState
from bot.domain.people import Workspace
from bot.errors import NotFound
from bot.ports import Clock, Storage
from bot.services.settling import settle


class Verdict(StrEnum):
    """What the operator saw: the post is there, or it is not and may be sent again."""

    POSTED = "posted"
    AGAIN = "again"


@dataclass
class Resolving:
    """Nothing but a stuck delivery is touched: anything else knows by itself how it stands."""

    storage: Storage
    clock: Clock
    grace: timedelta

    async def resolve(self, key: str, verdict: Verdict, message_id: str | None = None) -> str:
        """Do what the verdict says and return a sentence about it.

        `message_id` lets reactions to the post be answered; without it the first press of one
        of its buttons tells it.

        Raises:
            NotFound: there is no such delivery, or it isn't stuck.
        """
        async with self.storage.reading() as work:
            found = await work.operations.find(key)
        if found is None:
            raise NotFound(
                f'No delivery has the key "{key}". '
                "fastapi-quiz deliveries --state stuck --json lists those that wait."
            )
        return await self._end_doubt(*found, verdict, message_id)

    @handles_button("resolve", Rights.ADMIN)
    async def press(self, press: Press) -> Reply:
        """Do the same for an admin who looked, in their own workspace."""
        workspace = press.caller.workspace
        async with self.storage.reading() as work:
            delivery = await work.deliveries.by_key(workspace.id, press.key)
        if delivery is None or delivery.member_id is not None or press.value not in set(Verdict):
            raise NotFound("There is no such post here. Type /fastapi-quiz status state:stuck")
        said = await self._end_doubt(workspace, delivery, Verdict(press.value), None)
        return Reply([NoticeCard(said, {"key": delivery.key, "verdict": press.value})])

    async def _end_doubt(
        self, workspace: Workspace, delivery: Delivery, verdict: Verdict, message_id: str | None
    ) -> str:
        where = _say_where(workspace, delivery)
        if delivery.state is not DeliveryState.STUCK:
            raise NotFound(
                f"That delivery ({where}) is {delivery.state}: nothing is to be resolved."
            )
        now = self.clock.now()
        if verdict is Verdict.POSTED:
            posted = Change(
                DeliveryState.CONFIRMED, message_id=message_id, posted_at=delivery.due_at
            )
            if delivery.id not in await settle(self.storage, [(delivery, posted)], now):
                raise _say_too_late(where)
            return f"Taken as posted: {where}."
        async with self.storage.writing() as work:
            if not await work.operations.send_again(delivery, now, now + self.grace):
                raise _say_too_late(where)
            delivery = await work.deliveries.by_key(workspace.id, delivery.key) or delivery
        return f"It is posted again within a minute: {_say_where(workspace, delivery)}."


def _say_too_late(where: str) -> NotFound:
    return NotFound(f"Its doubt ended meanwhile ({where}): nothing is to be resolved.")


def _say_where(workspace: Workspace, delivery: Delivery) -> str:
    return f"{workspace.name} {delivery.channel}, {delivery.slot}"
