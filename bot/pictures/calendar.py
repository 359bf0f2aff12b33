"""The streak calendar: a column a week, a square a day."""

from __future__ import annotations

from datetime import date, timedelta

from bot.domain.pictures import CALENDAR_WEEKS, CalendarPicture
from bot.domain.streak import MOST_FREEZES, LedgerDay, Outcome
from bot.domain.wording import introduce_streak
from bot.pictures import Theme
from bot.pictures.canvas import HEAD, MARGIN, SMALL, WIDTH, Canvas, Colour, Palette

PITCH = 27
SQUARE = 23
LEFT = WIDTH - MARGIN - CALENDAR_WEEKS * PITCH + (PITCH - SQUARE)
TOP = HEAD + 34
HEIGHT = TOP + 7 * PITCH + 116

_LEGEND = (
    (Outcome.TOOK_PART, "took part"),
    (Outcome.FREEZE, "freeze"),
    (Outcome.MISSED, "missed"),
    (Outcome.AWAY, "away"),
    (Outcome.OPEN, "still open"),
    (None, "no question"),
)

Box = tuple[int, int, int, int]


def draw_calendar(picture: CalendarPicture, theme: Theme) -> bytes:
    """Draw the last 26 weeks. Each outcome has a colour and a sign of its own."""
    canvas = Canvas(HEIGHT, theme)
    streak = picture.streak
    canvas.write_head(
        f"{introduce_streak(streak)} · {picture.member}",
        f"Longest {streak.longest} · freezes {streak.freezes} of {MOST_FREEZES}",
    )
    _write_scale(canvas, picture)
    known = {day.date: day for day in picture.days}
    day = picture.first
    while day <= picture.today:
        _draw_day(canvas, find_box(picture, day), known.get(day))
        day += timedelta(days=1)
    _draw_legend(canvas)
    return canvas.save()


def find_box(picture: CalendarPicture, day: date) -> Box:
    """Return the square of a day: left, top, right and bottom in pixels, all inside."""
    week, weekday = divmod((day - picture.first).days, 7)
    return _box_at(LEFT + week * PITCH, TOP + weekday * PITCH)


def _box_at(left: int, top: int) -> Box:
    return (left, top, left + SQUARE - 1, top + SQUARE - 1)


def _write_scale(canvas: Canvas, picture: CalendarPicture) -> None:
    ink = canvas.palette.faint_ink
    for weekday, name in ((0, "Mon"), (2, "Wed"), (4, "Fri")):
        middle = TOP + weekday * PITCH + SQUARE // 2
        canvas.write((MARGIN, middle), name, SMALL, ink, "lm")
    free_from = 0
    for week in range(CALENDAR_WEEKS - 1):
        monday = picture.first + timedelta(weeks=week)
        if monday.day <= 7 and week >= free_from:
            canvas.write((LEFT + week * PITCH, TOP - 32), f"{monday:%b}", SMALL, ink)
            free_from = week + 2


def _draw_day(canvas: Canvas, box: Box, day: LedgerDay | None) -> None:
    _draw_outcome(canvas, box, day.outcome if day else None)


def _draw_outcome(canvas: Canvas, box: Box, outcome: Outcome | None) -> None:
    palette, draw = canvas.palette, canvas.draw
    left, top, right, bottom = box
    draw.rounded_rectangle(box, radius=4, fill=_fill_of(palette, outcome))
    middle = (top + bottom) // 2
    match outcome:
        case Outcome.MISSED:
            draw.line((left + 6, top + 6, right - 6, bottom - 6), palette.ground, 3)
            draw.line((left + 6, bottom - 6, right - 6, top + 6), palette.ground, 3)
        case Outcome.FREEZE:
            draw.line((left + 5, middle, right - 5, middle), palette.ground, 3)
            centre = (left + right) // 2
            draw.line((centre, top + 5, centre, bottom - 5), palette.ground, 3)
        case Outcome.AWAY:
            draw.line((left + 5, middle, right - 5, middle), palette.ground, 3)
        case Outcome.OPEN:
            draw.rounded_rectangle(box, radius=4, outline=palette.ink, width=3)


def _fill_of(palette: Palette, outcome: Outcome | None) -> Colour:
    return {
        Outcome.TOOK_PART: palette.took_part,
        Outcome.FREEZE: palette.freeze,
        Outcome.MISSED: palette.missed,
        Outcome.AWAY: palette.away,
        Outcome.OPEN: palette.nothing,
        None: palette.nothing,
    }[outcome]


def _draw_legend(canvas: Canvas) -> None:
    """Two rows of three."""
    for number, (outcome, words) in enumerate(_LEGEND):
        left = MARGIN + (number % 3) * 250
        top = TOP + 7 * PITCH + 22 + (number // 3) * 40
        _draw_outcome(canvas, _box_at(left, top), outcome)
        canvas.write(
            (left + SQUARE + 10, top + SQUARE // 2), words, SMALL, canvas.palette.ink, "lm"
        )
