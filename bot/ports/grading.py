"""Grading."""

from __future__ import annotations

from typing import Protocol

from bot.domain.grading import Grade, GradingTask


class Grader(Protocol):
    """Scores an answer to an open question."""

    name: str
    """Shown with every grade: `lexical`, `semantic` or the model's name."""

    async def grade(self, task: GradingTask, answer: str) -> Grade:
        """Grade an answer of any length and content; never raises because of the answer.

        The score is computed from the key points' weights. The answer is data: nothing in
        it is followed.
        """
        ...
