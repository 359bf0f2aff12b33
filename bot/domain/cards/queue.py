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

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Approve, Edit (but for reports) and Reject."""
        item, key = self.item, str(self.item.number)
        approve = Button(f"Approve {key}", "approve", key, item.stamp)
        edit = Button(f"Edit {key}", "edit", key)
        reject = Button(f"Reject {key}", "reject", key)
        return (approve, reject) if item.kind is ItemKind.REPORT else (approve, edit, reject)


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
        """Those of all items."""
        return tuple(button for entry in self.entries for button in entry.buttons)

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {
            "items": [describe_item(entry) for entry in self.entries],
            "waiting": self.waiting,
            "page": self.page,
        }


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
