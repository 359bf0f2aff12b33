"""Looking for posts in doubt: many at once, and a platform that does not answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from adapters.local.platform import NAME, Fault, LocalChat
from adapters.local.render import render_card
from bot.domain.cards import Card
from bot.domain.delivery import DeliveryState
from bot.domain.events import ButtonPressed, Origin, ReactionAdded, TextCommand
from bot.errors import NotSent, OutcomeUnknown
from bot.ports import Found
from bot.services.timekeeping import ClockWatch
from tests.fakes.gated_chat import Fate, GatedChat
from tests.services.conftest import DUE, Engine, notices

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ANA = Origin(NAME, "acme", "#general", "ana", member_name="ana")


async def say(engine: Engine, words: str) -> str:
    """Have the admin type a command; return all that is answered."""
    engine.platform.workspaces["acme"].admins.add("ana")
    reply = await engine.app.handle(TextCommand(ANA, words))
    assert reply is not None
    return " ".join(render_card(card) for card in reply.cards)


@dataclass
class ForgetfulChat(LocalChat):
    """A platform that takes posts and says nothing; of a slow workspace a search hangs."""

    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    hung: int = 0

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        await super().post(workspace, channel, card, key)
        raise OutcomeUnknown("The reply was lost.")

    async def find(
        self,
        workspace: str,
        channel: str,
        key: str,
        since: datetime,
        thread_of: str | None = None,
    ) -> Found | None:
        if workspace.startswith("slow"):
            self.hung += 1
            await self.go_on.wait()
        return await super().find(workspace, channel, key, since, thread_of)


async def put_in_doubt(engine: Engine, teams: list[str]) -> ForgetfulChat:
    """Post to each team, and lose what the platform says of it."""
    chat = ForgetfulChat(engine.platform)
    dispatching = engine.app.dispatching
    dispatching.delivering.chats = dispatching.reconciling.chats = {NAME: chat}
    for number, team in enumerate(teams):
        await engine.add_schedule(team, f"#c{number}")
    engine.clock.move_to(DUE)
    while len(engine.posted) < len(teams):
        await dispatching.begin_due()
        await dispatching.delivering.finish()
        engine.clock.move_to(engine.clock.now() + timedelta(seconds=1))
    engine.clock.move_to(DUE + MINUTE)
    return chat


async def test_a_search_that_hangs_keeps_no_other_workspace_in_doubt(engine: Engine) -> None:
    chat = await put_in_doubt(engine, ["slow"] * 4 + ["one", "two"])
    reconciling = engine.app.dispatching.reconciling
    async with asyncio.timeout(20):
        await reconciling.begin_due()
        while await engine.states("two") != [DeliveryState.CONFIRMED]:
            await asyncio.sleep(0.01)
        assert await engine.states("one") == [DeliveryState.CONFIRMED]
        assert await engine.states("slow") == [DeliveryState.SENDING] * 4
        chat.go_on.set()
        await reconciling.background.finish()
    assert await engine.states("slow") == [DeliveryState.CONFIRMED] * 4


async def test_a_workspace_whose_searches_hang_takes_no_more_than_its_share(
    engine: Engine,
) -> None:
    """Who waits in a row while its lease runs out would be taken again, and again."""
    chat = await put_in_doubt(engine, ["slow"] * 4 + ["one"])
    reconciling = engine.app.dispatching.reconciling
    reconciling.at_once = 8
    async with asyncio.timeout(20):
        assert await reconciling.begin_due() == 2
        assert await reconciling.begin_due() == 1
        assert await reconciling.begin_due() == 0
        while await engine.states("one") != [DeliveryState.CONFIRMED]:
            await asyncio.sleep(0.01)
        assert chat.hung == 2
        chat.go_on.set()
        await reconciling.background.finish()
        assert await reconciling.begin_due() == 2
        await reconciling.background.finish()
    assert await engine.states("slow") == [DeliveryState.CONFIRMED] * 4


async def test_no_more_are_taken_than_are_looked_for_at_once(engine: Engine) -> None:
    chat = await put_in_doubt(engine, ["slow", "slower", "slowest"])
    reconciling = engine.app.dispatching.reconciling
    reconciling.at_once = 2
    async with asyncio.timeout(20):
        assert [await reconciling.begin_due() for _ in range(3)] == [1, 1, 0]
        chat.go_on.set()
        await reconciling.background.finish()
        assert await reconciling.begin_due() == 1
        await reconciling.background.finish()


@dataclass
class MuteChat(LocalChat):
    """A platform that takes posts, and fails whenever it is searched while `is_mute`."""

    is_mute: bool = True
    looks: int = 0

    async def find(self, *where: Any) -> Found | None:
        self.looks += 1
        if self.is_mute:
            raise OutcomeUnknown("The platform does not answer.")
        return await super().find(*where)


def lose_one_post(engine: Engine, fault: Fault = Fault.POST_LOST) -> MuteChat:
    """Have one post get no reply, and all looks for it fail."""
    chat, dispatching = MuteChat(engine.platform), engine.app.dispatching
    dispatching.delivering.chats = dispatching.reconciling.chats = {NAME: chat}
    engine.platform.faults.append(fault)
    return chat


async def react(engine: Engine, member: str, message_id: str, channel: str = "#general") -> None:
    """Have a member ask for the answer of a message."""
    origin = Origin(NAME, "slow", channel, member, member_name=member)
    await engine.app.handle(ReactionAdded(origin, message_id, "bulb"))


async def test_many_reactions_in_a_channel_cost_one_look(engine: Engine) -> None:
    chat = await put_in_doubt(engine, ["slow"])
    [message] = engine.posted
    members = [f"m{number}" for number in range(20)]
    async with asyncio.timeout(20):
        reacting = asyncio.gather(*(react(engine, one, message.id, "#c0") for one in members))
        while not chat.hung:
            await asyncio.sleep(0.01)
        for _ in range(20):  # the others' turns
            await asyncio.sleep(0.01)
        chat.go_on.set()
        await reacting
    assert chat.hung == 1
    [delivery] = await engine.deliveries("slow")
    async with engine.app.storage.reading() as work:
        assert (await work.attempts.counts(delivery)).revealed == len(members)


async def test_a_reaction_looks_for_the_newest_in_doubt_alone(engine: Engine) -> None:
    chat = lose_one_post(engine)
    engine.platform.faults.extend([Fault.POST_LOST] * 7)
    for _ in range(8):
        await engine.add_schedule("slow")
    while (await engine.states("slow")).count(DeliveryState.SENDING) < 8:
        await engine.advance(MINUTE)
        assert engine.clock.now() < DUE + HOUR
    chat.looks = 0
    await react(engine, "ben", "777")
    assert chat.looks == 5


class SlowClock:
    """The platform's clock, right where ours is fast."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def now(self) -> datetime:
        return self.engine.clock.now() - 10 * MINUTE


