"""What opens the web console."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.visit import Pass, Visit


class Visits(Protocol):
    """Passes by the digest of a secret; the secret itself is nowhere."""

    async def add(
        self, digest: str, kind: Pass, visit: Visit, now: datetime, expires_at: datetime
    ) -> None:
        """Store a pass; those that have expired are swept away."""
        ...

    async def find(self, digest: str, kind: Pass, now: datetime) -> Visit | None:
        """Return whom a pass lets in; nobody if it has expired, was used up or taken back, or
        the bot was thrown out of the workspace."""
        ...

    async def take(self, digest: str, kind: Pass, now: datetime) -> Visit | None:
        """Return what `find` does, and use the pass up: of two at a time one gets it."""
        ...
