"""The time."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; nothing below the composition root asks the system."""

    def now(self) -> datetime:
        """Return the present time, in UTC."""
        ...