async def test_a_post_is_found_whose_platform_says_it_is_earlier(engine: Engine) -> None:
    engine.platform.clock = SlowClock(engine)
    engine.platform.faults.append(Fault.REPLY_LOST)
    await engine.add_schedule()
    await engine.advance(10 * MINUTE)
    assert await engine.states() == [DeliveryState.CONFIRMED]
    assert len(engine.posted) == 1


class LimitedChat(LocalChat):
    """A platform that loses its replies, and asks whoever searches to wait."""

    asked_at: list[datetime]

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        await super().post(workspace, channel, card, key)
        raise OutcomeUnknown("The reply was lost.")

    async def find(self, *where: object) -> Found | None:
        self.asked_at.append(self.platform.clock.now())
        raise NotSent("Asked too often.", timedelta(minutes=7))


async def test_a_search_waits_as_long_as_the_platform_asks(engine: Engine) -> None:
    chat = LimitedChat(engine.platform)
    chat.asked_at = []
    dispatching = engine.app.dispatching
    dispatching.delivering.chats = dispatching.reconciling.chats = {NAME: chat}
    await engine.add_schedule()
    await engine.advance(30 * MINUTE)
    first, *more = chat.asked_at
    assert [at - first for at in more] == [number * 7 * MINUTE for number in (1, 2, 3, 4)]


async def test_what_is_looked_for_in_vain_for_a_day_waits_for_an_admin(engine: Engine) -> None:
    chat = lose_one_post(engine)
    await engine.add_schedule()
    await engine.advance(24 * HOUR)
    [delivery] = await engine.deliveries()
    assert (delivery.state, delivery.reason) == (
        DeliveryState.SENDING,
        "The reply was lost, and the platform does not answer; it is looked for again.",
    )
    assert not notices(engine)
    await engine.advance(HOUR)
    looks = chat.looks
    await engine.advance(22 * HOUR)
    assert chat.looks == looks, "it is looked for no more"
    assert await engine.states() == [DeliveryState.STUCK, DeliveryState.CONFIRMED]
    [notice] = notices(engine)
    stuck = "for a day whether it is there: look in the channel. If it is there, press one of its"
    assert stuck in notice.text
    status = await say(engine, "status")
    assert stuck in status


