"""Reading dates: whole ones, and those told from today, such as `friday`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from bot.domain.reading import DAY_NAMES
from bot.errors import CommandError

Day = Callable[[date], date]
"""A day as somebody named it: takes their today, and without a year returns a day to come."""

_WHOLE = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})([./])(\d{1,2})(?:\2(\d{4})?)?")
_NAMED = (
    re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)? ?(?P<month>[a-z]+)\.?,?(?: (?P<year>\d{4}))?"),
    re.compile(r"(?P<month>[a-z]+)\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,?(?: (?P<year>\d{4}))?"),
)
_DISTANCE = re.compile(r"(?:in )?(\d{1,3}|an?) ?(d|day|w|week)s?")
_MONTHS = tuple(f"{date(2001, month, 1):%B}".lower() for month in range(1, 13))


def read_date(text: str) -> Day:
    """Read `2026-04-01`, `1 Apr`, `April 1`, `1.4.`, `tomorrow`, `friday` or `in 3 days`.

    Raises:
        CommandError: that is no day, or may be two, as 5/6 may.
    """
    plain = " ".join(text.lower().split()).rstrip(",;")
    try:
        return _read_told(plain) or _read_numbers(plain) or _read_named(plain)
    except ValueError:
        raise CommandError(
            f'Which day is "{text}"? Write it like 2026-04-01, 1 Apr, friday or in 3 days.'
        ) from None


def _read_told(text: str) -> Day | None:
    """Read a day by how far it is from today."""
    if text in ("today", "tomorrow"):
        return _after(int(text == "tomorrow"))
    if match := _DISTANCE.fullmatch(text):
        number = int(match[1]) if match[1].isdigit() else 1
        return _after(number * (7 if match[2].startswith("w") else 1))
    if text.isalpha():
        weekday = _find_name(text, DAY_NAMES)
        return lambda today: today + timedelta((weekday - today.weekday() - 1) % 7 + 1)
    return None


def _after(days: int) -> Day:
    return lambda today: today + timedelta(days)


def _read_numbers(text: str) -> Day | None:
    if match := _WHOLE.fullmatch(text):
        year, month, day = map(int, match.groups())
        return _on(day, month, year)
    match = _NUMBERS.fullmatch(text)
    if not match:
        return None
    day, month, year = int(match[1]), int(match[3]), int(match[4] or 0)
    if match[2] == "/" and day <= len(_MONTHS) and month <= len(_MONTHS) and day != month:
        first, second = f"{day} {_MONTHS[month - 1]}", f"{month} {_MONTHS[day - 1]}"
        raise CommandError(
            f'"{text}" may be {first.title()} or {second.title()}. '
            "Write the one that you mean, or a date like 2026-04-01."
        )
    is_month_first = match[2] == "/" and month > len(_MONTHS)
    return _on(month, day, year) if is_month_first else _on(day, month, year)


def _read_named(text: str) -> Day:
    match = _NAMED[0].fullmatch(text) or _NAMED[1].fullmatch(text)
    if not match:
        raise ValueError(text)
    month = _find_name(match["month"], _MONTHS) + 1
    return _on(int(match["day"]), month, int(match["year"] or 0))


def _on(day: int, month: int, year: int) -> Day:
    """Return that date; where the year is 0, the next one, which may be today."""
    if year:
        fixed = date(year, month, day)
        return lambda _today: fixed
    date(2001, month, day)  # refuses what not every year has
    return lambda today: date(today.year + ((month, day) < (today.month, today.day)), month, day)


def _find_name(word: str, names: Sequence[str]) -> int:
    """Return the place of the one name that begins with the word, or raise ValueError."""
    found = [place for place, name in enumerate(names) if name.startswith(word)]
    if len(word) < len("mon") or len(found) != 1:
        raise ValueError(word)
    return found[0]
