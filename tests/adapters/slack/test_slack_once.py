"""What comes again."""

from __future__ import annotations

from datetime import datetime

from adapters.local.simulation import VirtualClock
from adapters.slack.once import MOST_REMEMBERED, Once


class Received:
    """What all processes have heard of."""

    def __init__(self) -> None:
        self.keys: set[str] = set()

    async def add(self, key: str, now: datetime, keep_until: datetime) -> bool:
        """Tell whether it is new."""
        is_new = key not in self.keys
        self.keys.add(key)
        return is_new


async def test_what_was_seen_is_forgotten_in_the_end() -> None:
    once = Once(Received(), VirtualClock())

    seen = [once.is_new({"trigger_id": key}) for key in ("a", "a", "", "")]
    assert seen == [True, False, True, True]
    for number in range(MOST_REMEMBERED + 1):
        once.is_new({"trigger_id": str(number)})
    assert once.is_new({"trigger_id": "a"})


async def test_an_event_is_new_to_one_of_two_processes() -> None:
    received, clock = Received(), VirtualClock()
    event, nameless = {"event_id": "Ev1"}, {"type": "event_callback"}
    first, second = Once(received, clock), Once(received, clock)

    heeded = [await once.is_new_event(event) for once in (first, second, first)]
    assert heeded == [True, False, False]
    assert [await once.is_new_event(nameless) for once in (first, first)] == [True, True]
