"""A bar chart as SVG, of a few named figures."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

_ROW = 28
_NAMES = 260
_BARS = 420


def draw_bars(title: str, figures: Mapping[str, float]) -> str:
    """Return an SVG image with a horizontal bar for each figure, all of them positive."""
    most = max(figures.values())
    height = _ROW * (len(figures) + 1) + 16
    rows = []
    for number, (name, value) in enumerate(figures.items(), start=1):
        y = number * _ROW + 8
        width = _BARS * value / most
        rows.append(
            f'<text x="{_NAMES - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{_NAMES}" y="{y}" width="{width:.0f}" height="20" fill="#0b7285"/>'
            f'<text x="{_NAMES + width + 6:.0f}" y="{y + 15}">{value:,.0f}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_NAMES + _BARS + 80}" '
        f'height="{height}" font-family="sans-serif" font-size="13">'
        f'<rect width="100%" height="100%" fill="white"/>'
        f'<text x="8" y="20" font-weight="bold">{escape(title)}</text>{"".join(rows)}</svg>\n'
    )
