"""Whatever is for admins is refused to everybody else, however it is asked for."""

from __future__ import annotations

import pytest

from adapters.local.platform import NAME
from bot.commands import BY_PATH, Rights
from bot.domain.cards import ErrorCard
from bot.domain.events import ButtonPressed, Event, FormSubmitted, OptionTyped, Origin
from tests.services.conftest import Engine

BEN = Origin(NAME, "acme", "#general", "ben", member_name="ben")
WITH_FORMS = ("questions edit", "questions reject")
"""Forms that come back to a handler of their own."""
PRESSES = (
    *(ButtonPressed(BEN, action, "1", "") for action in ("approve", "reject", "edit", "resolve")),
    ButtonPressed(BEN, "form", "1", "schedule edit"),
    ButtonPressed(BEN, "command", "", "schedule pause 1"),
    ButtonPressed(BEN, "command", "", "questions list"),
)


async def ask(engine: Engine, event: Event) -> str:
    """Return the reason for which an event is refused, or what it was answered with."""
    await engine.add_schedule()
    reply = await engine.app.handle(event)
    assert reply
    card = reply.cards[0]
    return card.reason if isinstance(card, ErrorCard) else card.kind


@pytest.mark.parametrize("form", WITH_FORMS)
async def test_a_form(engine: Engine, form: str) -> None:
    assert BY_PATH[form].rights is Rights.ADMIN
    filled = FormSubmitted(BEN, form, "1", {"reason": "No.", "question": "Why?"})
    assert await ask(engine, filled) == "forbidden"


@pytest.mark.parametrize("pressed", PRESSES, ids=lambda one: f"{one.action} {one.value}")
async def test_a_button(engine: Engine, pressed: ButtonPressed) -> None:
    assert await ask(engine, pressed) == "forbidden"


async def test_what_an_option_may_be(engine: Engine) -> None:
    assert await ask(engine, OptionTyped(BEN, "questions retire", "id")) == "forbidden"
