"""Reading what people type: times, days, zones, durations; dates are read in `dates.py`.

Each reader returns a value or raises CommandError, which says what was read and gives an
example.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import time, timedelta
from functools import cache
from zoneinfo import available_timezones

from bot.domain.people import Level
from bot.domain.reminder import USUAL_TIME
from bot.domain.schedule import EVERY_DAY, WEEKDAYS
from bot.errors import CommandError

_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:([ap])\.?m\.?)?", re.IGNORECASE)
_DURATION = re.compile(
    r"(\d+)(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)(?![a-z])"
)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
"""By their first letters."""
_LONGEST = timedelta(days=3660)
_DAY_WORDS: Mapping[str, frozenset[int]] = {
    "daily": EVERY_DAY,
    "everyday": EVERY_DAY,
    "all": EVERY_DAY,
    "any": EVERY_DAY,
    "weekdays": frozenset(range(5)),
    "weekday": frozenset(range(5)),
    "weekends": frozenset({5, 6}),
    "weekend": frozenset({5, 6}),
}
_YES = {"yes": True, "y": True, "true": True, "on": True}
_NO = {"no": False, "n": False, "false": False, "off": False}
_LEVEL_WORDS = {"2": "2-year", "2y": "2-year", "2-years": "2-year", "junior": "fresher"} | {
    "easy": "fresher",
    "mid": "2-year",
    "medium": "2-year",
    "5": "5-year",
    "5y": "5-year",
    "5-years": "5-year",
    "senior": "5-year",
    "hard": "5-year",
    "freshers": "fresher",
}

_MEANT_BY = {"EST": "America/New_York", "MST": "America/Denver", "GMT": "Europe/London"}


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like `word`, or None if none comes near."""
    from difflib import get_close_matches  # for mistakes alone

    by_folded = {candidate.casefold(): candidate for candidate in known}
    matches = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean "…"?`, or nothing where no known word comes near."""
    match = nearest(word, known)
    return f' Did you mean "{match}"?' if match and match != word else ""


def read_time(text: str) -> time:
    """Read `09:00`, `9.30`, `9am` or `9:30 p.m.`."""
    match = _TIME.fullmatch(text.strip())
    hour, minute, half = match.groups() if match else ("99", None, None)
    hours = int(hour)
    if half and 1 <= hours <= 12:
        hours = hours % 12 + (12 if half.lower() == "p" else 0)
    elif half or minute is None:
        hours = 99
    if hours > 23 or int(minute or 0) > 59:
        raise CommandError(f'"{text}" is not a time of day. Write it like 09:00 or 5:30pm.')
    return time(hours, int(minute or 0))


def read_reminders(text: str) -> time | None:
    """Read `yes` (the usual time), a time of day, or `no`, which is None."""
    word = text.strip().lower()
    if word in _YES | _NO:
        return USUAL_TIME if word in _YES else None
    try:
        return read_time(text)
    except CommandError:
        raise CommandError(
            f'"{text}" is neither yes, no nor a time of day. Write yes, no or 18:00.'
        ) from None


def read_days(text: str) -> frozenset[int]:
    """Read weekdays as ranges and lists, `mon-fri`, `sun-thu`, `sat,sun`; Monday is 0."""
    days: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if part in _DAY_WORDS:
            days |= _DAY_WORDS[part]
        elif dash:
            start, end = _read_day(first, text), _read_day(last, text)
            days |= {(start + step) % 7 for step in range((end - start) % 7 + 1)}
        else:
            days.add(_read_day(part, text))
    return frozenset(days)


def _read_day(word: str, whole: str) -> int:
    fitting = [day for day, name in enumerate(DAY_NAMES) if name.startswith(word)]
    if len(word) < 2 or len(fitting) != 1:
        raise CommandError(
            f'"{whole}" does not name days of the week: "{word}" is none.'
            f"{did_you_mean(word, (*WEEKDAYS, *DAY_NAMES, *_DAY_WORDS))} "
            "Write them like mon-fri, sun-thu or mon,wed,fri."
        )
    return fitting[0]


DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@cache
def known_zones() -> dict[str, str]:
    """Map folded zone names, and city names that only one zone has, to IANA names."""
    zones = available_timezones() - {"Factory", "localtime", "posixrules"}
    names = {zone.casefold(): zone for zone in zones}
    cities: dict[str, list[str]] = {}
    for zone in filter(_is_place, zones):
        cities.setdefault(zone.rsplit("/", 1)[-1].casefold(), []).append(zone)
    unique = {city: found[0] for city, found in cities.items() if len(found) == 1}
    return unique | names


def _is_place(zone: str) -> bool:
    """Tell places from offsets: what is called Etc/GMT+2 is two hours behind Greenwich."""
    return "/" in zone and not zone.startswith("Etc/")


def read_zone(text: str) -> str:
    """Read an IANA zone in any case, or a city's name that is a zone: `berlin`."""
    name = text.strip().replace(" ", "_")
    zone = known_zones().get(name.casefold())
    if zone is None:
        # no abbreviation is offered for another: CEST is no EST
        hint = did_you_mean(name, filter(_is_place, known_zones().values()))
        raise CommandError(
            f'"{text}" is not a time zone.{hint} Write a place, such as Europe/Berlin or New York.'
        )
    return zone


def hint_zone(zone: str) -> str:
    """Say what an abbreviation lacks that is often typed for a place's time; else nothing."""
    place = _MEANT_BY.get(zone)
    return f"no summer time; {place} has it" if place else ""


def read_id(text: str) -> str:
    """Read what packs write in small letters: a topic, a pack's name, a question's id."""
    return text.strip().lower()


def read_level(text: str) -> Level:
    """Read `fresher`, `2-year` or `5-year`, or a usual way to say them."""
    word = "-".join(text.lower().replace("_", " ").split())
    word = _LEVEL_WORDS.get(word, word)
    if word not in set(Level):
        hint = did_you_mean(word, Level)
        raise CommandError(
            f'"{text}" is not a level.{hint} The levels are fresher, 2-year and 5-year.'
        )
    return Level(word)


def read_duration(text: str) -> timedelta:
    """Read `90s`, `30m`, `8 hours`, `2d`, `1w` or a sum like `1h30m`."""
    compact = text.strip().lower().replace(" ", "")
    parts = _DURATION.findall(compact)
    if not parts or "".join(number + unit for number, unit in parts) != compact:
        raise CommandError(f'"{text}" is not a duration. Write it like 30m, 8h or 2d.')
    seconds = sum(int(number[:12]) * _UNITS[unit[0]] for number, unit in parts)
    if seconds > _LONGEST.total_seconds():
        raise CommandError(f'"{text}" is too long a time. The longest is ten years.')
    return timedelta(seconds=seconds)


def read_delay(text: str) -> timedelta:
    """Read a duration that is longer than none."""
    delay = read_duration(text)
    if not delay:
        raise CommandError(f'"{text}" is no time at all. Write it like 8h; none clears it.')
    return delay


def read_yes_no(text: str) -> bool:
    """Read `yes` or `no`."""
    answer = (_YES | _NO).get(text.strip().lower())
    if answer is None:
        raise CommandError(f'"{text}" is neither yes nor no. Write one of the two.')
    return answer


def read_number(text: str) -> int:
    """Read a whole number from 0 to 999,999, with or without a leading `#`."""
    digits = text.strip().removeprefix("#")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 6):
        raise CommandError(f'"{text}" is not a number. Write it like 3.')
    return int(digits)
