"""What waits for an admin: suggested and generated questions, and reports of wrong ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.people import MemberId, WorkspaceId
from bot.domain.question import Question

MOST_WAITING = 200
"""Of a workspace; more than an admin reads, and little enough to keep."""
MOST_OF_MEMBER = 5
"""What one member may have waiting at a time."""
MOST_A_DAY = 10
"""What one member may hand in within `A_DAY`, whatever became of it."""
A_DAY = timedelta(days=1)


class ItemKind(StrEnum):
    """What an item of the queue is."""

    SUGGESTION = "suggestion"
    GENERATED = "generated"
    REPORT = "report"


class ItemState(StrEnum):
    """Where an item stands. A number is never given twice, so nothing is deleted singly."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One item of a workspace's queue, known to people by `number`.

    `question` is the draft, or for a report the version that was reported; `words` are the
    reporter's. `source` says who made it: `member`, `templates` or a model's name. `channel`
    is where it came from, so that the author can be told there.
    """

    workspace_id: WorkspaceId
    number: int
    kind: ItemKind
    question: Question
    source: str
    at: datetime
    channel: str = ""
    author: MemberId | None = None
    words: str = ""
    state: ItemState = ItemState.WAITING

    @property
    def stamp(self) -> str:
        """A short hash of the content: a button made for another content decides nothing."""
        return self.question.version[:8]


def explain_limit(of_member: int, today: int, of_workspace: int) -> str | None:
    """Say why a member may hand in nothing more just now, or None.

    Counts are: their items that wait, those of the last day, and all that wait here.
    """
    if of_member >= MOST_OF_MEMBER:
        return f"{of_member} of yours wait for an admin already. Wait until one is decided."
    if today >= MOST_A_DAY:
        return f"You handed in {today} within a day. Come back tomorrow."
    if of_workspace >= MOST_WAITING:
        return "The queue is full. Ask an admin to look through it: /fastapi-quiz questions list"
    return None
