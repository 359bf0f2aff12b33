"""What all pictures share: colours, letters that fit, and the PNG in the end."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import groupby

from PIL import Image, ImageDraw, ImageFont

from bot.pictures import Theme

WIDTH = 800
"""Pixels. A phone shows a picture about 390 points wide, so that 2 pixels are one point."""
MARGIN = 24
TITLE, TEXT, SMALL = 34, 27, 23
"""Heights of letters in pixels: 11 points at least on a phone."""

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a theme. Neighbours differ in lightness, for whoever sees few hues."""

    ground: Colour
    ink: Colour
    faint_ink: Colour
    line: Colour
    nothing: Colour
    took_part: Colour
    freeze: Colour
    missed: Colour
    away: Colour
    bar: Colour
    own_bar: Colour


PALETTES = {
    Theme.LIGHT: Palette(
        ground=(255, 255, 255),
        ink=(29, 33, 41),
        faint_ink=(89, 96, 110),
        line=(214, 218, 226),
        nothing=(238, 240, 244),
        took_part=(24, 128, 72),
        freeze=(86, 164, 230),
        missed=(214, 84, 60),
        away=(176, 168, 204),
        bar=(60, 110, 190),
        own_bar=(24, 128, 72),
    ),
    Theme.DARK: Palette(
        ground=(30, 31, 36),
        ink=(236, 238, 242),
        faint_ink=(168, 174, 186),
        line=(72, 75, 84),
        nothing=(46, 48, 55),
        took_part=(72, 199, 127),
        freeze=(92, 158, 222),
        missed=(226, 96, 70),
        away=(128, 120, 158),
        bar=(100, 150, 230),
        own_bar=(72, 199, 127),
    ),
}


@lru_cache(maxsize=8)
def load_font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font that ships with the program, in that size."""
    font = files("bot.pictures").joinpath("fonts/DejaVuSansCondensed.ttf").read_bytes()
    return ImageFont.truetype(io.BytesIO(font), size)


class Canvas:
    """An image of the full width that is drawn on and saved."""

    def __init__(self, height: int, theme: Theme) -> None:
        self.palette = PALETTES[theme]
        self.image = Image.new("RGB", (WIDTH, height), self.palette.ground)
        self.draw = ImageDraw.Draw(self.image)

    def write(
        self, at: tuple[float, float], text: str, size: int, colour: Colour, anchor: str = "la"
    ) -> None:
        """Write a line; `anchor` is Pillow's: left, middle or right, and ascender or middle."""
        self.draw.text(at, text, fill=colour, font=load_font(size), anchor=anchor)

    def write_head(self, title: str, small: str) -> None:
        """Write the title and the line under it."""
        room = WIDTH - 2 * MARGIN
        palette = self.palette
        self.write((MARGIN, MARGIN - 4), fit_text(title, TITLE, room), TITLE, palette.ink)
        self.write((MARGIN, MARGIN + 40), fit_text(small, SMALL, room), SMALL, palette.faint_ink)

    def save(self) -> bytes:
        """Return the image as PNG. Few colours, so that a palette halves time and size."""
        out = io.BytesIO()
        self.image.save(out, "PNG", compress_level=3)
        return out.getvalue()


HEAD = MARGIN + 84
"""Where the drawing begins below the title."""


def fit_text(text: str, size: int, room: float) -> str:
    """Return what the font can write of a text, shortened to so many pixels.

    Where letters had to be left out, an ellipsis says so.
    """
    runs = groupby(unicodedata.normalize("NFC", text), _can_write)
    written = (_leave_out(signs) if not can else "".join(signs) for can, signs in runs)
    plain = " ".join("".join(written).split())
    font = load_font(size)
    if font.getlength(plain) <= room:
        return plain
    end = len(plain)
    while end and font.getlength(f"{plain[:end].rstrip()}…") > room:
        end -= 1
    return f"{plain[:end].rstrip()}…"


def _leave_out(signs: Iterable[str]) -> str:
    return "…" if any(map(str.isalnum, signs)) else ""


@lru_cache(maxsize=4096)
def _can_write(sign: str) -> bool:
    """Tell whether the font has the sign; what moves the writing's direction is none."""
    if sign.isspace():
        return True
    if not sign.isprintable():
        return False
    font = load_font(SMALL)
    return bytes(font.getmask(sign)) != bytes(font.getmask("\uffff"))
