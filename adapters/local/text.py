"""Text on its way to a channel without a platform: made harmless."""

from __future__ import annotations

from bot.domain.typed import break_pings, drop_controls


def escape(text: str) -> str:
    """Make text that somebody typed harmless: it pings nobody and moves no cursor."""
    return break_pings(drop_controls(text))


def one_line(text: str) -> str:
    """Escape, and fold all white space, so that the text can't pose as another line."""
    return " ".join(escape(text).split())
