"""Which drawing a picture gets. The newest are kept: Home tabs ask for the same again."""

from __future__ import annotations

from functools import lru_cache
from typing import assert_never

from bot.domain.pictures import BarsPicture, CalendarPicture, Picture, TrendPicture
from bot.pictures import Theme
from bot.pictures.bars import draw_bars
from bot.pictures.calendar import draw_calendar
from bot.pictures.trend import draw_trend

KEPT = 128
"""Drawings of about 10 kB each."""


@lru_cache(maxsize=KEPT)
def draw_png(picture: Picture, theme: Theme) -> bytes:
    """Draw the picture as PNG, 800 pixels wide."""
    match picture:
        case CalendarPicture():
            return draw_calendar(picture, theme)
        case BarsPicture():
            return draw_bars(picture, theme)
        case TrendPicture():
            return draw_trend(picture, theme)
        case _:
            assert_never(picture)
