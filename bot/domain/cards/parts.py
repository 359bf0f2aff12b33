"""What cards are made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a card; it comes back as ButtonPressed with the same three values."""

    label: str
    action: str
    key: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class FormField:
    """A field to fill in.

    `type` is a `bot.commands.Type` value, or `multiline` for a long text. `value` is what
    the field holds to begin with; one that a platform's field can't hold whole is left out.
    """

    name: str
    label: str
    type: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    value: str = ""
