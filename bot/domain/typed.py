"""Text that people typed, before any platform shows it."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PING = re.compile(r"@(?=everyone|here|channel)|<(?=[!@#&])")
_ZERO_WIDTH = "\u200b"


def drop_controls(text: str) -> str:
    """Drop what moves a cursor or turns the direction of writing, and what no encoding takes."""
    return _CONTROL.sub("", text)


def break_pings(text: str) -> str:
    """Break what calls people, also for whoever copies it out of a message.

    Other names behind an `@` stay as they are: `@app.get` is code, which is there to be copied.
    """
    return _PING.sub(lambda match: match[0] + _ZERO_WIDTH, text)


def drop_unstorable(text: str) -> str:
    """Drop NUL, which PostgreSQL refuses, and halves of surrogate pairs, which no encoding has."""
    return _UNSTORABLE.sub("", text)
