"""How the service is: facts that an operator can act on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

HEARTBEAT_EVERY = timedelta(seconds=20)
"""How often a process says that it lives."""
GONE_AFTER = timedelta(minutes=2)
"""A process that was silent for so long has died, or is cut off from the database."""
ROUND_WITHIN = timedelta(seconds=90)
"""The dispatcher looks at least once a minute; a round may take some time, too."""
CLOCKS_AGREE_WITHIN = timedelta(seconds=1)
"""What a machine's clock may differ from the database server's; an answer takes a while, too."""
OVERDUE_AFTER = timedelta(minutes=5)
"""What waits longer than this for a process to take it up is not being looked after."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was examined. `mend` says what to do where it is not `ok`."""

    name: str
    ok: bool
    says: str
    mend: str = ""

    def __str__(self) -> str:
        return self.says if self.ok else f"{self.says} {self.mend}".rstrip()


@dataclass(frozen=True, slots=True)
class Process:
    """A `run` that shares the database, as it last said of itself.

    `dispatched_at` is when its dispatcher last ended a round; None where it delivers nothing.
    """

    owner: str
    platforms: tuple[str, ...]
    started_at: datetime
    seen_at: datetime
    dispatched_at: datetime | None = None

    def is_gone(self, now: datetime) -> bool:
        """Tell whether it fell silent without saying goodbye."""
        return now - self.seen_at > GONE_AFTER


@dataclass(frozen=True, slots=True)
class Tally:
    """What waits in the whole database.

    `live` counts deliveries that still want something done, by state. `overdue` are those and
    the schedules that have waited longer than OVERDUE_AFTER, by platform. `missed` counts what
    was skipped or failed within a day, among the newest ten thousand deliveries.
    """

    live: dict[str, int] = field(default_factory=dict)
    overdue: dict[str, int] = field(default_factory=dict)
    stuck: int = 0
    missed: int = 0
