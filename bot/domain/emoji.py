"""Emoji as people type them, and as members see them; by their name where they have one."""

from __future__ import annotations

import re

from bot.errors import CommandError

BULB = "bulb"
MOST_CHARACTERS = 100
_NAMED = re.compile(r":([\w+'-]+):(?::skin-tone-\d:)?")
"""Workspaces name emoji of their own in any script."""
_BARE = re.compile(r":?([a-z0-9_+'-]+):?", re.IGNORECASE)
_OWN = re.compile(r"<a?:(\w+):\d+>")
_CHARACTERS = {"💡": BULB}
_ALIASES = {"thumbsup": "+1", "thumbsdown": "-1"}
"""Names of which Slack's menu offers both, while an event comes with one."""
_EMOJI_STYLE = "\ufe0f"
_SHADE = re.compile(f"[{_EMOJI_STYLE}\U0001f3fb-\U0001f3ff]")
"""Whether it is drawn in colour, and the five tones of skin."""


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
    named = _NAMED.fullmatch(word) or _BARE.fullmatch(word)
    if named and len(word) <= MOST_CHARACTERS:
        return named[1].lower()
    if not word or len(word) > 12 or has_name(word):
        raise CommandError(f'"{word[:40]}" is no emoji. Write its name, like :eyes:', field="name")
    return word


def has_name(emoji: str) -> bool:
    """Tell a name, such as `eyes`, from a character."""
    return any(c.isascii() or c.isalnum() for c in emoji)


def show_emoji(name: str) -> str:
    """Return what stands for the emoji in a sentence."""
    if name == BULB:
        return "💡"
    return f":{name}:" if has_name(name) else name


def name_emoji(shown: str) -> str:
    """Return the name of an emoji that comes as a character, or else the character."""
    return _CHARACTERS.get(shown.rstrip(_EMOJI_STYLE), shown)


def is_same_emoji(one: str, other: str) -> bool:
    """Compare as members do: in whatever colour of skin, style or case, and by either name."""
    return _fold(one) == _fold(other)


def _fold(emoji: str) -> str:
    plain = _SHADE.sub("", emoji).casefold()
    return _ALIASES.get(plain, plain)
