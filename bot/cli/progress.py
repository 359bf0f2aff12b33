"""A bar for what takes long: in a terminal, on stderr; nothing in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

OnProgress = Callable[[float], None]
"""Is told the share (0..1) that is done."""


@contextmanager
def showing_progress() -> Iterator[Callable[[str], OnProgress]]:
    """Yield a function that begins a named step and returns what is told of its progress."""
    from rich.console import Console
    from rich.progress import Progress, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (*Progress.get_default_columns(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:

        def begin(name: str) -> OnProgress:
            task = progress.add_task(name, total=None)
            return lambda share: progress.update(task, total=1.0, completed=share)

        yield begin
