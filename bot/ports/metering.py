"""Counting and timing what happens, for whoever watches the service."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Protocol


class CallOutcome(StrEnum):
    """What became of one call to a platform."""

    OK = "ok"
    RATE_LIMITED = "rate_limited"
    REFUSED = "refused"
    FAILED = "failed"
    LOST = "lost"


class Meter(Protocol):
    """Takes notes and never raises. Labels are few: no workspace, channel or member."""

    def note_delivery(self, state: str, late_by: timedelta | None = None) -> None:
        """A delivery has come into a state; `late_by` is how late it was posted."""
        ...

    def note_call(self, platform: str, outcome: CallOutcome, seconds: float) -> None:
        """A platform's API was called."""
        ...

    def note_event(self, name: str, outcome: str, seconds: float) -> None:
        """An event was answered: a command's path, or the kind of event."""
        ...

    def note_lag(self, seconds: float) -> None:
        """The event loop came back so much later than it was asked to."""
        ...


class NoMeter:
    """Implements `Meter` where nobody watches."""

    def note_delivery(self, state: str, late_by: timedelta | None = None) -> None:
        """Nothing."""

    def note_call(self, platform: str, outcome: CallOutcome, seconds: float) -> None:
        """Nothing."""

    def note_event(self, name: str, outcome: str, seconds: float) -> None:
        """Nothing."""

    def note_lag(self, seconds: float) -> None:
        """Nothing."""


NO_METER = NoMeter()
