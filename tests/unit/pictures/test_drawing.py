"""What stands in the pictures, pixel by pixel where it matters."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from datetime import date, timedelta

import pytest
from PIL import Image

from bot.domain.pictures import BarsPicture, CalendarPicture, Picture, picture_mocks, picture_topics
from bot.domain.streak import LedgerDay, Outcome, Streak
from bot.pictures import Theme
from bot.pictures.bars import MOST_BARS, find_bar
from bot.pictures.calendar import find_box
from bot.pictures.canvas import MARGIN, PALETTES, WIDTH
from bot.pictures.drawing import draw_png
from bot.pictures.trend import find_point

TODAY = date(2026, 11, 25)
"""A Wednesday."""


def make_day(day: date, outcome: Outcome) -> LedgerDay:
    return LedgerDay(
        day,
        took_part=outcome is Outcome.TOOK_PART,
        freeze=outcome is Outcome.FREEZE,
        away=outcome is Outcome.AWAY,
        open=outcome is Outcome.OPEN,
        streak=1,
        freezes=1,
    )


def make_calendar(days: dict[date, Outcome], member: str = "ben") -> CalendarPicture:
    made = tuple(make_day(day, outcome) for day, outcome in sorted(days.items()))
    return CalendarPicture(member, TODAY, Streak(3, 8, 1), made)


def open_png(picture: Picture, theme: Theme = Theme.LIGHT) -> Image.Image:
    image = Image.open(io.BytesIO(draw_png(picture, theme)))
    assert image.format == "PNG"
    return image.convert("RGB")


WEEK = {
    TODAY - timedelta(days=10): Outcome.MISSED,
    TODAY - timedelta(days=9): Outcome.FREEZE,
    TODAY - timedelta(days=8): Outcome.AWAY,
    TODAY - timedelta(days=7): Outcome.TOOK_PART,
    TODAY: Outcome.OPEN,
}
BARS = BarsPicture("leaderboard", "This week", (("1. ana", 20, "20 points"), ("2. ben", 5, "5")))
MOCKS = picture_mocks(((date(2026, 9, 1), 0.25), (date(2026, 10, 1), 0.75)))
ALL: tuple[Picture, ...] = (
    make_calendar(WEEK),
    make_calendar({}),
    BARS,
    BarsPicture("leaderboard", "This week", ()),
    picture_topics((("routing", 0.5), ("dependencies", 1.0))),
    MOCKS,
    picture_mocks(()),
    picture_mocks(((TODAY, 1.0),)),
)


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("picture", ALL, ids=lambda picture: picture.name)
def test_pictures_are_as_wide_as_a_phone_wants_and_not_blank(
    picture: Picture, theme: Theme
) -> None:
    image = open_png(picture, theme)
    colours = image.getcolors(maxcolors=2**20)

    assert image.width == WIDTH
    assert 200 <= image.height <= 1600
    assert colours is not None
    assert len(colours) > 2
    assert image.getpixel((0, 0)) == PALETTES[theme].ground


@pytest.mark.parametrize("theme", Theme)
def test_each_day_has_its_colour_at_its_place(theme: Theme) -> None:
    picture = make_calendar(WEEK)
    image = open_png(picture, theme)
    palette = PALETTES[theme]
    expected = {
        Outcome.MISSED: palette.missed,
        Outcome.FREEZE: palette.freeze,
        Outcome.AWAY: palette.away,
        Outcome.TOOK_PART: palette.took_part,
        Outcome.OPEN: palette.nothing,
        None: palette.nothing,
    }
    day = picture.first
    while day <= TODAY:
        left, top, _, _ = find_box(picture, day)
        assert image.getpixel((left + 5, top + 4)) == expected[WEEK.get(day)], day
        day += timedelta(days=1)


def test_the_calendar_covers_26_weeks_in_rows_of_weekdays() -> None:
    picture = make_calendar({})
    first, last = find_box(picture, picture.first), find_box(picture, TODAY)

    assert (TODAY - picture.first).days // 7 == 25
    assert picture.first.weekday() == 0
    assert first[0] > MARGIN
    assert last[2] < WIDTH
    assert last[1] - first[1] == 2 * (find_box(picture, picture.first + timedelta(1))[1] - first[1])


def test_outcomes_differ_without_colours_too() -> None:
    """Each square's pattern of light and dark is its own, for whoever sees no hues."""
    picture = make_calendar(WEEK)
    image = open_png(picture).convert("L")
    patterns = set()
    for day in WEEK:
        square = image.crop(tuple(edge + (i > 1) for i, edge in enumerate(find_box(picture, day))))
        ground = square.getpixel((5, 4))
        patterns.add(tuple(pixel != ground for pixel in square.tobytes()))
    assert len(patterns) == len(WEEK)


