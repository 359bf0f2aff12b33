"""Scores over time as a line."""

from __future__ import annotations

from bot.domain.formatting import plural
from bot.domain.pictures import TrendPicture
from bot.pictures import Theme
from bot.pictures.canvas import HEAD, MARGIN, SMALL, WIDTH, Canvas

MOST_POINTS = 24
LEFT, RIGHT = MARGIN + 76, WIDTH - MARGIN - 12
TOP, BOTTOM = HEAD + 16, HEAD + 316
HEIGHT = BOTTOM + 64


def draw_trend(picture: TrendPicture, theme: Theme) -> bytes:
    """Draw the newest 24 points, oldest at the left."""
    points = picture.points[-MOST_POINTS:]
    canvas = Canvas(HEIGHT, theme)
    newest = f"{round(points[-1][1] * 100)} % the last time" if points else "nothing yet"
    canvas.write_head(picture.title, f"{plural(len(picture.points), 'time')} · {newest}")
    _draw_grid(canvas)
    places = [find_point(n, len(points), score) for n, (_, score) in enumerate(points)]
    colour = canvas.palette.bar
    if len(places) > 1:
        canvas.draw.line(places, fill=colour, width=5, joint="curve")
    for x, y in places:
        canvas.draw.ellipse((x - 8, y - 8, x + 8, y + 8), fill=colour)
    _write_dates(canvas, picture)
    return canvas.save()


def find_point(number: int, count: int, score: float) -> tuple[int, int]:
    """Return where the point of so many stands; a single one stands in the middle."""
    share = number / (count - 1) if count > 1 else 0.5
    height = min(1, max(0, score))
    return (round(LEFT + share * (RIGHT - LEFT)), round(BOTTOM - height * (BOTTOM - TOP)))


def _draw_grid(canvas: Canvas) -> None:
    for percent in (0, 50, 100):
        _, y = find_point(0, 2, percent / 100)
        canvas.draw.line((LEFT, y, RIGHT, y), fill=canvas.palette.line, width=2)
        canvas.write((LEFT - 14, y), f"{percent} %", SMALL, canvas.palette.faint_ink, "rm")


def _write_dates(canvas: Canvas, picture: TrendPicture) -> None:
    points = picture.points[-MOST_POINTS:]
    if not points:
        return
    ink = canvas.palette.faint_ink
    if len(points) > 1:
        canvas.write((LEFT, BOTTOM + 18), f"{points[0][0]:%d %b %Y}", SMALL, ink)
    canvas.write((RIGHT, BOTTOM + 18), f"{points[-1][0]:%d %b %Y}", SMALL, ink, "ra")
