"""Text on its way to a channel without a platform: made harmless."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_PING = re.compile(r"@(?=\w)|<(?=[!@#&])")
_ZERO_WIDTH = "\u200b"


def escape(text: str) -> str:
    """Make text that somebody typed harmless: it pings nobody and moves no cursor."""
    return _PING.sub(lambda match: match[0] + _ZERO_WIDTH, drop_controls(text))


def drop_controls(text: str) -> str:
    """Leave out what moves a cursor or turns the direction of a text."""
    return _CONTROL.sub("", text)


def one_line(text: str) -> str:
    """Escape, and fold all white space, so that the text can't pose as another line."""
    return " ".join(escape(text).split())
