"""What travels with a message or a form, and comes back with what members do; pure."""

from __future__ import annotations

import json
from dataclasses import dataclass

from adapters.slack.payload import Malformed
from bot.domain.typed import drop_unstorable

_COMPACT = json.JSONEncoder(separators=(",", ":"))


def write_button_value(action: str, key: str, value: str) -> str:
    """Pack a button's three values into the one that Slack carries."""
    return _COMPACT.encode([action, key, value])


def read_button_value(text: str) -> tuple[str, str, str] | None:
    """Unpack them; None for a value that is none of ours."""
    try:
        values = json.loads(text)
    except ValueError:
        return None
    if not isinstance(values, list) or len(values) != 3:
        return None
    if not all(isinstance(value, str) for value in values):
        return None
    action, key, value = map(drop_unstorable, values)
    return action, key, value


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form was opened and where its answer goes; travels in `private_metadata`."""

    form: str
    key: str
    channel: str
    response_url: str = ""
    thread: str = ""

    @property
    def is_home(self) -> bool:
        """Whether it was opened on the Home tab, which is no channel."""
        return not self.channel and not self.response_url

    def pack(self) -> str:
        """Return the text that `read_place` understands; Slack takes 3,000 characters."""
        return json.dumps([self.form, self.key, self.channel, self.response_url, self.thread])


def read_place(text: str) -> Place:
    """Unpack what came back with a form."""
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, list) or len(values) != 5:
        raise Malformed("private_metadata is none of ours")
    if not all(isinstance(value, str) for value in values):
        raise Malformed("private_metadata is none of ours")
    return Place(*map(drop_unstorable, values))
