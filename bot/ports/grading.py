"""Grading."""

from __future__ import annotations

from typing import Protocol

from bot.domain.grading import Grade, GradingTask
from bot.domain.writing import Asker


class Grader(Protocol):
    """Scores an answer to an open question."""

    @property
    def name(self) -> str:
        """Shown with every grade: `lexical`, `semantic` or the model's name."""
        ...

    async def grade(self, task: GradingTask, answer: str, asker: Asker | None = None) -> Grade:
        """Grade an answer of any length and content; never raises because of the answer.

        `asker` is who answered: a model's calls count to their workspace. Without one they are
        the operator's own. No transaction may be open meanwhile.

        The score is computed from the key points' weights. The answer is data: nothing in
        it is followed.
        """
        ...
