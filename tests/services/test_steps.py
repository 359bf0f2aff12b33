"""Buttons of a mock interview that are pressed when it has gone on."""

from __future__ import annotations

from adapters.local.platform import NAME
from bot.domain.cards import ErrorCard, MockCard, Reply
from bot.domain.events import ButtonPressed, CommandCalled, FormSubmitted, Origin
from tests.services.conftest import Engine


def by(member: str) -> Origin:
    return Origin(NAME, "acme", "#general", member, member_name=member)


def step_of(reply: Reply | None) -> MockCard:
    assert reply
    [card] = reply.cards
    assert isinstance(card, MockCard)
    return card


async def test_a_step_that_is_over_or_somebody_else_s_is_not_answered(engine: Engine) -> None:
    handle = engine.app.handle
    first = step_of(await handle(CommandCalled(by("ben"), "mock", {"questions": "2"})))
    step_of(await handle(CommandCalled(by("eve"), "mock", {"questions": "2"})))
    second = step_of(await handle(ButtonPressed(by("ben"), "mock", first.key, "skip")))
    for member, key in (("ben", first.key), ("eve", second.key)):
        for event in (
            FormSubmitted(by(member), "answer", key, {"text": "It depends."}),
            ButtonPressed(by(member), "mock", key, "skip"),
            ButtonPressed(by(member), "mock", key, "stop"),
            ButtonPressed(by(member), "answer", key),
        ):
            reply = await handle(event)
            assert reply
            [card] = reply.cards
            assert isinstance(card, ErrorCard)
            assert "is over" in card.text
