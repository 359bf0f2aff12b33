"""Two processes on one database against a model: commands, crashes, posts that take their time."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Awaitable
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

from bot.domain.delivery import DeliveryState, Purpose
from tests.fakes.gated_chat import Fate
from tests.services.fleet import SECOND, Fleet
from tests.services.test_delivery_model import reachable

EXAMPLES = int(os.environ.get("QUIZ_MODEL_EXAMPLES", "20"))
PROCESSES = st.integers(0, 1)
DUE = time(9)
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


class FleetMachine(RuleBasedStateMachine):
    """The model: what the platform holds, and which slots were due while a schedule was active."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.states: dict[str, str] = {}
        self.looked_at: dict[int, datetime] = {}
        self.expected: dict[int, set[date]] = defaultdict(set)
        self.schedules = 0
        self.fleet = Fleet(url, self._expect)
        self.run(self.fleet.start())

    def run(self, work: Awaitable[T]) -> T:
        return self.loop.run_until_complete(work)

    async def _expect(self) -> None:
        """Note which slots are due by now: whoever looks next has to see to them."""
        now = self.fleet.clock.now()
        for schedule in await self.fleet.read_schedules():
            since = self.looked_at.get(schedule.number, now)
            if schedule.next_due_at is not None:
                self.expected[schedule.number] |= set(_slots_between(since, now))
            # a clock that was set back does not make a slot due again
            self.looked_at[schedule.number] = max(since, now)

    async def _say(self, number: int, words: str) -> None:
        await self.fleet.say(number, words)
        active = {one.number for one in await self.fleet.read_schedules() if one.next_due_at}
        self.fleet.resting.clear()
        self.fleet.resting |= set(range(1, self.schedules + 1)) - active
        for each in self.fleet.resting:
            self.looked_at.pop(each, None)
        await self.fleet.settle()
        await self.fleet.begin(number)

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
        now = self.fleet.clock.now()
        today = datetime.combine(now.date(), DUE, UTC)
        due_at = today if today > now else today + timedelta(days=1)
        self.run(self.fleet.advance_calmly(due_at - now - SECOND))
        self.run(self.fleet.advance(SECOND))
        self.run(self.fleet.begin(0))

    @rule(by=st.sampled_from([1, 10, 31, 61, 125]))
    def let_time_pass(self, by: int) -> None:
        self.run(self.fleet.advance(by * SECOND))

    @rule(by=st.sampled_from([1, 10, 31, 61]), number=PROCESSES)
    def let_time_pass_for_one(self, by: int, number: int) -> None:
        self.run(self.fleet.advance(by * SECOND, (number,)))
        self.run(self.fleet.begin(number))

    @rule(by=st.sampled_from([45, 600, 30 * 3600]), arrives=st.booleans())
    def sleep_through(self, by: int, arrives: bool) -> None:
        """The machine sleeps: what was sent before arrives meanwhile, or never; replies wait."""
        for flight in self.fleet.flights():
            if arrives:
                flight.put()
            flight.is_lost = flight.message_id is None
        self.run(self.fleet.set_clock(by * SECOND, late=timedelta(0)))

    @rule(by=st.sampled_from([-600, 45, 600]), breaks=st.booleans())
    def set_clock(self, by: int, breaks: bool) -> None:
        """The clock that all go by is set: what is on its way goes on as if nothing was, though
        its line may have broken before."""
        if breaks:
            for flight in self.fleet.flights():
                self.run(self.fleet.land(flight, Fate.LATE, late=20))
        self.run(self.fleet.set_clock(by * SECOND, late=by * SECOND))
        for number in range(2):
            self.run(self.fleet.begin(number))

    @rule(fate=st.sampled_from(Fate), which=st.integers(0, 3), late=st.sampled_from([1, 20, 50]))
    def land(self, fate: Fate, which: int, late: int) -> None:
        if flights := self.fleet.flights():
            self.run(self.fleet.land(flights[which % len(flights)], fate, late))

    @rule(
        number=PROCESSES, schedule=st.integers(1, MOST_SCHEDULES), words=st.sampled_from(COMMANDS)
    )
    def command(self, number: int, schedule: int, words: str) -> None:
        self.run(self._say(number, f"schedule {words.replace('N', str(schedule))}"))

    @rule(number=PROCESSES, back=st.integers(0, 3))
    def react(self, number: int, back: int) -> None:
        """A member looks at the answer of a message, of which the bot may not have heard yet."""
        if messages := self.fleet.platform.messages:
            message = messages[-1 - back % len(messages)]
            self.run(self.fleet.react(number, message.channel, message.id))

    @rule(number=PROCESSES, channel=st.sampled_from(["#general", "#b"]))
    def react_to_another(self, number: int, channel: str) -> None:
        """A member likes what another one said: it tells nothing of what is on its way."""
        self.run(self.fleet.react(number, channel, "777"))

    @rule(number=PROCESSES, fate=st.sampled_from([Fate.ARRIVES, Fate.LATE, Fate.LOST]))
    def crash(self, number: int, fate: Fate) -> None:
        self.run(self.fleet.crash(number, fate))

    @rule(number=PROCESSES)
    def stop(self, number: int) -> None:
        self.run(self.fleet.stop(number))

    @invariant()
    def nothing_is_posted_twice(self) -> None:
        assert max(self.fleet.posted.values(), default=0) <= 1

    @invariant()
    def states_agree_with_the_platform(self) -> None:
        channels = {message.key: message.channel for message in self.fleet.platform.messages}
        for one in self.run(self.fleet.read_deliveries()):
            assert one.state.value in reachable(self.states.get(one.key))
            self.states[one.key] = one.state.value
            assert one.run or one.key not in self.fleet.unwanted, "posted while paused"
            if one.state is DeliveryState.CONFIRMED:
                assert self.fleet.posted[one.key] == 1
                assert channels[one.key] == one.channel
            elif one.state in (DeliveryState.SKIPPED, DeliveryState.FAILED):
                assert self.fleet.posted[one.key] == 0
                assert one.reason

    def teardown(self) -> None:
        """Once everything works again, nothing stays in between, and no slot was lost."""
        self.run(self._come_to_rest())
        self.nothing_is_posted_twice()
        self.states_agree_with_the_platform()
        self.run(self.fleet.close())
        self.loop.close()

    async def _come_to_rest(self) -> None:
        for flight in self.fleet.flights():
            await self.fleet.land(flight, Fate.ARRIVES)
        await self.fleet.advance_calmly(timedelta(hours=12))
        rows = await self.fleet.read_deliveries()
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
        lambda: FleetMachine(bare_url),
        settings=settings(max_examples=EXAMPLES, stateful_step_count=30, deadline=None),
    )
