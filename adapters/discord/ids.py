"""Discord's ids, as people type them and as the core carries them."""

from __future__ import annotations

import re

from bot.errors import Rejected, RejectReason

_CHANNEL = re.compile(r"<#(\d{1,20})>|(?:https://(?:\w+\.)?discord\.com/channels/\d+/)?(\d{1,20})")
_MEMBER = re.compile(r"<@!?(\d{1,20})>|(\d{1,20})")


def read_channel(text: str) -> str:
    """Read `<#123>`, `123`, or the channel's link; anything else is taken for a name."""
    match = _CHANNEL.fullmatch(text.strip())
    return match[1] or match[2] if match else text.strip().lstrip("#")


def read_member(text: str) -> str:
    """Read `<@123>` or `123`; anything else is taken for a name."""
    match = _MEMBER.fullmatch(text.strip())
    return match[1] or match[2] if match else text.strip().lstrip("@")


def read_number(text: str) -> int:
    """Read an id of Discord; what is none names nothing there.

    Raises:
        Rejected: it is none.
    """
    if text.isascii() and text.isdigit() and len(text) <= 20:
        return int(text)
    raise Rejected(
        RejectReason.CHANNEL_GONE,
        f"Discord has nothing with the id {text[:40]!r}.",
        "Choose the channel from Discord's own list.",
    )