@pytest.mark.parametrize(("fault", "verdict"), [(Fault.POST_LOST, "again"), (None, "posted")])
async def test_an_admin_who_looked_ends_a_doubt_that_lasted_a_day(
    engine: Engine, fault: Fault | None, verdict: str
) -> None:
    lose_one_post(engine, fault or Fault.REPLY_LOST)
    await engine.add_schedule()
    await engine.advance(23 * HOUR)
    await say(engine, "schedule pause 1")
    await engine.advance(2 * HOUR)
    [stuck] = await engine.deliveries()
    assert stuck.state is DeliveryState.STUCK
    await engine.app.handle(ButtonPressed(ANA, "resolve", stuck.key, value=verdict))
    await engine.advance(HOUR)
    assert await engine.states() == [DeliveryState.CONFIRMED]
    assert [one.key for one in engine.posted if one.key] == [stuck.key]


async def test_who_was_away_for_days_looks_more_than_once(engine: Engine) -> None:
    """A platform is often not connected yet when the service has just begun."""
    chat = lose_one_post(engine, Fault.REPLY_LOST)
    await engine.add_schedule()
    await engine.advance(2 * MINUTE)
    await say(engine, "schedule pause 1")
    engine.clock.move_to(DUE + 72 * HOUR)
    await engine.advance(10 * MINUTE)
    assert await engine.states() == [DeliveryState.SENDING]
    chat.is_mute = False
    await engine.advance(10 * MINUTE)
    assert await engine.states() == [DeliveryState.CONFIRMED]
    assert not notices(engine)


class SluggishChat(LocalChat):
    """A platform that breaks the line, and posts half a minute later what it was sent."""

    late: list[tuple[datetime, str, str, Card, str]]

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        at = self.platform.clock.now() + timedelta(seconds=30)
        self.late.append((at, workspace, channel, card, key))
        raise OutcomeUnknown("The connection was lost.")

    async def find(
        self,
        workspace: str,
        channel: str,
        key: str,
        since: datetime,
        thread_of: str | None = None,
    ) -> Found | None:
        now = self.platform.clock.now()
        for _, *what, named in [one for one in self.late if one[0] <= now]:
            self.platform.put(*what, key=named)
        self.late = [one for one in self.late if one[0] > now]
        return await super().find(workspace, channel, key, since, thread_of)


async def test_a_post_that_arrives_after_its_line_broke_is_not_repeated(engine: Engine) -> None:
    chat = SluggishChat(engine.platform)
    chat.late = []
    dispatching = engine.app.dispatching
    dispatching.delivering.chats = dispatching.reconciling.chats = {NAME: chat}
    await engine.add_schedule()
    await engine.advance(5 * MINUTE)
    assert await engine.states() == [DeliveryState.CONFIRMED]
    assert len(engine.posted) == 1


@pytest.mark.parametrize("set_back", [0, 10])
async def test_a_clock_that_is_set_forward_ends_no_lease(engine: Engine, set_back: int) -> None:
    """What a broken line had taken arrives ten seconds later, by a clock that nobody sets; it may
    have been set back before."""
    chat, dispatching = GatedChat(engine.platform), engine.app.dispatching
    dispatching.delivering.chats = dispatching.reconciling.chats = {NAME: chat}
    set_forward = set_back * MINUTE
    engine.clock.move_to(DUE + set_forward)
    dispatching.reconciling.watch = ClockWatch(
        engine.clock, lambda: (engine.clock.now() - set_forward).timestamp(), MINUTE
    )
    set_forward = timedelta(0)
    engine.clock.move_to(DUE)
    await engine.add_schedule()
    await dispatching.begin_due()
    async with asyncio.timeout(20):
        await chat.began.wait()
    [flight] = chat.flights
    flight.meet(Fate.LATE)
    await dispatching.delivering.finish()
    set_forward = 10 * MINUTE
    engine.clock.move_to(DUE + set_forward)
    chat.is_open = True
    await engine.advance(timedelta(seconds=10))
    flight.put()
    await engine.advance(timedelta(seconds=49))
    assert await engine.states() == [DeliveryState.SENDING]
    await engine.advance(timedelta(seconds=1))
    assert await engine.states() == [DeliveryState.CONFIRMED]
    assert len(engine.posted) == 1
