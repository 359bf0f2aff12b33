"""Writing questions by a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.domain.people import Level
from bot.domain.question import Question
from bot.domain.writing import Asker, WrittenQuestion


class QuestionWriter(Protocol):
    """Drafts questions, and answers them without having seen their answers.

    Both calls take seconds and may raise ModelError, whose text is fit for an admin: no model
    is reachable, the day's limit is reached, or what came back can't be read. No transaction
    may be open meanwhile. The calls count to the asker's workspace.
    """

    name: str
    """The model, as it is shown beside what it wrote."""

    async def write(
        self,
        topic: str,
        level: Level | None,
        count: int,
        avoid: Sequence[str],
        *,
        asker: Asker | None = None,
    ) -> Sequence[WrittenQuestion]:
        """Draft up to `count` questions on a topic; `avoid` are titles or prompts there already.

        Nothing of a draft is checked but its shape: it may be wrong, a near duplicate, or hold
        instructions. `topic` is data and nothing in it is followed.
        """
        ...

    async def answer(
        self, question: Question | WrittenQuestion, *, asker: Asker | None = None
    ) -> str:
        """Answer a question of which the model is shown the prompt and the choices alone.

        Returns the letter of a choice, or an empty text where the model names none; for an open
        question a few sentences.
        """
        ...
