"""What members and admins do in the same instant, as if several processes were told of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from adapters.local.platform import NAME, Fault
from bot.domain.cards import GradeCard, LeaderboardCard, MockCard
from bot.domain.events import ButtonPressed, CommandCalled, FormSubmitted, Origin
from bot.domain.streak import KEPT_FOR
from tests.services.conftest import Engine

PATIENCE = 20.0
"""Seconds: less than a task waits for a connection."""
MEMBERS = [f"m{number}" for number in range(8)]


def by(member: str) -> Origin:
    return Origin(NAME, "acme", "#general", member, member_name=member)


async def test_an_interview_that_is_begun_twice_in_an_instant_is_one(engine: Engine) -> None:
    mock = [CommandCalled(by(member), "mock", {"questions": "1"}) for member in MEMBERS]
    await asyncio.gather(*(engine.app.handle(CommandCalled(by(one), "help")) for one in MEMBERS))
    replies = await asyncio.gather(*(engine.app.handle(event) for event in [*mock, *mock, *mock]))
    for number in range(len(MEMBERS)):
        keys = set()
        for reply in replies[number :: len(MEMBERS)]:
            assert reply
            [card] = reply.cards
            assert isinstance(card, MockCard)
            keys.add(card.key)
        assert len(keys) == 1


async def test_two_settings_that_are_changed_in_an_instant_are_both_changed(
    engine: Engine,
) -> None:
    handle = engine.app.handle
    await asyncio.gather(*(handle(CommandCalled(by(one), "help")) for one in MEMBERS))
    changes = ({"level": "2-year"}, {"leaderboard": "no"}, {"timezone": "Asia/Tokyo"})
    await asyncio.gather(
        *(
            handle(CommandCalled(by(one), "settings", change))
            for one in MEMBERS
            for change in changes
        )
    )
    for one in MEMBERS:
        reply = await handle(CommandCalled(by(one), "settings"))
        assert reply
        [card] = reply.cards
        told = card.data()
        assert (told["level"], told["leaderboard"]) == ("2-year", False)
        assert told["timezone"] == "Asia/Tokyo"


async def test_answers_after_a_week_keep_the_streak_anew_without_a_ring(engine: Engine) -> None:
    """One more answer to a question that was answered, and the first one to another."""
    await engine.add_schedule()
    await engine.add_schedule(channel="#other")
    await engine.advance(timedelta(minutes=2))
    one, other = (message.key for message in engine.posted if message.key)
    await asyncio.gather(*(engine.app.handle(answer(member, one)) for member in MEMBERS))
    engine.clock.move_to(engine.clock.now() + KEPT_FOR)
    events = [answer(member, key) for key in (one, other) for member in MEMBERS]
    replies = await asyncio.gather(*(engine.app.handle(event) for event in events))
    graded = [reply.cards[0] for reply in replies if reply]
    assert all(isinstance(card, GradeCard) for card in graded), graded
    first = [card.first for card in graded if isinstance(card, GradeCard)]
    assert first == [False] * len(MEMBERS) + [True] * len(MEMBERS)


async def test_many_leaderboards_after_a_week_wait_for_no_second_connection(
    engine: Engine,
) -> None:
    await engine.add_schedule()
    await engine.advance(timedelta(minutes=2))
    key = next(message.key for message in engine.posted if message.key)
    many = [f"m{number}" for number in range(30)]
    await asyncio.gather(*(engine.app.handle(answer(member, key)) for member in many))
    engine.clock.move_to(engine.clock.now() + KEPT_FOR)
    asked = [CommandCalled(by(member), "leaderboard", {"period": "all"}) for member in many]
    async with asyncio.timeout(PATIENCE):
        replies = await asyncio.gather(*(engine.app.handle(event) for event in asked))
    assert all(reply and isinstance(reply.cards[0], LeaderboardCard) for reply in replies)


async def test_a_suggestion_that_is_handed_in_twice_in_an_instant_waits_once(
    engine: Engine,
) -> None:
    values = {
        "question": "When does a dependency with yield run what follows the yield?",
        "answer": "After the response was sent.",
        "level": "2-year",
        "topic": "dependencies",
    }
    handed_in = [CommandCalled(by(member), "suggest", values) for member in MEMBERS[:3]]
    replies = await asyncio.gather(*(engine.app.handle(event) for event in handed_in))
    cards = [reply.cards[0] for reply in replies if reply]
    assert sorted(type(card).__name__ for card in cards) == ["ErrorCard", "ErrorCard", "NoticeCard"]


@pytest.mark.parametrize("verdict", ["again", "posted"])
async def test_admins_who_looked_in_the_same_instant_are_told_what_became_of_it(
    engine: Engine, verdict: str
) -> None:
    """One is heard; what is to be sent again is sent once. The others hear that it is settled."""
    engine.platform.faults.extend([Fault.POST_LOST, Fault.BLIND])
    engine.platform.workspaces["acme"].admins |= set(MEMBERS)
    await engine.add_schedule()
    await engine.advance(timedelta(minutes=10))
    engine.platform.faults.clear()
    [stuck] = await engine.deliveries()
    looked = [ButtonPressed(by(one), "resolve", stuck.key, value=verdict) for one in MEMBERS]
    replies = await asyncio.gather(*(engine.app.handle(event) for event in looked))
    cards = [reply.cards[0] for reply in replies if reply]
    assert sorted(type(card).__name__ for card in cards) == ["ErrorCard"] * 7 + ["NoticeCard"]
    await engine.advance(timedelta(minutes=10))
    sent = [message.key for message in engine.posted if message.key]
    assert sent == ([stuck.key] if verdict == "again" else [])


def answer(member: str, key: str) -> FormSubmitted:
    return FormSubmitted(by(member), "answer", key, {"text": "Because of the order of paths."})
