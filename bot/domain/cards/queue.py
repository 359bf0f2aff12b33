"""What waits for an admin's decision."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from bot.domain.cards.parts import Button
from bot.domain.draft import ItemKind, QueueItem

SHOWN = 5
"""Items on one card: three buttons each, and Discord has room for 25."""


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """An item as its admins see it: who made it, and what could be better."""

    item: QueueItem
    author: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueCard:
    """Waiting items, oldest first and whole. Their texts are plain: nothing in them is rendered.

    `page` counts from 1 where they are a page of all that wait; 0: they are items of their own.
    """

    kind: ClassVar[str] = "queue"
    entries: tuple[QueueEntry, ...]
    waiting: int
    page: int = 0

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, math.ceil(self.waiting / SHOWN))

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Approve, Edit (but for reports) and Reject, for each item."""
        return tuple(button for entry in self.entries for button in _decide(entry.item))

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "items": [describe_item(entry) for entry in self.entries],
            "waiting": self.waiting,
            "page": self.page,
        }


def _decide(item: QueueItem) -> tuple[Button, ...]:
    key, number = str(item.number), item.number
    approve = Button(f"Approve {number}", "approve", key, item.stamp)
    edit = Button(f"Edit {number}", "edit", key)
    reject = Button(f"Reject {number}", "reject", key)
    return (approve, reject) if item.kind is ItemKind.REPORT else (approve, edit, reject)


def describe_item(entry: QueueEntry) -> dict[str, Any]:
    """Return an item as JSON values."""
    item, question = entry.item, entry.item.question
    return {
        "id": item.number,
        "kind": item.kind.value,
        "question_id": question.id,
        "title": question.title,
        "level": question.level.value,
        "topics": list(question.topics),
        "question": question.prompt,
        "answer": question.answer,
        "choices": [
            {"text": choice.text, "right": choice.right, "why": choice.why}
            for choice in question.choices
        ],
        "words": item.words,
        "source": item.source,
        "author": entry.author or None,
        "remarks": list(entry.remarks),
        "at": item.at.isoformat(),
    }