def test_bars_are_as_long_as_their_amounts() -> None:
    image = open_png(BARS)
    palette = PALETTES[Theme.LIGHT]
    for row, share in ((0, 1.0), (1, 0.25)):
        left, top, right, bottom = find_bar(row, share)
        middle = (top + bottom) // 2
        assert image.getpixel((left, middle)) == palette.bar
        assert image.getpixel((right, middle)) == palette.bar
        after = palette.ground if share == 1 else palette.nothing
        assert image.getpixel((right + 2, middle)) == after


def test_nothing_gets_no_bar_and_little_gets_one_that_is_seen() -> None:
    bars = (("1. ana", 900, "900 points"), ("2. ben", 1, "1 point"), ("3. cleo", 0, "no points"))
    image = open_png(BarsPicture("leaderboard", "This week", bars))
    palette = PALETTES[Theme.LIGHT]
    for row, colour in ((1, palette.bar), (2, palette.nothing)):
        left, top, _, bottom = find_bar(row, 1)
        middle = (top + bottom) // 2
        assert image.getpixel((left, middle)) == colour
        assert image.getpixel((left + 3, middle)) == colour
        assert image.getpixel((left + 5, middle)) == palette.nothing


def test_one_s_own_bar_stands_out() -> None:
    marked = BarsPicture("leaderboard", "This week", BARS.bars, marked=1)
    left, top, _, _ = find_bar(1, 0.25)
    assert open_png(marked).getpixel((left + 1, top + 1)) == PALETTES[Theme.LIGHT].own_bar


def test_what_does_not_fit_is_counted() -> None:
    bars = tuple((str(number), 1.0, "1") for number in range(MOST_BARS + 5))
    image = open_png(BarsPicture("topics", "Score by topic", bars))
    assert image.height < 1600


def test_the_trend_s_points_stand_at_their_scores() -> None:
    image = open_png(MOCKS)
    for number, (_, score) in enumerate(MOCKS.points):
        assert image.getpixel(find_point(number, 2, score)) == PALETTES[Theme.LIGHT].bar
    assert find_point(0, 2, 0.25)[1] > find_point(1, 2, 0.75)[1]


@pytest.mark.parametrize("theme", Theme)
def test_words_and_squares_stand_out_from_their_ground(theme: Theme) -> None:
    """Contrast as WCAG 2 has it: 4.5 for letters, 3 for what carries meaning."""

    def luminance(colour: tuple[int, int, int]) -> float:
        parts = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in (value / 255 for value in colour)
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
        low, high = sorted((luminance(one), luminance(other)))
        return (high + 0.05) / (low + 0.05)

    palette = PALETTES[theme]
    for ink in (palette.ink, palette.faint_ink):
        assert contrast(ink, palette.ground) >= 4.5
    for fill in (palette.took_part, palette.missed, palette.bar, palette.own_bar):
        assert contrast(fill, palette.ground) >= 3


def test_alternative_texts_say_what_is_shown() -> None:
    assert make_calendar(WEEK).describe() == (
        "Calendar of ben, 2026-06-01 to 2026-11-25: 1 took part, 1 kept by a freeze, 1 away, "
        "1 missed, 1 still open. Streak 3, longest 8, freezes 1."
    )
    assert BARS.describe() == "This week. 1. ana: 20 points; 2. ben: 5."
    assert MOCKS.describe() == "Mock interviews: 2026-09-01 25 %, 2026-10-01 75 %."


def test_days_outside_the_weeks_are_not_told() -> None:
    old = TODAY - timedelta(weeks=40)
    assert "no question day" in make_calendar({old: Outcome.MISSED}).describe()


def test_a_picture_takes_less_than_50_ms() -> None:
    for picture in ALL:
        draw_png(picture, Theme.LIGHT)
    draw_png.cache_clear()
    for picture in ALL:
        began = time.thread_time()
        draw_png(picture, Theme.LIGHT)
        assert time.thread_time() - began < 0.05, picture.name


def test_pillow_waits_until_something_is_drawn() -> None:
    code = "import sys, bot.app, adapters.local.files; print('PIL' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
