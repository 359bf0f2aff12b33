"""A platform that takes its time: each post waits for what becomes of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from adapters.local.platform import LocalChat
from bot.domain.cards import Card
from bot.errors import NotSent, OutcomeUnknown


class Fate(Enum):
    """What becomes of a post that is on its way."""

    ARRIVES = "it arrives, and the bot is told"
    UNHEARD = "it arrives, and the reply is lost"
    LATE = "the line breaks, and it arrives a while after"
    LOST = "neither arrives"
    REFUSED = "refused for now"


@dataclass(eq=False)
class Flight:
    """A post on its way. The process that sent it gives it up at a time."""

    chat: GatedChat
    workspace: str
    channel: str
    card: Card
    key: str
    gives_up_at: datetime
    reply: asyncio.Future[str]
    message_id: str | None = None
    is_lost: bool = False

    def meet(self, fate: Fate) -> None:
        """Let that become of it. What is late is put later, by whoever says when."""
        if fate is Fate.REFUSED and self.message_id is None:
            self.fail(NotSent("The platform asks to wait.", timedelta(seconds=30)))
        if fate in (Fate.ARRIVES, Fate.UNHEARD):
            self.put()
        if fate is Fate.ARRIVES and self.message_id and not self.reply.done():
            self.reply.set_result(self.message_id)
        self.fail(OutcomeUnknown("The line broke."))

    def put(self) -> None:
        """Let it arrive, unless it did, or never will."""
        if self.message_id is None and not self.is_lost:
            put = self.chat.platform.put
            self.message_id = put(self.workspace, self.channel, self.card, key=self.key).id

    def fail(self, error: Exception) -> None:
        """Let the process hear of this, unless it heard of something before."""
        if not self.reply.done():
            self.reply.set_exception(error)

    def forget(self) -> None:
        """The process that waits for the reply dies."""
        self.reply.cancel()


@dataclass
class GatedChat(LocalChat):
    """A process's side of the wire, where posts wait while `is_open` is False."""

    gives_up_after: timedelta = timedelta(seconds=30)
    is_open: bool = False
    flights: list[Flight] = field(default_factory=list)
    began: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        reply = asyncio.get_running_loop().create_future()
        gives_up_at = self.platform.clock.now() + self.gives_up_after
        flight = Flight(self, workspace, channel, card, key, gives_up_at, reply)
        if self.is_open:
            flight.meet(Fate.ARRIVES)
            return await reply
        self.flights.append(flight)
        self.began.set()
        try:
            return await reply
        finally:
            self.flights.remove(flight)

    def open(self) -> None:
        """Let all arrive that wait, and from now on each at once."""
        self.is_open = True
        for flight in self.flights:
            flight.meet(Fate.ARRIVES)
