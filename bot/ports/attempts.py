"""What members did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bot.domain.attempt import Attempt, AttemptKind
from bot.domain.cards import Counts
from bot.domain.delivery import Delivery, DeliveryId
from bot.domain.people import MemberId, WorkspaceId


class Attempts(Protocol):
    """The append-only log of what members did."""

    async def add(self, attempt: Attempt) -> bool:
        """Log it, and add its points to the totals.

        Returns False if that member's reveal, rating or first answer is there already.
        """
        ...

    async def kinds(
        self, workspace_id: WorkspaceId, member_id: MemberId, delivery_id: DeliveryId
    ) -> Mapping[AttemptKind, datetime]:
        """Return what the member did with the delivery so far, and when first."""
        ...

    async def counts(self, delivery: Delivery) -> Counts:
        """Return how many answered and revealed the question that the delivery is about."""
        ...
