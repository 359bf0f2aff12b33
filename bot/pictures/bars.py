"""Bars side by side: a leaderboard, scores by topic."""

from __future__ import annotations

from bot.domain.formatting import plural
from bot.domain.pictures import BarsPicture
from bot.pictures import Theme
from bot.pictures.canvas import (
    HEAD,
    MARGIN,
    TEXT,
    WIDTH,
    Canvas,
)
from bot.pictures.letters import fit_text, measure_text

MOST_BARS = 16
PITCH = 72
THICKNESS = 20
_GAP = 24


def draw_bars(picture: BarsPicture, theme: Theme) -> bytes:
    """Draw up to 16 bars, each under its label; the small print counts those left out."""
    shown = picture.bars[:MOST_BARS]
    canvas = Canvas(HEAD + max(1, len(shown)) * PITCH + MARGIN, theme)
    left_out = len(picture.bars) - len(shown)
    small = f"and {plural(left_out, 'more line')}" if left_out else ""
    canvas.write_head(picture.title, small)
    most = picture.most or max((amount for _, amount, _ in shown), default=0) or 1
    for row, bar in enumerate(shown):
        _draw_bar(canvas, row, bar, most, own=row == picture.marked)
    return canvas.save()


def find_bar(row: int, share: float) -> tuple[int, int, int, int]:
    """Return the filled part of a row's bar: left, top, right and bottom in pixels.

    However small the share, it is wide enough to be seen; nothing has no such part.
    """
    top = HEAD + row * PITCH + 38
    width = max(4, round(share * (WIDTH - 2 * MARGIN)))
    return (MARGIN, top, MARGIN + width - 1, top + THICKNESS - 1)


def _draw_bar(
    canvas: Canvas, row: int, bar: tuple[str, float, str], most: float, *, own: bool
) -> None:
    palette = canvas.palette
    label, amount, words = bar
    top = HEAD + row * PITCH
    room = WIDTH - 2 * MARGIN - measure_text(words, TEXT) - _GAP
    canvas.write((MARGIN, top), fit_text(label, TEXT, room), TEXT, palette.ink)
    canvas.write((WIDTH - MARGIN, top), words, TEXT, palette.ink, "ra")
    canvas.draw.rectangle(find_bar(row, 1), fill=palette.nothing)
    if amount > 0:
        filled = find_bar(row, min(1, amount / most))
        canvas.draw.rectangle(filled, fill=palette.own_bar if own else palette.bar)
