"""Numbers, shares, dates and durations as people read them."""

from __future__ import annotations

from datetime import date, timedelta


def plural(count: int, noun: str) -> str:
    """Write a number with its noun."""
    return f"{count} {noun}" if count == 1 else f"{count:,} {noun}s"


def count_part(seen: int, total: int, noun: str) -> str:
    """Write how many of all were looked at."""
    part = f"{seen:,} of " if seen < total else ""
    return f"{part}{plural(total, noun)}"


def percent(score: float) -> str:
    """Write a score of 0..1."""
    return f"{round(score * 100)} %"


def format_date(day: date) -> str:
    """Write `Monday, 5 January`."""
    return f"{day:%A}, {day.day} {day:%B}"


def format_duration(duration: timedelta) -> str:
    """Write a duration in its two largest units: `2d 3h`, `8h`, `45s`."""
    seconds = max(0, round(duration.total_seconds()))
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"
