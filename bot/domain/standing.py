"""Points by week, month and for all time.

The date of a question's slot says which week and month an answer to it counts for, whenever
and wherever it was given: so every member of a workspace, in any zone, sees the same table. A
week begins on Monday.
"""

from __future__ import annotations

from datetime import date, timedelta

ALL = "all"
STEP = 128
"""Points in a wide step. Ranks are counted by steps of this width, and within one by points."""


def start_of_week(day: date) -> date:
    """Return the week's Monday."""
    return day - timedelta(days=day.weekday())


def name_week(day: date) -> str:
    """Return the word under which the day's week is kept: `w2026-03-23`, by its Monday."""
    return f"w{start_of_week(day)}"


def name_month(day: date) -> str:
    """Return the word under which the day's month is kept: `m2026-03`."""
    return f"m{day:%Y-%m}"


def name_period(period: str, today: date) -> str:
    """Return the word for the present `week` or `month`, or for `all` time."""
    return {"week": name_week, "month": name_month}.get(period, lambda _: ALL)(today)


def list_periods(slot: date) -> tuple[str, str, str]:
    """Return the periods for which an answer to a question of that date counts, sorted."""
    return (ALL, name_month(slot), name_week(slot))


def list_steps(points: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the steps (size, start) that so many points are in."""
    return ((1, points), (STEP, points - points % STEP))
