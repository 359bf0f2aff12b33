"""Text on its way to Discord: made harmless, and split where it is too long."""

from __future__ import annotations

import re

from adapters.discord.limits import cut, measure
from bot.domain.typed import break_pings, drop_controls

_MARKUP = re.compile(r"[\\*_~`|\[\]()<>]")
_LINE_MARKUP = re.compile(r"^([ \t]*)(#{1,3}|-#?)(?=\s)", re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(`{3,8}|~{3,8})[ \t]*([^\s`]*)[^\n]*$")
"""Eight signs of a fence are enough to close it and to open it again: a line may hold thousands."""


def escape(text: str) -> str:
    """Make text that somebody typed harmless: no Markdown, no mention, no moved cursor.

    discord.py's own function leaves what stands between two links as it is.
    """
    plain = _MARKUP.sub(r"\\\g<0>", drop_controls(text))
    plain = _LINE_MARKUP.sub(r"\1\\\2", plain)
    return break_pings(plain)


def one_line(text: str) -> str:
    """Escape, and fold all white space, so that the text can't pose as another line."""
    return " ".join(escape(text).split())


def show_code(text: str) -> str:
    """Return lines as a code block, whatever is in them."""
    harmless = drop_controls(text).replace("```", "`\u200b``")
    return f"```\n{harmless}\n```"


def shorten(text: str, limit: int) -> str:
    """Cut a label to a limit, with a sign that it was cut; full texts are split instead."""
    return text if measure(text) <= limit else f"{cut(text, limit - 1)}…"


def split_markdown(text: str, limit: int) -> list[str]:
    """Split into parts of at most `limit` characters, at lines; nothing is lost.

    A code block that is parted is closed and opened again, with its language. A line that
    is too long by itself is split at a space, or anywhere.
    """
    parts: list[str] = []
    lines: list[str] = []
    fence = opening = ""
    size = 0
    room = limit - 16
    for whole in text.strip("\n").split("\n"):
        if fence and whole.rstrip() == fence:
            lines.append(fence)  # for which there is always room: a part is closed by one
            size += measure(fence) + 1
            fence = opening = ""
            continue
        for line in _split_line(whole, room - measure(opening) - 8):
            needed = measure(line) + 1
            if lines and size + needed > room:
                parts.append("\n".join([*lines, fence] if fence else lines))
                lines = [opening] if fence else []
                size = measure(opening) + 1 if fence else 0
            lines.append(line)
            size += needed
        fence, opening = follow_fence(whole, fence, opening)
    parts.append("\n".join([*lines, fence] if fence else lines))
    return [part for part in parts if part.strip()]


def follow_fence(line: str, fence: str, opening: str) -> tuple[str, str]:
    """Return the fence that is open after the line and the line that opened it."""
    match = _FENCE.match(line)
    if not match:
        return fence, opening
    if not fence:
        return match[1], match[1] + match[2][:32]
    closes = match[1].startswith(fence) and not match[2]
    return ("", "") if closes else (fence, opening)


def _split_line(line: str, limit: int) -> list[str]:
    pieces = []
    while measure(line) > limit:
        end = len(cut(line, limit))
        space = line.rfind(" ", end // 2, end)
        end = space + 1 if space > 0 else end
        pieces.append(line[:end])
        line = line[end:]
    return [*pieces, line]
