"""Questions from the templates, made beside the event loop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.people import Level
from bot.domain.question import Question

if TYPE_CHECKING:
    from bot.questions.generator.generate import GeneratedQuestion


GENERATED = "fastapi-generated"
"""The pack of questions from the templates; the generator calls its questions' pack so."""
DRILLS = "drills"
"""A workspace's pack of generated questions, in no deck that doesn't name it."""
MADE_HERE = frozenset({GENERATED, DRILLS})
"""What the program makes, and makes anew: no import may have these names."""


@dataclass
class Generating:
    """Makes verified questions. The generator is imported at the first call, not before.

    One batch runs at a time in this process, so that drills of many members can't take
    every core from the event loop.
    """

    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def draft_questions(
        self, topic: str | None, level: Level | None, count: int, seed: int
    ) -> list[Question]:
        """Make `count` different choice questions; None takes any topic or level.

        The same arguments give the same questions. It takes about a second to begin with and
        50 ms a question, in a thread and processes of its own: ask for a few at once.

        Raises:
            NotFound: no template is on that topic and level; names the nearest or the others.
            CommandError: FastAPI or its test client is not installed, with what to install; or
                no more questions can be made.
        """
        async with self._one_at_a_time:
            made = await asyncio.to_thread(_generate, topic, level, count, seed)
        return [each.question for each in made]


def _generate(
    topic: str | None, level: Level | None, count: int, seed: int
) -> list[GeneratedQuestion]:
    from bot.questions.generator.generate import generate

    return generate(topic, count, seed, level=level)
