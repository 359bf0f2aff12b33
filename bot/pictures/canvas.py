"""What all pictures share: colours, lines of text, and the PNG in the end."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.pictures import Theme
from bot.pictures.letters import DIRECTION, fit_text, load_font, measure_text, split_runs

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
        x, y = at
        ascent, descent = load_font(size).getmetrics()
        base = y + (ascent if anchor[1] == "a" else (ascent - descent) / 2)
        if anchor[0] == "r":
            x -= measure_text(text, size)
        for font, run in split_runs(text, size):
            self.draw.text((x, base), run, colour, font, anchor="ls", direction=DIRECTION)
            x += font.getlength(run)

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
