"""Help, notices, errors and forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from bot.domain.cards.parts import Attachment, Button, FormField
from bot.domain.emoji import BULB
from bot.domain.question import Question


@dataclass(frozen=True, slots=True)
class HelpCard:
    """What one can do here: usage and meaning of each command the caller may call.

    `admin_lines` are those of admins, for admins; to others `admin_words` names their first words.
    """

    kind: ClassVar[str] = "help"
    lines: tuple[tuple[str, str], ...]
    admin_lines: tuple[tuple[str, str], ...] = ()
    buttons: tuple[Button, ...] = ()
    emoji: str = BULB
    admin_words: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {"commands": [usage for usage, _ in (*self.lines, *self.admin_lines)]}


@dataclass(frozen=True, slots=True)
class TopicsCard:
    """Topics and levels with the number of questions."""

    kind: ClassVar[str] = "topics"
    topics: tuple[tuple[str, int], ...]
    levels: tuple[tuple[str, int], ...]

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {"topics": dict(self.topics), "levels": dict(self.levels)}


@dataclass(frozen=True, slots=True)
class NoticeCard:
    """A few plain sentences."""

    kind: ClassVar[str] = "notice"
    text: str
    facts: dict[str, Any] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    def data(self) -> dict[str, Any]:
        """What the notice is about."""
        return dict(self.facts)


@dataclass(frozen=True, slots=True)
class LinkCard:
    """A sentence and an address for the caller alone, until `expires_at` (UTC)."""

    kind: ClassVar[str] = "link"
    text: str
    url: str
    expires_at: datetime

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {"url": self.url, "expires_at": self.expires_at.isoformat()}


@dataclass(frozen=True, slots=True)
class UsageCard(NoticeCard):
    """Help on one command, or on a group of them: a notice of another kind."""

    kind: ClassVar[str] = "help"


@dataclass(frozen=True, slots=True)
class ErrorCard:
    """What was refused and the next step.

    `reason` is a word for programs; `field` is the option or form field at fault, if one is.
    """

    kind: ClassVar[str] = "error"
    text: str
    reason: str
    field: str | None = None

    def data(self) -> dict[str, Any]:
        """The reason."""
        return {"reason": self.reason, "field": self.field}


@dataclass(frozen=True, slots=True)
class FormCard:
    """A form to open; it comes back as FormSubmitted with the same name and key.

    One that covers what it is about shows that again: the question, or what is asked further
    on it.
    """

    kind: ClassVar[str] = "form"
    form: str
    title: str
    key: str
    fields: tuple[FormField, ...]
    question: Question | None = None
    follow_up: str = ""

    def data(self) -> dict[str, Any]:
        """What the card was made of."""
        return {"form": self.form, "fields": [field.name for field in self.fields]}
