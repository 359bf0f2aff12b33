"""What Slack sends again is heeded once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from adapters.slack.payload import Payload, read_once_key
from bot.domain.newest import Newest
from bot.ports import Clock, ReceivedEvents

MOST_REMEMBERED = 20_000
KEPT_FOR = timedelta(days=1)


@dataclass
class Once:
    """Tells what comes for the first time.

    What members do reaches one process once. An event comes again if Slack missed our
    answer, up to an hour later, to any process; so those are remembered in the database.
    """

    received: ReceivedEvents
    clock: Clock
    _seen: Newest[str, None] = field(default_factory=lambda: Newest(MOST_REMEMBERED))

    def is_new(self, body: Payload) -> bool:
        """Tell whether something that a member did comes for the first time to this process; what
        has nothing to tell it by always does."""
        key = read_once_key(body)
        if key in self._seen:
            return False
        if key:
            self._seen[key] = None
        return True

    async def is_new_event(self, body: Payload) -> bool:
        """Tell whether an event comes for the first time, to whichever process."""
        key = read_once_key(body)
        if not key or not self.is_new(body):
            return not key
        now = self.clock.now()
        return await self.received.add(key, now, now + KEPT_FOR)
