"""The commands' words in other languages, for platforms that show them in a member's own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.commands.declaring import Command


@dataclass(frozen=True, slots=True)
class Language:
    """One language by its IETF tag; both tables have the English words as their keys.

    `names` holds words of commands, options and choices, `texts` holds descriptions.
    """

    tag: str
    names: Mapping[str, str]
    texts: Mapping[str, str]


@cache
def load_languages() -> Mapping[str, Language]:
    """Return the languages that ship with the program, by tag: one file each in `locales`."""
    languages = {}
    for file in files("bot.commands").joinpath("locales").iterdir():
        tag, dot, ending = file.name.rpartition(".")
        if dot and ending == "toml":
            tables = tomllib.loads(file.read_text(encoding="utf-8"))
            languages[tag] = Language(tag, tables["names"], tables["texts"])
    return languages


def list_untranslated(language: Language, commands: Sequence[Command]) -> list[str]:
    """Return the words and descriptions of the commands that the language lacks."""
    names = {name for command in commands for name in _names_of(command)}
    texts = {text for command in commands for text in _texts_of(command)}
    return sorted([*(names - language.names.keys()), *(texts - language.texts.keys())])


def _names_of(command: Command) -> Iterator[str]:
    yield from command.path.split(" ")
    for option in command.options:
        yield option.name
        yield from option.words


def _texts_of(command: Command) -> Iterator[str]:
    yield command.help
    yield from (option.help for option in command.options)
