"""How days are read: what can be one day only, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.dates import read_date
from bot.errors import CommandError

FRIDAY = date(2026, 3, 27)


@pytest.mark.parametrize(
    ("text", "month", "day"),
    [
        ("24 Dec", 12, 24),
        ("Dec 24", 12, 24),
        ("24th December", 12, 24),
        ("24. dec.", 12, 24),
        ("24dec", 12, 24),
        ("24.12.", 12, 24),
        ("24.12", 12, 24),
        ("5.6.", 6, 5),
        ("24/12", 12, 24),
        ("12/24", 12, 24),
        ("6/6", 6, 6),
        ("today", 3, 27),
        (" Tomorrow ", 3, 28),
        ("sat", 3, 28),
        ("thursday", 4, 2),
        ("friday", 4, 3),
        ("in 3 days", 3, 30),
        ("3d", 3, 30),
        ("in a week", 4, 3),
        ("2 weeks", 4, 10),
        ("27 march", 3, 27),
        ("2026-04-01", 4, 1),
        ("2026/4/1", 4, 1),
    ],
)
def test_a_day_to_come(text: str, month: int, day: int) -> None:
    assert read_date(text)(FRIDAY) == date(2026, month, day)


@pytest.mark.parametrize("text", ["26 March", "Jan 3", "3.1.", "26/3"])
def test_without_a_year_it_is_the_next_one(text: str) -> None:
    assert FRIDAY < read_date(text)(FRIDAY) < date(2027, 3, 27)


@pytest.mark.parametrize("text", ["3 Jan 2025", "Jan 3, 2025", "3.1.2025", "31/1/2025"])
def test_a_year_is_taken_at_its_word(text: str) -> None:
    assert read_date(text)(FRIDAY).year == 2025


NO_DAYS = (
    "|soon|next friday|next week|31 Feb|29 Feb|24|Dec|ju 3|13/13|32.1.|2026-13-01|2026-02-30|0 May"
    "|May 0|in 3 months|24 25 Dec|m|٣"
)


@pytest.mark.parametrize("text", NO_DAYS.split("|"))
def test_what_is_no_one_day_is_asked_back(text: str) -> None:
    with pytest.raises(CommandError) as refused:
        read_date(text)
    assert str(refused.value) == (
        f'Which day is "{text}"? Write it like 2026-04-01, 1 Apr, friday or in 3 days.'
    )


def test_two_days_are_both_named() -> None:
    with pytest.raises(CommandError) as refused:
        read_date("5/6")
    assert str(refused.value) == (
        '"5/6" may be 5 June or 6 May. Write the one that you mean, or a date like 2026-04-01.'
    )
