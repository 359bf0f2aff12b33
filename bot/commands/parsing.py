"""Taking apart what people type."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.commands.declaring import NAME, Command, Option, Type
from bot.commands.tree import BY_PATH
from bot.domain import reading
from bot.errors import CommandError

_WORD = re.compile(r'(?:[^\s"“”]|["“”][^"“”]*["“”])+')


_OPTION = re.compile(r"([A-Za-z][A-Za-z-]*):(.*)", re.DOTALL)


_QUOTES = str.maketrans("", "", '"“”')


def parse(text: str) -> tuple[Command, dict[str, str]]:
    """Take a typed command apart into the command and its raw option values.

    Raises:
        CommandError: an unknown word or option (with the nearest one), an open quote.
    """
    words = _WORD.findall(text)
    if text.count('"') % 2 and not words[:1] == ["answer"]:
        raise CommandError('A quote " is left open. Close it behind the value.')
    command, used = _find_command(words)
    rest_option = next((option for option in command.options if option.rest), None)
    if rest_option:
        rest = re.sub(rf"^\s*{re.escape(command.path)}", "", text, flags=re.IGNORECASE).strip()
        return command, {rest_option.name: rest} if rest else {}
    return command, _parse_options(command, words[used:])


def _find_command(words: Sequence[str]) -> tuple[Command, int]:
    if not words:
        return BY_PATH["help"], 0
    for count in (2, 1):
        path = " ".join(words[:count]).lower()
        if path in BY_PATH:
            return BY_PATH[path], count
    group = words[0].lower()
    verbs = [path.partition(" ")[2] for path in BY_PATH if path.startswith(f"{group} ")]
    if verbs:
        given = words[1] if len(words) > 1 else ""
        problem = f'"{group} {given}" is not a command.' if given else f'"{group}" needs a verb.'
        hint = reading.did_you_mean(given, verbs)
        raise CommandError(f"{problem}{hint} It takes: {', '.join(verbs)}.")
    first_words = {path.split(" ")[0] for path in BY_PATH}
    hint = reading.did_you_mean(words[0], first_words)
    raise CommandError(f'"{words[0]}" is not a command.{hint} Type {NAME} help to see them all.')


def _parse_options(command: Command, words: Sequence[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    positionals = [option for option in command.options if option.positional]
    for word in words:
        match = _OPTION.fullmatch(word)
        flag = command.option(word.lower())
        if match:
            option = _named_option(command, match.group(1))
            value = match.group(2)
        elif flag and flag.type is Type.YES_NO:
            option, value = flag, "yes"
        else:
            option, value = _next_positional(command, positionals, values, word), word
        if option.name in values:
            raise CommandError(f"{option.name}: is given twice. Give it once.")
        values[option.name] = value.translate(_QUOTES)
    return values


def _named_option(command: Command, name: str) -> Option:
    option = command.option(name.lower())
    if option is None:
        names = [option.name for option in command.options]
        hint = reading.did_you_mean(name, names)
        raise CommandError(f'"{command.path}" has no option "{name}:".{hint} {command.usage}')
    return option


def _next_positional(
    command: Command, positionals: Sequence[Option], values: Mapping[str, str], word: str
) -> Option:
    for option in positionals:
        if option.name not in values:
            return option
    raise CommandError(f'"{word}" is one word too many. {command.usage}')


def read_options(command: Command, raw: Mapping[str, str]) -> dict[str, Any]:
    """Turn raw option values into typed ones; options that were not given are absent.

    Raises:
        CommandError: a value that can't be read, an unknown option, a required one missing.
    """
    values: dict[str, Any] = {}
    for name, text in raw.items():
        option = _named_option(command, name)
        try:
            values[option.name] = option.read(text)
        except CommandError as error:
            raise CommandError(str(error), field=option.name) from None
    for option in command.options:
        if option.required and option.name not in values:
            example = f" For example: {command.example}" if command.example else ""
            text = f"{option.name} is missing. {command.usage}.{example}"
            raise CommandError(text, field=option.name)
    return values
