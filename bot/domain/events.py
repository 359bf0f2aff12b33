"""What comes in from any platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.domain.typed import drop_unstorable


@dataclass(frozen=True, slots=True)
class Origin:
    """Who did it and where, in the platform's own ids.

    `zone` is the member's time zone as far as the platform knows it; `is_bot` covers this
    bot and every other one.
    """

    platform: str
    workspace: str
    channel: str
    member: str
    workspace_name: str = ""
    member_name: str = ""
    zone: str = ""
    is_bot: bool = False


MOST_UPLOADED = 10 * 1024 * 1024
"""Bytes of a file that a chat may hand in; adapters fetch no larger one."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came along, whole. `problem` is a sentence on why it could not be fetched."""

    name: str
    content: bytes = field(default=b"", repr=False)
    problem: str = ""

    @classmethod
    def too_large(cls, name: str) -> Upload:
        """Return a file that was not fetched because of its size."""
        return cls(
            name,
            problem=f"The file is larger than {MOST_UPLOADED // 1024**2} MB. Split it, or let "
            "whoever runs the bot type: fastapi-quiz questions import FILE",
        )


@dataclass(frozen=True, slots=True)
class TextCommand:
    """`/fastapi-quiz` with everything behind it as one text."""

    origin: Origin
    text: str
    upload: Upload | None = None


@dataclass(frozen=True, slots=True)
class CommandCalled:
    """`/fastapi-quiz` with its words and options taken apart by the platform."""

    origin: Origin
    path: str
    options: Mapping[str, str] = field(default_factory=dict)
    upload: Upload | None = None


@dataclass(frozen=True, slots=True)
class OptionTyped:
    """A member is typing a value for a command's option, and the platform can suggest some."""

    origin: Origin
    path: str
    option: str


@dataclass(frozen=True, slots=True)
class ReactionAdded:
    """A reaction to a message. `emoji` is the platform-neutral name: `bulb`."""

    origin: Origin
    message_id: str
    emoji: str


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """A button under a card: the three values of its `Button`, and the message it is under."""

    origin: Origin
    action: str
    key: str = ""
    value: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class FormSubmitted:
    """A filled form. `values` maps field names to what was typed."""

    origin: Origin
    form: str
    key: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    upload: Upload | None = None


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """Somebody looks at the app's own page, which shows what is theirs and what they manage."""

    origin: Origin


@dataclass(frozen=True, slots=True)
class AccessLost:
    """The bot was shut out of the origin's channel, or of the workspace if there is none.

    `reason` is a sentence for the admins. Nobody did it as a member, so nobody is answered.
    `for_good`: the channel is deleted, and so can't be had back.
    """

    origin: Origin
    reason: str
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class AccessRegained:
    """The bot is in the origin's workspace again, or for the first time. Nobody is answered."""

    origin: Origin


Event = (
    TextCommand
    | CommandCalled
    | OptionTyped
    | ReactionAdded
    | ButtonPressed
    | FormSubmitted
    | HomeOpened
    | AccessLost
    | AccessRegained
)


def make_storable(event: Event) -> Event:
    """Drop from what was typed what no database can hold."""
    match event:
        case TextCommand():
            return replace(event, text=drop_unstorable(event.text))
        case CommandCalled():
            return replace(event, options=_drop_all(event.options))
        case FormSubmitted():
            return replace(event, key=drop_unstorable(event.key), values=_drop_all(event.values))
        case ButtonPressed():
            return replace(
                event, key=drop_unstorable(event.key), value=drop_unstorable(event.value)
            )
        case _:
            return event


def _drop_all(values: Mapping[str, str]) -> Mapping[str, str]:
    return {name: drop_unstorable(value) for name, value in values.items()}
