"""Text on its way to a channel without a platform: made harmless."""

from __future__ import annotations

import re

from bot.domain.typed import drop_controls

_PING = re.compile(r"@(?=\w)|<(?=[!@#&])")
_ZERO_WIDTH = "\u200b"


def escape(text: str) -> str:
    """Make text that somebody typed harmless: it pings nobody and moves no cursor."""
    return _PING.sub(lambda match: match[0] + _ZERO_WIDTH, drop_controls(text))


def one_line(text: str) -> str:
    """Escape, and fold all white space, so that the text can't pose as another line."""
    return " ".join(escape(text).split())
