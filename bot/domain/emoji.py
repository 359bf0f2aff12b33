"""Emoji as people type them, and as members see them; by their name where they have one."""

from __future__ import annotations

import re

from bot.errors import CommandError

BULB = "bulb"
MOST_CHARACTERS = 100
_NAMED = re.compile(r":?([a-z0-9_+'-]+):?(?::skin-tone-\d:)?", re.IGNORECASE)
_OWN = re.compile(r"<a?:(\w+):\d+>")
_CHARACTERS = {"💡": BULB}


def read_emoji(text: str) -> str:
    """Return the name in `:eyes:`, `eyes` or Discord's `<:eyes:1>`, or else the character.

    Raises:
        CommandError: it is no emoji.
    """
    word = text.strip()
    own = _OWN.fullmatch(word)
    plain = word.rstrip("\ufe0f")
    if own:
        return own[1]
    if plain in _CHARACTERS:
        return _CHARACTERS[plain]
    named = _NAMED.fullmatch(word)
    if named and len(word) <= MOST_CHARACTERS:
        return named[1].lower()
    is_character = word and len(word) <= 12 and not any(c.isascii() or c.isalnum() for c in word)
    if not is_character:
        raise CommandError(f'"{word[:40]}" is no emoji. Write its name, like :eyes:', field="name")
    return word


def show_emoji(name: str) -> str:
    """Return what stands for the emoji in a sentence."""
    if name == BULB:
        return "💡"
    return f":{name}:" if name.isascii() else name
