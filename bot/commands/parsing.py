"""Taking apart what people type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from bot.commands.declaring import NAME, Command
from bot.commands.placing import Placing, named_option, takes_text
from bot.commands.tree import BY_PATH, COMMANDS
from bot.domain import reading
from bot.errors import CommandError

_WORD = re.compile(
    r"""[A-Za-z-]+:(?:'[^']*'|‘[^‘]{0,300}?’)(?!\S)  # name:'quotes' that end the word
    | (?:[^\s"“”„]|["“”„][^"“”„]*["“”])+""",
    re.VERBOSE,
)
_UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_OWN_NAME = re.compile(rf"\A\s*/?{NAME[1:]}(?:\s+|$)", re.IGNORECASE)
_REST = {command.path: option for command in COMMANDS for option in command.options if option.rest}
_REST_WITH_COLON = re.compile(rf"\A\s*({'|'.join(_REST)})[:,]", re.IGNORECASE)
_HELP = ("help", "--help", "-h", "")
"""What asks for help, without the marks behind it; a question mark alone does, too."""
_WORDS_OF_AN_ANSWER = 4
"""From so many on, what begins with no command may be an answer; so may a letter."""
_MOST_WORDS = 50
"""Words behind a command that takes no text: what each means is looked for by all its options."""
_LONGEST_REPEATED = 3_000
"""Characters of it that are said again, to be copied: Slack keeps nothing of a command."""


def parse(text: str) -> tuple[Command, dict[str, str]]:
    """Take a typed command apart into the command and its raw option values.

    Raises:
        CommandError: an unknown word or option (with the nearest one), an open quote.
    """
    text = _OWN_NAME.sub("", text.strip().strip(_UNSEEN), count=1)
    text = _REST_WITH_COLON.sub(r"\1 ", text, count=1)
    matches = list(_WORD.finditer(text))
    words = [match[0].strip(_UNSEEN) for match in matches]
    asked = _find_help(words)
    if asked:
        return BY_PATH["help"], {"command": asked}
    command, used = _find_command(words, text)
    rest_option = _REST.get(command.path)
    if rest_option:
        rest = text.strip().removeprefix(words[0]).strip(_UNSEEN).strip() if used else ""
        rest = rest.removeprefix(f"{rest_option.name}:").strip()
        return command, {rest_option.name: rest} if rest else {}
    if text.count('"') % 2:
        raise CommandError('A quote " is left open. Close it behind the value.')
    if len(words) - used > _MOST_WORDS and not takes_text(command):
        raise CommandError(f"That is longer than all that {command.path} takes. {command.usage}")
    placing = Placing(command)
    gaps = [text[before.end() : match.start()] for before, match in pairwise(matches)]
    for word, gap in _join_names(command, words[used:], ["", *gaps][used:]):
        placing.place(word, gap)
    return command, placing.finish()


def _fold(word: str) -> str:
    return word.rstrip(".,:;!?…").removeprefix("/").lower()


def _join_names(
    command: Command, words: Sequence[str], gaps: Sequence[str]
) -> list[tuple[str, str]]:
    """Join `away until` into `away-until`, where the command has such an option."""
    joined: list[tuple[str, str]] = []
    for word, gap in zip(words, gaps, strict=True):
        last, before = joined[-1] if joined else (":", "")
        both = f"{last}-{word}"
        if ":" not in last and command.option(both.partition(":")[0].lower()):
            joined[-1] = (both, before)
        else:
            joined.append((word, gap))
    return joined


def _find_help(words: Sequence[str]) -> str:
    """Return what `schedule help` or `schedule add help` asks about, or nothing."""
    about = " ".join(map(_fold, words[:-1]))
    is_known = about != "answer" and (about in BY_PATH or list_verbs(about))
    return about if is_known and _fold(words[-1]) in _HELP else ""


def _find_command(words: Sequence[str], text: str = "") -> tuple[Command, int]:
    folded = [_fold(word) for word in words]
    if not folded or (len(folded) == 1 and folded[0] in _HELP):
        return BY_PATH["help"], 0
    for count in (2, 1):
        path = " ".join(folded[:count])
        if path in BY_PATH:
            return BY_PATH[path], count
    group = folded[0]
    verbs = list_verbs(group)
    if verbs:
        given = folded[1] if len(words) > 1 else ""
        problem = f'"{group} {given}" is not a command.' if given else f'"{group}" needs a verb.'
        verb = reading.nearest(given, verbs)
        hint = f' Did you mean "{group} {verb}"?' if verb else ""
        raise CommandError(f"{problem}{hint} It takes: {', '.join(verbs)}.")
    guess = _guess_command(folded)
    hint = f' Did you mean "{guess}"?' if guess else ""
    kept = _repeat_answer(words, text, guess)
    raise CommandError(
        f'"{words[0]}" is not a command.{hint} Type {NAME} help to see them all.{kept}'
    )


def _repeat_answer(words: Sequence[str], text: str, guess: str | None) -> str:
    """Say again what may be an answer, as it is to be typed."""
    said = text.strip().removeprefix(words[0]).strip() if guess == "answer" else text.strip()
    may_be = len(text.strip()) == 1 or len(words) >= _WORDS_OF_AN_ANSWER
    is_answer = guess == "answer" or (guess is None and may_be)
    if not said or not is_answer or len(said) > _LONGEST_REPEATED:
        return ""
    return f" To answer with it, type: {NAME} answer {said}"


def find_commands(text: str) -> Sequence[Command]:
    """Return the command of that name, or all of a group such as `schedule`.

    Raises:
        CommandError: there is none; names what comes nearest.
    """
    words = [_fold(word) for word in text.casefold().removeprefix(NAME).split()]
    path = " ".join(words)
    if path in BY_PATH:
        return [BY_PATH[path]]
    if len(words) == 1 and list_verbs(path):
        return [BY_PATH[f"{path} {verb}"] for verb in list_verbs(path)]
    return [_find_command(words)[0]]


def list_verbs(group: str) -> list[str]:
    """Return what may follow a first word such as `schedule`; nothing where it stands alone."""
    return [path.partition(" ")[2] for path in BY_PATH if path.startswith(f"{group} ")]


def _guess_command(words: Sequence[str]) -> str | None:
    """Return the command that comes nearest: by a verb alone, by two words, or by the first."""
    groups = [path for path in BY_PATH if " " in path]
    known = [path for path in (*_list_choices(), *groups) if path.split(" ")[1] == words[0]]
    near = reading.nearest(" ".join(words[:2]), groups) if len(words) > 1 else None
    by_both = near if near and _is_near(words[0], near) else None
    first_words = {path.split(" ")[0] for path in BY_PATH}
    return next(iter(known), by_both) or reading.nearest(words[0], first_words)


def _list_choices() -> Iterator[str]:
    """Yield what may be typed behind a command without a name, such as `mock skip`."""
    for command in COMMANDS:
        for option in command.options:
            if option.positional:
                yield from (f"{command.path} {choice}" for choice in option.choices)


def _is_near(word: str, path: str) -> bool:
    return reading.nearest(word, [path.split(" ")[0]]) is not None


def read_options(command: Command, raw: Mapping[str, str]) -> dict[str, Any]:
    """Turn raw option values into typed ones; options that were not given are absent.

    Raises:
        CommandError: a value that can't be read, an unknown option, a required one missing.
    """
    values: dict[str, Any] = {}
    for name, text in raw.items():
        option = named_option(command, name)
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
