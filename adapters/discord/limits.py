"""Discord's numbers, with the page of its documentation (docs.discord.com) they come from."""

from __future__ import annotations

from datetime import timedelta

EMBED_TITLE = 256
EMBED_TEXT = 4096
EMBED_FOOTER = 2048
"""Of one embed (resources/message, embed limits)."""
LAYOUT_TEXT = 4000
"""Of all text displays of a message made of components (components/reference)."""
BUTTONS_A_ROW = 5
ROWS = 5
BUTTON_LABEL = 80
"""components/reference."""
MODAL_TITLE = 45
MODAL_FIELDS = 5
FIELD_LABEL = 45
FIELD_DESCRIPTION = 100
FIELD_TEXT = 4000
"""components/reference: modals, labels and text inputs."""
FILES = 10
FILE_DESCRIPTION = 1024
"""Of one message, and of one of its attachments (resources/message)."""
NONCE = 25
"""resources/message, create message."""
COMMAND_DESCRIPTION = 100
CHOICES = 25
CHOICE_NAME = 100
"""interactions/application-commands."""
THREAD_NAME = 100
"""resources/channel, start thread from message."""
INVALID_REQUESTS = 10_000
INVALID_WINDOW = timedelta(minutes=10)
"""Answers of 401, 403 and 429 before the address is blocked (topics/rate-limits)."""


def measure(text: str) -> int:
    """Count characters as Discord's clients do, in UTF-16 units: never less than it counts."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, limit: int) -> str:
    """Return the longest beginning that measures at most so much."""
    return text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")
