"""Two processes on one database, the platform that both post to, and the clock they go by."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters.local.platform import NAME, LocalPlatform, Message
from adapters.local.simulation import VirtualClock
from bot.app import Application, build
from bot.domain.cards import Card, QuestionCard
from bot.domain.delivery import Delivery
from bot.domain.events import Origin, ReactionAdded, TextCommand
from bot.domain.schedule import Schedule
from tests.databases import make_empty
from tests.fakes.gated_chat import Fate, Flight, GatedChat
from tests.services.test_delivery_model import GRACE, LEASE, START
from tests.stage import PACKS

TEAM = "acme"
SECOND = timedelta(seconds=1)


@dataclass
class WatchedChat(GatedChat):
    """Notes what is posted while nobody wants it."""

    resting: set[int] = field(default_factory=set)
    """Schedules that are paused or removed."""
    unwanted: set[str] = field(default_factory=set)
    """The keys of their questions: only one that an admin asked for may be posted meanwhile."""

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        if isinstance(card, QuestionCard) and card.schedule_number in self.resting:
            self.unwanted.add(key)
        return await super().post(workspace, channel, card, key)


class Fleet:
    """Time passes where it is let pass; a post is on its way until it is landed, and its process
    may die before that. `before_round` is called before either process looks at what is due."""

    def __init__(self, url: str, before_round: Callable[[], Awaitable[None]]) -> None:
        self.url = url
        self.before_round = before_round
        self.clock = VirtualClock(START)
        self.set_ahead = timedelta(0)
        """What the clock says beyond the time that these machines were awake."""
        self.posted: Counter[str] = Counter()
        self.platform = LocalPlatform(self.clock, self._see)
        self.platform.workspaces[TEAM].admins.add("ana")
        self.arrivals: list[tuple[datetime, Flight]] = []
        self.resting: set[int] = set()
        self.unwanted: set[str] = set()
        self.chats = [self._open_chat() for _ in range(2)]
        self.apps = [self._open_app(number) for number in range(2)]

    async def start(self) -> None:
        """Begin with an empty database."""
        await make_empty(self.url)
        await self.apps[0].start(PACKS)

    async def close(self) -> None:
        """Close the processes, as they are."""
        for app in self.apps:
            await app.close()

    def _see(self, message: Message) -> None:
        if message.key:
            self.posted[message.key] += 1

    def _open_chat(self) -> WatchedChat:
        return WatchedChat(self.platform, LEASE / 2, resting=self.resting, unwanted=self.unwanted)

    def _open_app(self, number: int) -> Application:
        return build(
            self.url,
            {NAME: self.chats[number]},
            clock=self.clock,
            dice=random.Random(1),
            seconds=lambda: (self.clock.now() - self.set_ahead).timestamp(),
            owner=f"p{number}",
            grace=GRACE,
            lease=LEASE,
        )

    def _restart(self, number: int) -> None:
        self.chats[number] = self._open_chat()
        self.apps[number] = self._open_app(number)

    async def settle(self) -> None:
        """Wait until nothing goes on but posts that are on their way."""
        still = 0
        for _ in range(20_000):
            # whoever has just been answered goes on in the loop's next turns
            await asyncio.sleep(0 if still else 0.0005)
            still = still + 1 if all(map(self._is_at_rest, range(2))) else 0
            if still > 5:
                return
        raise AssertionError("something never ends")

    def _is_at_rest(self, number: int) -> bool:
        dispatching = self.apps[number].dispatching
        others = (dispatching.reconciling, dispatching.notifying, dispatching.reminding)
        if any(len(one.background) for one in others):
            return False
        return len(dispatching.delivering.background) == len(self.chats[number].flights)

    async def begin(self, number: int) -> None:
        """Have a process begin what is due."""
        await self.before_round()
        await self.apps[number].dispatching.begin_due()
        await self.settle()

    async def read_schedules(self) -> Sequence[Schedule]:
        """Return the schedules that are there."""
        async with self.apps[0].storage.reading() as work:
            workspace = await work.workspaces.find(NAME, TEAM)
            return await work.schedules.of_workspace(workspace.id) if workspace else ()

    async def read_deliveries(self) -> Sequence[Delivery]:
        """Return all deliveries."""
        async with self.apps[0].storage.reading() as work:
            workspace = await work.workspaces.find(NAME, TEAM)
            return await work.posts.newest(workspace.id, 1000) if workspace else ()

    def flights(self) -> list[Flight]:
        """Return the posts that are on their way."""
        return [flight for chat in self.chats for flight in chat.flights]

    async def advance(self, by: timedelta, processes: Sequence[int] = (0, 1)) -> None:
        """Let time pass for these processes; the other one is too busy to look."""
        target = self.clock.now() + by
        while (moment := await self._next_moment(processes)) <= target:
            self.clock.move_to(max(moment, self.clock.now() + SECOND))
            await self._meet_moment()
            for number in processes:
                await self.begin(number)
        self.clock.move_to(max(target, self.clock.now()))
        await self._meet_moment()

    async def advance_calmly(self, by: timedelta) -> None:
        """Let time pass while the platform takes what is posted: else each post would be given up
        and tried again, all day."""
        for chat in self.chats:
            chat.is_open = True
        await self.advance(by)
        for chat in self.chats:
            chat.is_open = False

    async def _next_moment(self, processes: Sequence[int]) -> datetime:
        moments = [at for at, _ in self.arrivals]
        moments += [flight.gives_up_at for flight in self.flights()]
        for number in processes:
            wake_at = await self.apps[number].next_wake_at()
            moments += [] if wake_at is None else [wake_at]
        return min(moments, default=datetime.max.replace(tzinfo=UTC))

    async def _meet_moment(self) -> None:
        """What was late arrives; a post that has had no reply for too long is given up."""
        now = self.clock.now()
        for at, flight in list(self.arrivals):
            if at <= now:
                self.arrivals.remove((at, flight))
                flight.put()
        for flight in self.flights():
            if flight.gives_up_at <= now:
                flight.fail(TimeoutError())
        await self.settle()

    async def set_clock(self, by: timedelta, late: timedelta) -> None:
        """Set the clock; what is late arrives so much later by what it says."""
        for flight in self.flights():
            flight.gives_up_at += by
        self.arrivals = [(at + late, flight) for at, flight in self.arrivals]
        self.set_ahead += by
        self.clock.move_to(self.clock.now() + by)
        await self._meet_moment()

    async def land(self, flight: Flight, fate: Fate, late: int = 1) -> None:
        """Let that become of a post; what is late arrives so many seconds after."""
        if fate is Fate.LATE:
            self.arrivals.append((self.clock.now() + late * SECOND, flight))
        flight.meet(fate)
        await self.settle()

    async def say(self, number: int, words: str) -> None:
        """Have the admin type a command, of which this process hears."""
        ana = Origin(NAME, TEAM, "#general", "ana", member_name="ana")
        await self.apps[number].handle(TextCommand(ana, words))

    async def react(self, number: int, channel: str, message_id: str) -> None:
        """Have a member ask for the answer of a message, of which this process hears."""
        ben = Origin(NAME, TEAM, channel, "ben", member_name="ben")
        await self.apps[number].handle(ReactionAdded(ben, message_id, "bulb"))
        await self.settle()

    async def crash(self, number: int, fate: Fate) -> None:
        """Kill a process and start it again; what it had sent may arrive all the same."""
        flights = list(self.chats[number].flights)
        for flight in flights:
            flight.forget()
        await self.settle()
        await self.apps[number].close()
        for flight in flights:
            if fate is Fate.ARRIVES:
                flight.put()
            elif fate is Fate.LATE:
                at = min(self.clock.now() + 20 * SECOND, flight.gives_up_at)
                self.arrivals.append((at, flight))
        self._restart(number)

    async def stop(self, number: int) -> None:
        """Stop a process by SIGTERM and start it again; what is on its way comes to its end."""
        for flight in list(self.chats[number].flights):
            await self.land(flight, Fate.ARRIVES)
        await self.apps[number].dispatching.drain()
        assert not self.apps[number].dispatching.delivering.held
        await self.apps[number].close()
        self._restart(number)
