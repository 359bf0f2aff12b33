"""What an event is called in the log and among the metrics."""

from __future__ import annotations

import pytest

from bot.domain.events import (
    ButtonPressed,
    CommandCalled,
    Event,
    FormSubmitted,
    HomeOpened,
    OptionTyped,
    Origin,
    ReactionAdded,
    TextCommand,
)
from bot.services.tracing import PRESSES, name_event
from tests.services.conftest import Engine

BEN = Origin("local", "acme", "#general", "ben")


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (TextCommand(BEN, "schedule add 09:00"), "schedule add"),
        (TextCommand(BEN, "shedule"), "unknown"),
        (CommandCalled(BEN, "streak"), "streak"),
        (OptionTyped(BEN, "ask", "topic"), "(option)"),
        (ReactionAdded(BEN, "1", "bulb"), "(reaction)"),
        (ButtonPressed(BEN, "practice"), "(button practice)"),
        (ButtonPressed(BEN, "whatever somebody wrote"), "unknown"),
        (FormSubmitted(BEN, "suggest", "", {}), "(form suggest)"),
        (FormSubmitted(BEN, "whatever somebody wrote", "", {}), "unknown"),
        (HomeOpened(BEN), "(home)"),
    ],
)
def test_an_event_has_one_of_a_few_names(event: Event, name: str) -> None:
    assert name_event(event) == name


async def test_every_button_that_is_answered_has_a_name(engine: Engine) -> None:
    assert engine.app.conversing.handlers.buttons.keys() <= PRESSES
    assert {"answer", "choose", "mock", "command", "form"} <= PRESSES
