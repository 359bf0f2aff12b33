"""Taking apart what people type."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.commands.declaring import NAME, Command, Option, Type
from bot.commands.tree import BY_PATH
from bot.domain import reading
from bot.errors import CommandError

_WORD = re.compile(
    r"""[A-Za-z-]+:'[^']*'(?!\S)  # name:'single quotes', where the word ends with them
    | (?:[^\s"“”]|["“”][^"“”]*["“”])+""",
    re.VERBOSE,
)
_OPEN = re.compile(r"[A-Za-z][A-Za-z-]*:")
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
    asked = _find_help(words)
    if asked:
        return BY_PATH["help"], {"command": asked}
    command, used = _find_command(words)
    rest_option = next((option for option in command.options if option.rest), None)
    if rest_option:
        rest = re.sub(rf"^\s*{re.escape(command.path)}", "", text, flags=re.IGNORECASE).strip()
        return command, {rest_option.name: rest} if rest else {}
    return command, _parse_options(command, words[used:])


def _find_help(words: Sequence[str]) -> str:
    """Return what `schedule help` or `schedule add help` asks about, or nothing."""
    about = " ".join(words[:-1]).lower()
    is_known = about != "answer" and (about in BY_PATH or list_verbs(about))
    return about if is_known and words[-1].lower() in ("help", "--help") else ""


def _find_command(words: Sequence[str]) -> tuple[Command, int]:
    if not words:
        return BY_PATH["help"], 0
    for count in (2, 1):
        path = " ".join(words[:count]).lower()
        if path in BY_PATH:
            return BY_PATH[path], count
    group = words[0].lower()
    verbs = list_verbs(group)
    if verbs:
        given = words[1] if len(words) > 1 else ""
        problem = f'"{group} {given}" is not a command.' if given else f'"{group}" needs a verb.'
        verb = reading.nearest(given, verbs)
        hint = f' Did you mean "{group} {verb}"?' if verb else ""
        raise CommandError(f"{problem}{hint} It takes: {', '.join(verbs)}.")
    hint = _hint_at(words)
    raise CommandError(f'"{words[0]}" is not a command.{hint} Type {NAME} help to see them all.')


def find_commands(text: str) -> Sequence[Command]:
    """Return the command of that name, or all of a group such as `schedule`.

    Raises:
        CommandError: there is none; names what comes nearest.
    """
    words = text.casefold().removeprefix(NAME).split()
    path = " ".join(words)
    if path in BY_PATH:
        return [BY_PATH[path]]
    if len(words) == 1 and list_verbs(path):
        return [BY_PATH[f"{path} {verb}"] for verb in list_verbs(path)]
    return [_find_command(words)[0]]


def list_verbs(group: str) -> list[str]:
    """Return what may follow a first word such as `schedule`; nothing where it stands alone."""
    return [path.partition(" ")[2] for path in BY_PATH if path.startswith(f"{group} ")]


def _hint_at(words: Sequence[str]) -> str:
    """Name the command that comes nearest: by two words, by the first, or by a verb alone."""
    groups = [path for path in BY_PATH if " " in path]
    first_words = {path.split(" ")[0] for path in BY_PATH}
    by_verb = next((path for path in groups if path.split(" ")[1] == words[0].lower()), None)
    near = reading.nearest(" ".join(words[:2]), groups) if len(words) > 1 else None
    match = (near if near and _is_near(words[0], near) else None) or reading.nearest(
        words[0], first_words
    )
    match = match or by_verb
    return f' Did you mean "{match}"?' if match else ""


def _is_near(word: str, path: str) -> bool:
    return reading.nearest(word, [path.split(" ")[0]]) is not None


def _parse_options(command: Command, words: Sequence[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    positionals = [option for option in command.options if option.positional]
    for word in _join_spaced(words):
        match = _OPTION.fullmatch(word)
        name, equals, given = word.partition("=")
        flag = command.option(word.lower())
        if match:
            option = _named_option(command, match.group(1))
            value = _unquote(match.group(2))
        elif equals and command.option(name.lower()):
            option, value = _named_option(command, name), _unquote(given)
        elif flag and flag.type is Type.YES_NO:
            option, value = flag, "yes"
        else:
            option, value = _next_positional(command, positionals, values, word), word
        if option.name in values:
            raise CommandError(f"{option.name}: is given twice. Give it once.")
        values[option.name] = value.translate(_QUOTES)
    return values


def _join_spaced(words: Sequence[str]) -> list[str]:
    """Join `name: value` into `name:value`, as people write it who are used to a space there."""
    joined: list[str] = []
    for word in words:
        if joined and _OPEN.fullmatch(joined[-1]) and not _OPTION.fullmatch(word):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _unquote(value: str) -> str:
    single = len(value) > 1 and value[0] == value[-1] == "'"
    return value[1:-1] if single else value


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
    named = " Write each value behind its name, in quotes if it has spaces."
    hint = named if command.options else ""
    raise CommandError(f'"{word}" is one word too many.{hint} {command.usage}')


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
