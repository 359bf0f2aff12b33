"""A workspace that is slow, limited, failing or revoked delays and disturbs no other."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from adapters.local.platform import NAME, LocalChat
from bot.domain.cards import Card, QuestionCard
from bot.domain.delivery import DeliveryState
from bot.domain.events import AccessRegained, Origin, TextCommand
from bot.domain.people import MemberId, WorkspaceId
from bot.errors import NotSent, OutcomeUnknown, Rejected, RejectReason
from bot.services.holding import FAILURES_IN_A_ROW, Holding
from tests.services.conftest import DUE, START, Engine, notices

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class SlowChat(LocalChat):
    """A platform that one team waits for until it is let go."""

    def __init__(self, chat: LocalChat, slow_team: str) -> None:
        super().__init__(chat.platform)
        self.slow_team = slow_team
        self.let_go = asyncio.Event()
        self.at_once = 0

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        if workspace == self.slow_team:
            self.at_once += 1
            await self.let_go.wait()
        return await super().post(workspace, channel, card, key)


async def test_a_slow_workspace_delays_no_other(engine: Engine) -> None:
    chat = SlowChat(LocalChat(engine.platform), "slow")
    dispatching = engine.app.dispatching
    dispatching.delivering = replace(dispatching.delivering, chats={"local": chat}, concurrency=8)
    for number in range(6):
        await engine.add_schedule("slow", f"#c{number}")
    for number in range(20):
        await engine.add_schedule("quick", f"#c{number}")
    engine.clock.move_to(DUE)
    for _ in range(30):
        await engine.app.dispatching.begin_due()
        await asyncio.sleep(0)
        engine.clock.move_to(engine.clock.now() + timedelta(milliseconds=300))
        if await engine.states("quick") == [DeliveryState.CONFIRMED] * 20:
            break
        await asyncio.sleep(0.02)
    else:
        pytest.fail("the quick workspace waits for the slow one")
    assert chat.at_once == 2
    chat.let_go.set()
    await engine.advance(MINUTE)
    assert await engine.states("slow") == [DeliveryState.CONFIRMED] * 6


class LimitedChat(LocalChat):
    """A platform that refuses every call of one team but for a first one."""

    calls = 0

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        if workspace == "limited" and self.platform.clock.now() < DUE + MINUTE:
            self.calls += 1
            raise NotSent("ratelimited", DUE + MINUTE - self.platform.clock.now())
        return await super().post(workspace, channel, card, key)


async def test_a_rate_limited_workspace_waits_alone(engine: Engine) -> None:
    chat = LimitedChat(engine.platform)
    delivering = engine.app.dispatching.delivering
    delivering.chats = {"local": chat}
    delivering.concurrency = 4
    for number in range(6):
        await engine.add_schedule("limited", f"#c{number}")
        await engine.add_schedule("free", f"#c{number}")
    await engine.advance(MINUTE + timedelta(seconds=30))
    assert await engine.states("free") == [DeliveryState.CONFIRMED] * 6
    assert DeliveryState.CONFIRMED not in await engine.states("limited")
    assert chat.calls <= 2
    await engine.advance(MINUTE)
    assert await engine.states("limited") == [DeliveryState.CONFIRMED] * 6


class DeadChat(LocalChat):
    """A platform on which one team's calls never get an answer."""

    calls = 0

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        self.calls += 1
        raise OutcomeUnknown("no answer")


async def test_repeated_failures_open_a_circuit_that_says_so(engine: Engine) -> None:
    chat = DeadChat(engine.platform)
    engine.app.dispatching.delivering.chats = {"local": chat}
    for number in range(20):
        await engine.add_schedule("acme", f"#c{number}")
    engine.app.dispatching.delivering.concurrency = 4
    engine.clock.move_to(DUE)
    for _ in range(40):
        await engine.app.run_due()
        engine.clock.move_to(engine.clock.now() + timedelta(milliseconds=300))
    assert chat.calls <= FAILURES_IN_A_ROW + 1
    waiting = [one for one in await engine.deliveries() if one.tries == 0]
    assert waiting
    assert any("in a row" in str(one.reason) for one in waiting)


def test_a_circuit_opens_longer_each_time_and_closes_at_a_success() -> None:
    holding, team = Holding(), WorkspaceId(1)
    for _ in range(FAILURES_IN_A_ROW):
        assert holding.held_until(team, START) is None
        holding.fail(team, START)
    held = holding.held_until(team, START)
    assert held is not None
    assert held[0] == START + MINUTE
    holding.fail(team, START + MINUTE)
    longer = holding.held_until(team, START + MINUTE)
    assert longer is not None
    assert longer[0] == START + 3 * MINUTE
    holding.succeed(team)
    assert holding.held_until(team, START + MINUTE) is None


class RevokedChat(LocalChat):
    """A platform on which one team has thrown the bot out."""

    calls = 0

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        if workspace == "gone":
            self.calls += 1
            raise Rejected(RejectReason.REVOKED, "The app was removed.", "Install it again.")
        return await super().post(workspace, channel, card, key)


