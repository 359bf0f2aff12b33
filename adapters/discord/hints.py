"""Commands in the bot's sentences, as one enters them on Discord: each value behind its name."""

from __future__ import annotations

import re

from bot.commands import BY_PATH, NAME, Option, Type
from bot.errors import CommandError

_FIRST = {
    path: next(option for option in command.options if option.positional)
    for path, command in BY_PATH.items()
    if any(option.positional for option in command.options)
}
_CALL = re.compile(rf"({NAME} ({'|'.join(map(re.escape, _FIRST))})) ([^\s,.;]+)")
_USAGE = re.compile(rf"(?:^`?|(?<=\. )){NAME} .*$", re.MULTILINE)
_CHOICES = {"|".join(option.choices): option.name for option in _FIRST.values() if option.choices}
_PLACE = re.compile(rf"\b[A-Z]{{2,}}\b|(?<![:\w])(?:{'|'.join(map(re.escape, _CHOICES))})")


def name_options(text: str) -> str:
    """Write `history 3` as `history number:3`, and in a usage `NUMBER` as `number:`, and choices
    behind their option.

    Elsewhere words may stand alone; Discord's client asks for the option. What follows a command
    in a sentence and is no value of it stays as it is.
    """
    named = _CALL.sub(_name_value, text)
    return _USAGE.sub(lambda usage: _PLACE.sub(_name_place, usage[0]), named)


def _name_value(match: re.Match[str]) -> str:
    call, path, word = match.groups()
    option = _FIRST[path]
    return f"{call} {option.name}:{word}" if _is_value(option, word) else match[0]


def _is_value(option: Option, word: str) -> bool:
    """Tell a value from a word of the sentence; of free text only a command's name is told."""
    if option.type is Type.TEXT:
        return any(path.split(" ")[0] == word for path in BY_PATH)
    if option.type not in (Type.NUMBER, Type.SCHEDULE, Type.TIME, Type.CHOICE):
        return False
    try:
        option.read(word)
    except CommandError:
        return False
    return True


def _name_place(match: re.Match[str]) -> str:
    place = match[0]
    return f"{_CHOICES[place]}:{place}" if place in _CHOICES else f"{place.lower()}:"
