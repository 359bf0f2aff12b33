"""Two processes on one database against a model: commands, crashes, posts that take their time."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text
from sqlmodel import SQLModel

from adapters.local.platform import NAME, LocalPlatform, Message
from adapters.local.simulation import VirtualClock
from bot.app import Application, build
from bot.domain.cards import Card, QuestionCard
from bot.domain.delivery import Delivery, DeliveryState, Purpose
from bot.domain.events import Origin, ReactionAdded, TextCommand
from bot.domain.schedule import Schedule
from storage.engine import open_engine
from storage.schema import migrate
from tests.fakes.gated_chat import Fate, Flight, GatedChat
from tests.services.test_delivery_model import GRACE, LEASE, START, reachable
from tests.stage import PACKS

EXAMPLES = int(os.environ.get("QUIZ_MODEL_EXAMPLES", "20"))
PROCESSES = st.integers(0, 1)
TEAM = "acme"
DUE = time(9)
SECOND = timedelta(seconds=1)
MOST_SCHEDULES = 2
COMMANDS = (
    "pause N",
    "resume N",
    "skip N",
    "run N",
    "remove N",
    "edit N channel:#b",
    "edit N channel:#general",
    "edit N level:any",
)
T = TypeVar("T")


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


class Fleet(RuleBasedStateMachine):
    """The model: what the platform holds, and which slots were due while a schedule was active."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.loop = asyncio.new_event_loop()
        self.clock = VirtualClock(START)
        self.set_ahead = timedelta(0)
        """What the clock says beyond the time that these machines were awake."""
        self.posted: Counter[str] = Counter()
        self.platform = LocalPlatform(self.clock, self._see)
        self.platform.workspaces[TEAM].admins.add("ana")
        self.arrivals: list[tuple[datetime, Flight]] = []
        self.resting: set[int] = set()
        self.unwanted: set[str] = set()
        self.states: dict[str, str] = {}
        self.looked_at: dict[int, datetime] = {}
        self.expected: dict[int, set[date]] = defaultdict(set)
        self.schedules = 0
        self.run(self._empty())
        self.chats = [self._open_chat() for _ in range(2)]
        self.apps = [self._open_app(number) for number in range(2)]
        self.run(self.apps[0].start(PACKS))

    def run(self, work: Awaitable[T]) -> T:
        return self.loop.run_until_complete(work)

    def _see(self, message: Message) -> None:
        if message.key:
            self.posted[message.key] += 1

    async def _empty(self) -> None:
        engine = open_engine(self.url)
        await migrate(engine)
        async with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                names = ", ".join(SQLModel.metadata.tables)
                await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
            else:
                for table in reversed(SQLModel.metadata.sorted_tables):
                    await connection.execute(table.delete())
        await engine.dispose()

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

    async def _settle(self) -> None:
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

    async def _begin(self, number: int) -> None:
        await self._expect()
        await self.apps[number].dispatching.begin_due()
        await self._settle()

    async def _expect(self) -> None:
        """Note which slots are due by now: whoever looks next has to see to them."""
        now = self.clock.now()
        for schedule in await self._read_schedules():
            since = self.looked_at.get(schedule.number, now)
            if schedule.next_due_at is not None:
                self.expected[schedule.number] |= set(_slots_between(since, now))
            # a clock that was set back does not make a slot due again
            self.looked_at[schedule.number] = max(since, now)

    async def _read_schedules(self) -> Sequence[Schedule]:
        async with self.apps[0].storage.reading() as work:
            workspace = await work.workspaces.find(NAME, TEAM)
            return await work.schedules.of_workspace(workspace.id) if workspace else ()

    async def _read_deliveries(self) -> Sequence[Delivery]:
        async with self.apps[0].storage.reading() as work:
            workspace = await work.workspaces.find(NAME, TEAM)
            return await work.posts.newest(workspace.id, 1000) if workspace else ()

    async def _advance(self, by: timedelta, processes: Sequence[int] = (0, 1)) -> None:
        """Let time pass for these processes; the other one is too busy to look."""
        target = self.clock.now() + by
        while (moment := await self._next_moment(processes)) <= target:
            self.clock.move_to(max(moment, self.clock.now() + SECOND))
            await self._meet_moment()
            for number in processes:
                await self._begin(number)
        self.clock.move_to(max(target, self.clock.now()))
        await self._meet_moment()

    async def _advance_calmly(self, by: timedelta) -> None:
        """Let time pass while the platform takes what is posted: else each post would be given up
        and tried again, all day."""
        for chat in self.chats:
            chat.is_open = True
        await self._advance(by)
        for chat in self.chats:
            chat.is_open = False

    async def _next_moment(self, processes: Sequence[int]) -> datetime:
        moments = [at for at, _ in self.arrivals]
        moments += [flight.gives_up_at for flight in self._flights()]
        for number in processes:
            wake_at = await self.apps[number].next_wake_at()
            moments += [] if wake_at is None else [wake_at]
        return min(moments, default=datetime.max.replace(tzinfo=UTC))

    def _flights(self) -> list[Flight]:
        return [flight for chat in self.chats for flight in chat.flights]

    async def _meet_moment(self) -> None:
        """What was late arrives; a post that has had no reply for too long is given up."""
        now = self.clock.now()
        for at, flight in list(self.arrivals):
            if at <= now:
                self.arrivals.remove((at, flight))
                flight.put()
        for flight in self._flights():
            if flight.gives_up_at <= now:
                flight.fail(TimeoutError())
        await self._settle()

    async def _land(self, flight: Flight, fate: Fate, late: int = 1) -> None:
        if fate is Fate.LATE:
            self.arrivals.append((self.clock.now() + late * SECOND, flight))
        flight.meet(fate)
        await self._settle()

    async def _say(self, number: int, words: str) -> None:
        origin = Origin(NAME, TEAM, "#general", "ana", member_name="ana")
        await self.apps[number].handle(TextCommand(origin, words))
        active = {one.number for one in await self._read_schedules() if one.next_due_at}
        self.resting.clear()
        self.resting |= set(range(1, self.schedules + 1)) - active
        for each in self.resting:
            self.looked_at.pop(each, None)
        await self._settle()
        await self._begin(number)

    @initialize()
    def begin_with_a_question_that_is_due(self) -> None:
        self.add_schedule("")
        self.wait_for_the_next_question()

    @rule(reveal=st.sampled_from(["", " reveal:after reveal-after:1h"]))
    def add_schedule(self, reveal: str) -> None:
        if self.schedules < MOST_SCHEDULES:
            self.schedules += 1
            words = f"schedule add 09:00 tz:UTC days:mon-sun{reveal}"
            self.run(self._say(0, words))

    @rule()
    def wait_for_the_next_question(self) -> None:
        today = datetime.combine(self.clock.now().date(), DUE, UTC)
        due_at = today if today > self.clock.now() else today + timedelta(days=1)
        self.run(self._advance_calmly(due_at - self.clock.now() - SECOND))
        self.run(self._advance(SECOND))
        self.run(self._begin(0))

    @rule(by=st.sampled_from([1, 10, 31, 61, 125]))
    def let_time_pass(self, by: int) -> None:
        self.run(self._advance(by * SECOND))

    @rule(by=st.sampled_from([1, 10, 31, 61]), number=PROCESSES)
    def let_time_pass_for_one(self, by: int, number: int) -> None:
        self.run(self._advance(by * SECOND, (number,)))
        self.run(self._begin(number))

    @rule(by=st.sampled_from([45, 600, 30 * 3600]), arrives=st.booleans())
    def sleep_through(self, by: int, arrives: bool) -> None:
        """The machine sleeps: what was sent before arrives meanwhile, or never; replies wait."""
        for flight in self._flights():
            if arrives:
                flight.put()
            flight.is_lost = flight.message_id is None
        self.run(self._set_clock(by * SECOND, late=timedelta(0)))

    @rule(by=st.sampled_from([-600, 45, 600]), breaks=st.booleans())
    def set_clock(self, by: int, breaks: bool) -> None:
        """The clock that all go by is set: what is on its way goes on as if nothing was, though
        its line may have broken before."""
        if breaks:
            for flight in self._flights():
                self.run(self._land(flight, Fate.LATE, late=20))
        self.run(self._set_clock(by * SECOND, late=by * SECOND))
        for number in range(2):
            self.run(self._begin(number))

    async def _set_clock(self, by: timedelta, late: timedelta) -> None:
        """Set the clock; what is late arrives so much later by what it says."""
        for flight in self._flights():
            flight.gives_up_at += by
        self.arrivals = [(at + late, flight) for at, flight in self.arrivals]
        self.set_ahead += by
        self.clock.move_to(self.clock.now() + by)
        await self._meet_moment()

    @rule(fate=st.sampled_from(Fate), which=st.integers(0, 3), late=st.sampled_from([1, 20, 50]))
    def land(self, fate: Fate, which: int, late: int) -> None:
        if flights := self._flights():
            self.run(self._land(flights[which % len(flights)], fate, late))

    @rule(
        number=PROCESSES, schedule=st.integers(1, MOST_SCHEDULES), words=st.sampled_from(COMMANDS)
    )
    def command(self, number: int, schedule: int, words: str) -> None:
        self.run(self._say(number, f"schedule {words.replace('N', str(schedule))}"))

    @rule(number=PROCESSES, back=st.integers(0, 3))
    def react(self, number: int, back: int) -> None:
        """A member looks at the answer of a message, of which the bot may not have heard yet."""
        if self.platform.messages:
            message = self.platform.messages[-1 - back % len(self.platform.messages)]
            self.run(self._react(number, message.channel, message.id))

    @rule(number=PROCESSES, channel=st.sampled_from(["#general", "#b"]))
    def react_to_another(self, number: int, channel: str) -> None:
        """A member likes what another one said: it tells nothing of what is on its way."""
        self.run(self._react(number, channel, "777"))

    async def _react(self, number: int, channel: str, message_id: str) -> None:
        ben = Origin(NAME, TEAM, channel, "ben", member_name="ben")
        await self.apps[number].handle(ReactionAdded(ben, message_id, "bulb"))
        await self._settle()

    @rule(number=PROCESSES, fate=st.sampled_from([Fate.ARRIVES, Fate.LATE, Fate.LOST]))
    def crash(self, number: int, fate: Fate) -> None:
        """What it had sent may arrive all the same."""
        self.run(self._crash(number, fate))

    async def _crash(self, number: int, fate: Fate) -> None:
        flights = list(self.chats[number].flights)
        for flight in flights:
            flight.forget()
        await self._settle()
        await self.apps[number].close()
        for flight in flights:
            if fate is Fate.ARRIVES:
                flight.put()
            elif fate is Fate.LATE:
                self.arrivals.append(
                    (min(self.clock.now() + 20 * SECOND, flight.gives_up_at), flight)
                )
        self.chats[number] = self._open_chat()
        self.apps[number] = self._open_app(number)

    @rule(number=PROCESSES)
    def stop(self, number: int) -> None:
        """SIGTERM: what is on its way comes to its end first."""
        self.run(self._stop(number))

    async def _stop(self, number: int) -> None:
        for flight in list(self.chats[number].flights):
            await self._land(flight, Fate.ARRIVES)
        await self.apps[number].dispatching.drain()
        assert not self.apps[number].dispatching.delivering.held
        await self.apps[number].close()
        self.chats[number] = self._open_chat()
        self.apps[number] = self._open_app(number)

    @invariant()
    def nothing_is_posted_twice(self) -> None:
        assert max(self.posted.values(), default=0) <= 1

    @invariant()
    def states_agree_with_the_platform(self) -> None:
        for one in self.run(self._read_deliveries()):
            assert one.state.value in reachable(self.states.get(one.key))
            self.states[one.key] = one.state.value
            assert one.run or one.key not in self.unwanted, "posted while paused"
            if one.state is DeliveryState.CONFIRMED:
                assert self.posted[one.key] == 1
            elif one.state in (DeliveryState.SKIPPED, DeliveryState.FAILED):
                assert self.posted[one.key] == 0
                assert one.reason

    def teardown(self) -> None:
        """Once everything works again, nothing stays in between, and no slot was lost."""
        self.run(self._come_to_rest())
        self.nothing_is_posted_twice()
        self.states_agree_with_the_platform()
        for app in self.apps:
            self.run(app.close())
        self.loop.close()

    async def _come_to_rest(self) -> None:
        for flight in self._flights():
            await self._land(flight, Fate.ARRIVES)
        await self._advance_calmly(timedelta(hours=12))
        rows = await self._read_deliveries()
        left = {one.key: one.state for one in rows}
        ended = {DeliveryState.CONFIRMED, DeliveryState.SKIPPED}
        assert set(left.values()) <= ended, left
        questions = [one for one in rows if one.purpose is Purpose.QUESTION]
        accounted = {(one.schedule_number, one.slot) for one in questions}
        for number, slots in self.expected.items():
            for slot in slots:
                assert (number, slot) in accounted, f"schedule {number}: {slot} was lost"


def _slots_between(since: datetime, until: datetime) -> list[date]:
    """Return the dates whose slot is after `since` and not after `until`."""
    days = (until.date() - since.date()).days + 1
    dates = [since.date() + timedelta(days=n) for n in range(days)]
    return [one for one in dates if since < datetime.combine(one, DUE, UTC) <= until]


def test_processes_that_share_a_database(bare_url: str) -> None:
    run_state_machine_as_test(
        lambda: Fleet(bare_url),
        settings=settings(max_examples=EXAMPLES, stateful_step_count=30, deadline=None),
    )
