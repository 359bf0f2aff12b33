"""Which option each typed word belongs to, also where its name was left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.commands.declaring import Command, Option, Type
from bot.domain import reading
from bot.errors import CommandError

QUOTES = "\"“”„'‘’"
_NAMED = re.compile(r"([A-Za-z][A-Za-z-]*):(.*)", re.DOTALL)
_PROSE = (Type.TEXT, Type.MULTILINE)
_FREE = (
    *_PROSE,
    Type.TOPIC,
    Type.PACK,
    Type.QUESTION,
    Type.MEMBER,
    Type.MEMBER_OR_ROLE,
    Type.CHANNEL,
    Type.FILE,
)
"""Types that take any word; a word of another type tells by itself what it is."""
_SWITCHES = (Type.YES_NO, Type.REMINDERS)
"""Types whose name alone means yes."""
_LINKS = (",", "-")
"""What stands between the members of a list or a range."""
_VAGUE = ("any", "none", "all", "yes", "no", "on", "off", "y", "n", "true", "false")
"""Words that fit too many options to tell which one is meant."""


@dataclass
class Placing:
    """Takes the words behind a command one by one; `values` are raw, by the options' names.

    A text keeps the line ends that stand before its words.
    """

    command: Command
    values: dict[str, str] = field(default_factory=dict)
    _last: Option | None = None
    _is_open: bool = False
    """Whether only the name of the last option stands there, so that its value may follow."""
    _is_closed: bool = False
    """Whether the last value stands in quotes, which end it."""
    _gap: str = " "

    def place(self, word: str, gap: str = " ") -> None:
        """Give a word to its option; the gap is what stands before it.

        Raises:
            CommandError: an unknown option, one that is given twice, or a word that fits none.
        """
        self._gap = gap
        named = self._split_named(word)
        if named:
            option, value = named
            self._set(option, value, is_open=not value)
        elif not self._take_as_more(word):
            self._place_bare(word)

    def finish(self) -> dict[str, str]:
        """Return the values.

        Raises:
            CommandError: the name of an option without its value.
        """
        for name, value in self.values.items():
            if not value:
                raise CommandError(f"{name}: has no value. Write it behind the name.", field=name)
        prose = {option.name for option in self.command.options if option.type in _PROSE}
        return {
            name: value if name in prose else value.rstrip(",;")
            for name, value in self.values.items()
        }

    def _split_named(self, word: str) -> tuple[Option, str] | None:
        """Split `name:value` or `name=value`; within a text only what is no text is refused."""
        match = _NAMED.fullmatch(word)
        if not match:
            name, equals, value = word.partition("=")
            option = self.command.option(name.lower()) if equals else None
            return (option, value) if option else None
        names = [option.name for option in self.command.options]
        known = self.command.option(match[1].lower())
        if known is None and self._goes_on and not reading.nearest(match[1], names):
            return None
        return known or named_option(self.command, match[1]), match[2]

    @property
    def _goes_on(self) -> bool:
        """Whether a text is being typed, which ends where the next option begins."""
        is_prose = self._last is not None and self._last.type in _PROSE
        return is_prose and not self._is_closed

    def _take_as_more(self, word: str) -> bool:
        """Take a word that belongs to the option before it; tell whether it does."""
        last = self._last
        if last is None:
            return False
        value = self.values[last.name]
        if self._is_open and (not value or _is_read(last, word)):
            given = word.lstrip(":=")
            self.values[last.name] = _unquote(given)
            self._is_open = not given
            self._is_closed = self.values[last.name] != given
            return True
        is_list = value.endswith(_LINKS) or word.startswith(_LINKS)
        return (is_list or self._goes_on) and self._join(word)

    def _join(self, word: str) -> bool:
        assert self._last is not None
        self.values[self._last.name] += f"{self._gap if self._goes_on else ' '}{word}"
        return True

    def _place_bare(self, word: str) -> None:
        bare = word.strip(".,;!?…") or word
        flag = self.command.option(bare.lower())
        if flag and flag is self._last and not self._is_open:
            return  # the name behind its value, as in `3 questions`
        if flag:
            is_switch = flag.type in _SWITCHES
            self._set(flag, "yes" if is_switch else "", is_open=True)
        elif option := self._find_telling(bare):
            self._set(option, bare)
        elif not self._take_as_rest(word):
            option = self._find_only_free(bare) or self._find_positional()
            if option:
                is_text = option.type in _PROSE and not option.positional
                self._set(option, word if is_text else bare)
            elif not self._take_at_last(word):
                raise CommandError(self._explain(bare))

    def _take_as_rest(self, word: str) -> bool:
        """Take the rest of a value with spaces, such as `New York` or `9:00 AM`."""
        last = self._last
        if last is None or last.type in (Type.CHOICE, *_FREE):
            return False
        return _is_read(last, f"{self.values[last.name]} {word}") and self._join(word)

    def _take_at_last(self, word: str) -> bool:
        """Take a word for the value before it, which is to be read or refused as a whole."""
        last = self._last
        if last is None:
            return False
        value = self.values[last.name]
        is_whole = last.type not in _FREE and _is_read(last, value)
        return (not is_whole or _is_read(last, f"{value} {word}")) and self._join(word)

    def _find_telling(self, word: str) -> Option | None:
        """Return the option that the word can only be meant for: a positional one before others.

        Raises:
            CommandError: it may be meant for several.
        """
        fitting = [option for option in self.command.options if self._tells(option, word)]
        still_open = [option for option in fitting if option.name not in self.values]
        positional = [option for option in still_open if option.positional]
        if len(fitting) > 1 and still_open and not positional:
            names = " or ".join(f"{option.name}:" for option in fitting)
            example = f"{still_open[0].name}:{word}"
            raise CommandError(f'"{word}" may be {names}. Say which, such as {example}.')
        return next(iter(positional or still_open), None)

    def _tells(self, option: Option, word: str) -> bool:
        if option.type is Type.CHANNEL:
            return word.startswith(("#", "<#")) and not option.positional
        if option.type is Type.YES_NO:
            return len(self.command.options) == 1 and _is_read(option, word)
        if option.type in _FREE or (word.lower() in _VAGUE and not option.choices):
            return False
        is_number = option.type in (Type.NUMBER, Type.SCHEDULE)
        return _is_read(option, word) and (is_number or not word.isdigit())

    def _find_only_free(self, word: str) -> Option | None:
        """Return the one option that takes any word, unless the word is a slip for another's."""
        free = [option for option in self.command.options if option.type in _FREE]
        if len(free) != 1 or free[0] not in self._list_open():
            return None
        words = [each for option in self._list_open() for each in option.words]
        is_slip = word.isdigit() or reading.nearest(word, words)
        return None if is_slip and free[0].type not in _PROSE else free[0]

    def _find_positional(self) -> Option | None:
        """Return the next positional option: its own words say what it takes."""
        return next((option for option in self._list_open() if option.positional), None)

    def _list_open(self) -> Sequence[Option]:
        return [option for option in self.command.options if option.name not in self.values]

    def _explain(self, word: str) -> str:
        known = [each for one in self._list_open() for each in (one.name, *one.words)]
        hint = reading.did_you_mean(word, known)
        named = " Write each value behind its name." if self.command.options else ""
        return f'"{word}" is one word too many.{hint}{named} {self.command.usage}'

    def _set(self, option: Option, value: str, *, is_open: bool = False) -> None:
        if option.name in self.values:
            raise CommandError(f"{option.name}: is given twice. Give it once.")
        self.values[option.name] = _unquote(value)
        self._last, self._is_open = option, is_open
        self._is_closed = self.values[option.name] != value


def takes_text(command: Command) -> bool:
    """Tell whether one of its options is a text of any length."""
    return any(option.type in _PROSE for option in command.options)


def named_option(command: Command, name: str) -> Option:
    """Return the option of that name.

    Raises:
        CommandError: there is none; names what comes nearest.
    """
    option = command.option(name.lower())
    if option is None:
        names = [option.name for option in command.options]
        hint = reading.did_you_mean(name, names)
        raise CommandError(f'"{command.path}" has no option "{name}:".{hint} {command.usage}')
    return option


def _is_read(option: Option, text: str) -> bool:
    try:
        option.read(text)
    except CommandError:
        return False
    return True


def _unquote(value: str) -> str:
    quoted = len(value) > 1 and value[0] in QUOTES and value[-1] in QUOTES
    return value[1:-1] if quoted else value
