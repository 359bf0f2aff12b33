"""What came in already, whichever process took it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class ReceivedEvents(Protocol):
    """Events of one platform, which sends an event again when it missed the answer."""

    async def add(self, key: str, now: datetime, keep_until: datetime) -> bool:
        """Note that the event came; False if it had come before, here or elsewhere."""
        ...
