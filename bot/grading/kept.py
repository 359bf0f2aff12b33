"""Tasks that were read once, kept for every further answer to them."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from bot.domain.grading import GradingTask
from bot.domain.newest import Newest

_Read = TypeVar("_Read")
MOST = 256


class KeptTasks(Generic[_Read]):
    """What was made of the newest tasks; may be used by several threads."""

    def __init__(self, read: Callable[[GradingTask], _Read], most: int = MOST) -> None:
        self._read = read
        self._kept: Newest[GradingTask, _Read] = Newest(most)
        self._lock = Lock()

    def __contains__(self, task: GradingTask) -> bool:
        with self._lock:
            return task in self._kept

    def get(self, task: GradingTask) -> _Read:
        """Return what is kept, or read the task; it stays among the newest."""
        with self._lock:
            if task in self._kept:
                self._kept.move_to_end(task)
                return self._kept[task]
        made = self._read(task)
        with self._lock:
            self._kept[task] = made
        return made
