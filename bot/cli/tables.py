"""Tables in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_WIDE = 10_000


def print_table(rows: Sequence[Mapping[str, str]], caption: str = "") -> None:
    """Print rows that have the same columns; those that are empty in all are left out.

    A line is as long as what it says, and a narrow terminal breaks it: ids stand there to be
    copied. Nothing that people wrote is taken for markup.
    """
    from rich.console import Console
    from rich.table import Table

    shown = [name for name in rows[0] if any(row[name] for row in rows)]
    table = Table(*shown, box=None, caption=caption, caption_justify="left")
    for row in rows:
        table.add_row(*(row[name] for name in shown))
    Console(width=_WIDE, markup=False, emoji=False, highlight=False).print(table)
