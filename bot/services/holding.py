"""Workspaces that are left alone for a while: rate-limited, or failing again and again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.people import WorkspaceId

FAILURES_IN_A_ROW = 5
FIRST_BREAK = timedelta(minutes=1)
LONGEST_BREAK = timedelta(minutes=15)
log = structlog.get_logger(__name__)


@dataclass
class _Record:
    failures: int = 0
    held_until: datetime | None = None
    reason: str = ""


@dataclass
class Holding:
    """Remembers, in this process alone, whom not to bother until when.

    A platform that asks one workspace to wait is obeyed for that workspace. After five
    failures in a row a circuit opens, first for a minute, then twice as long each time; one
    success closes it.
    """

    _records: dict[WorkspaceId, _Record] = field(default_factory=dict)

    def held_until(self, workspace_id: WorkspaceId, now: datetime) -> tuple[datetime, str] | None:
        """Return until when the workspace is left alone, and why; None if it isn't."""
        record = self._records.get(workspace_id)
        if record is None or record.held_until is None or record.held_until <= now:
            return None
        return record.held_until, record.reason

    def count_open(self, now: datetime) -> int:
        """Return how many workspaces are left alone because of failures."""
        records = self._records.values()
        return sum(
            1
            for one in records
            if one.failures >= FAILURES_IN_A_ROW and one.held_until and one.held_until > now
        )

    def wait(self, workspace_id: WorkspaceId, until: datetime, reason: str) -> None:
        """The platform asks this workspace to wait."""
        record = self._records.setdefault(workspace_id, _Record())
        record.held_until = max(until, record.held_until or until)
        record.reason = reason

    def succeed(self, workspace_id: WorkspaceId) -> None:
        """Something worked: all is forgotten."""
        record = self._records.pop(workspace_id, None)
        if record and record.failures >= FAILURES_IN_A_ROW:
            log.info("circuit_closed", workspace=workspace_id)

    def fail(self, workspace_id: WorkspaceId, now: datetime) -> None:
        """Something did not work; five in a row open the circuit."""
        record = self._records.setdefault(workspace_id, _Record())
        record.failures += 1
        too_many = record.failures - FAILURES_IN_A_ROW
        if too_many < 0:
            return
        rest = min(LONGEST_BREAK, FIRST_BREAK * 2 ** min(too_many, 10))
        reason = f"{record.failures} calls in a row failed; the next one waits."
        self.wait(workspace_id, now + rest, reason)
        log.warning("circuit_open", workspace=workspace_id, failures=record.failures)
