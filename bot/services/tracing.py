"""Follows one event from its arrival to its reply: a name for it, and how long it took."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from bot import commands
from bot.domain.cards import ErrorCard, Reply
from bot.domain.events import (
    AccessLost,
    AccessRegained,
    ButtonPressed,
    CommandCalled,
    Event,
    FormSubmitted,
    HomeOpened,
    OptionTyped,
    ReactionAdded,
    TextCommand,
)
from bot.errors import CommandError
from bot.ports import NO_METER, Handle, Meter

log = structlog.get_logger(__name__)
PRESSES = frozenset(
    {"answer", "choose", "reveal", "rate", "report", "practice", "mock", "forget"}
    | {"command", "form", "approve", "edit", "reject", "resolve"}
)
"""Actions of buttons; whoever writes one of their own is not worth a name."""
_NAMES: Mapping[type[Event], str] = {
    OptionTyped: "(option)",
    ReactionAdded: "(reaction)",
    HomeOpened: "(home)",
    AccessLost: "(access lost)",
    AccessRegained: "(access regained)",
}


def name_event(event: Event) -> str:
    """Return a command's path, or the kind of event: one of a few words, whoever caused it."""
    match event:
        case TextCommand(_, text):
            try:
                return commands.parse(text)[0].path
            except CommandError:
                return "unknown"
        case CommandCalled(_, path) if path in commands.BY_PATH:
            return path
        case ButtonPressed(_, action) if action in PRESSES:
            return f"(button {action})"
        case FormSubmitted(_, form) if form in commands.BY_PATH:
            return f"(form {form})"
    return _NAMES.get(type(event), "unknown")


def name_outcome(reply: Reply | None) -> str:
    """Return what the member got: ok, refused (their mistake) or fault (ours)."""
    if reply and reply.cards and isinstance(reply.cards[0], ErrorCard):
        return "fault" if reply.cards[0].reason == "fault" else "refused"
    return "ok"


@dataclass
class Tracing:
    """Stands before whoever answers events. `seconds` is a clock that nobody sets."""

    handle_event: Handle
    seconds: Callable[[], float]
    meter: Meter = NO_METER
    after: Callable[[], None] = lambda: None

    async def handle(self, event: Event) -> Reply | None:
        """Answer the event, note it, and call `after`."""
        began, name, outcome = self.seconds(), name_event(event), "fault"
        try:
            reply = await self.handle_event(event)
            outcome = name_outcome(reply)
        finally:
            took = self.seconds() - began
            self.meter.note_event(name, outcome, took)
            log.info("answered", what=name, outcome=outcome, seconds=round(took, 4))
            self.after()
        return reply