async def test_a_revoked_workspace_rests_until_the_bot_is_back(engine: Engine) -> None:
    """One refusal is enough: no other channel is tried, and nothing is erased or told."""
    chat = RevokedChat(engine.platform)
    delivering = engine.app.dispatching.delivering
    delivering.chats = {"local": chat}
    for number in range(6):
        await engine.add_schedule("gone", f"#c{number}")
    await engine.add_schedule("here")
    await engine.advance(timedelta(days=3))
    assert chat.calls == 1
    assert await engine.states("here") == [DeliveryState.CONFIRMED] * 3
    assert not [message for message in engine.posted if message.workspace == "gone"]
    delivering.chats = {"local": LocalChat(engine.platform)}
    await engine.app.handle(AccessRegained(Origin("local", "gone", "", "")))
    await engine.advance(timedelta(days=1))
    assert (await engine.states("gone")).count(DeliveryState.CONFIRMED) == 6
    told = [card.text for card in notices(engine) if "The bot is back" in card.text]
    assert len(told) == 6


class PickyChat(LocalChat):
    """A platform that refuses some messages as not fit to be shown."""

    def __init__(self, chat: LocalChat, refused: Collection[int]) -> None:
        super().__init__(chat.platform)
        self.refused = refused
        self.questions: list[str] = []

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        assert isinstance(card, QuestionCard)
        self.questions.append(card.question.id)
        if len(self.questions) in self.refused:
            raise Rejected(RejectReason.INVALID, "The message is refused.", "Report it.")
        return await super().post(workspace, channel, card, key)


async def test_a_message_that_is_refused_costs_one_post(engine: Engine) -> None:
    chat = PickyChat(LocalChat(engine.platform), refused=(2, 4))
    engine.app.dispatching.delivering.chats = {"local": chat}
    await engine.add_schedule("acme")
    await engine.advance(5 * 24 * HOUR)
    assert await engine.states("acme") == [
        DeliveryState.CONFIRMED,
        DeliveryState.FAILED,
        DeliveryState.CONFIRMED,
        DeliveryState.FAILED,
        DeliveryState.CONFIRMED,
    ]
    assert len(set(chat.questions)) == 5, "the refused question came again"
    told = [card.text for card in notices(engine) if "was not posted" in card.text]
    assert [chat.questions[1] in told[0], chat.questions[3] in told[1], len(told)] == [1, 1, 2]
    assert "Schedule 1 goes on" in told[0]


async def test_two_messages_in_a_row_that_are_refused_pause_a_schedule(engine: Engine) -> None:
    chat = PickyChat(LocalChat(engine.platform), refused=(2, 3))
    engine.app.dispatching.delivering.chats = {"local": chat}
    await engine.add_schedule("acme")
    await engine.advance(5 * 24 * HOUR)
    assert len(chat.questions) == 3
    told = [card.text for card in notices(engine) if "was not posted" in card.text]
    assert len(told) == 2
    assert "Schedule 1 is paused" in told[1]


async def test_a_schedule_that_can_not_be_planned_keeps_no_other_back(engine: Engine) -> None:
    """A newer version knew its time zone, or this machine's list of zones is older."""
    schedule = await engine.add_schedule("acme")
    await engine.add_schedule("globex")
    unknown = replace(schedule, rhythm=replace(schedule.rhythm, zone="Mars/Olympus_Mons"))
    async with engine.app.storage.writing() as work:
        await work.schedules.save(unknown)
    with capture_logs() as logged:
        await engine.advance(HOUR)
    assert await engine.states("globex") == [DeliveryState.CONFIRMED]
    assert [line["event"] for line in logged].count("plan_failed") == 1
    [notice] = notices(engine)
    assert "Mars/Olympus_Mons" in notice.text
    engine.platform.workspaces["acme"].admins.add("ana")
    ana = Origin(NAME, "acme", "#general", "ana", member_name="ana")
    for words in ("edit 1 tz:Europe/Berlin", "resume 1"):
        await engine.app.handle(TextCommand(ana, f"schedule {words}"))
    await engine.advance(24 * HOUR)
    assert await engine.states("acme") == [DeliveryState.CONFIRMED]


async def test_a_kind_of_work_that_fails_keeps_no_other_from_being_done(engine: Engine) -> None:
    """Whatever is wrong with it: the round says so, and comes back."""

    async def fail(now: datetime) -> int:
        raise ZeroDivisionError

    engine.app.dispatching.digesting.plan_due = fail  # type: ignore[method-assign]
    schedule = await engine.add_schedule("acme")
    async with engine.app.storage.writing() as work:
        await work.schedules.save(replace(schedule, digest=0, digest_due_at=DUE))
        await work.notices.add(schedule.workspace_id, MemberId(1), "#general", "Hello.", DUE)
    engine.clock.move_to(DUE)
    with pytest.raises(ExceptionGroup) as raised:
        await engine.app.run_due()
    assert raised.group_contains(ZeroDivisionError)
    await engine.app.dispatching.drain()
    assert await engine.states("acme") == [DeliveryState.CONFIRMED]
    assert [card.text for card in notices(engine)] == ["Hello."]


async def test_a_digest_that_can_not_be_planned_keeps_nothing_back(engine: Engine) -> None:
    """Its day comes before that of a question, so that it is the first to be planned."""
    schedule = await engine.add_schedule("acme")
    unknown = replace(schedule.rhythm, zone="Mars/Olympus_Mons")
    async with engine.app.storage.writing() as work:
        digest = replace(schedule, rhythm=unknown, digest=0, digest_due_at=DUE)
        await work.schedules.save(replace(digest, next_due_at=DUE + 24 * HOUR))
        ana = await work.members.ensure(schedule.workspace_id, "ana", "ana")
        await work.notices.add(schedule.workspace_id, ana.id, "#general", "Something else.", DUE)
    await engine.advance(HOUR)
    [wrong, other] = sorted(notices(engine), key=lambda card: card.text == "Something else.")
    assert "Schedule 1 is paused" in wrong.text
    assert other.text == "Something else."
