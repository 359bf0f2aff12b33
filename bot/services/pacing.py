"""Gives each delivery its turn on the platform; who has to wait holds no lease meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.delivery import Delivery, DeliveryId
from bot.domain.pacing import Pace
from bot.domain.people import Workspace

_MOST_KEPT = 20_000
_KEPT_FOR = timedelta(minutes=5)


@dataclass
class Pacing:
    """Remembers turns that were promised, so that the queue keeps its order.

    `paces` has the platforms that limit posts; of any other every delivery goes at once.
    Each process paces what it sends by itself.
    """

    paces: Mapping[str, Pace] = field(default_factory=dict)
    _promised: dict[DeliveryId, datetime] = field(default_factory=dict)

    def take_turn(self, delivery: Delivery, workspace: Workspace, now: datetime) -> datetime | None:
        """Return until when the delivery has to wait; None if it may be posted now."""
        pace = self.paces.get(workspace.platform)
        if pace is None:
            return None
        turn = self._promised.pop(delivery.id, None)
        if turn is None or turn > now + _KEPT_FOR:
            turn = pace.take(workspace.external_id, delivery.channel, now)
        if turn <= now:
            turn = pace.free_at(workspace.external_id, delivery.channel, now)
        if turn <= now:
            return None
        self._promised[delivery.id] = turn
        if len(self._promised) > _MOST_KEPT:
            self._forget_old(now)
        return turn

    def _forget_old(self, now: datetime) -> None:
        """Others took these up, or nobody needs them any more."""
        old = now - _KEPT_FOR
        self._promised = {key: turn for key, turn in self._promised.items() if turn > old}
