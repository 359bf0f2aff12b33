"""Drills that a workspace makes more of than it keeps."""

from __future__ import annotations

import pytest

from bot.domain.cards import QuestionCard
from bot.domain.events import CommandCalled, Origin
from bot.domain.people import Level
from bot.domain.question import Question
from bot.services import practising
from bot.services.generating import Generating
from bot.services.practising import BATCH
from tests.contract.makers import make_question
from tests.services.conftest import Engine

BEN = Origin("local", "acme", "#general", "ben", member_name="ben")


class Counting(Generating):
    """Makes questions in no time, each of them new."""

    made = 0

    async def draft_questions(
        self, topic: str | None, level: Level | None, count: int, seed: int
    ) -> list[Question]:
        self.made += count
        return [make_question(f"drill-{self.made - each}") for each in range(count)]


async def test_there_is_no_end_of_drills(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(practising, "MOST_KEPT", 2 * BATCH)
    engine.app.conversing.practising.generating = Counting()
    asked = set()
    for _ in range(4 * BATCH + 1):
        reply = await engine.app.handle(CommandCalled(BEN, "practice", {"drill": "yes"}))
        assert reply
        [card] = reply.cards
        assert isinstance(card, QuestionCard), card
        asked.add(card.question.id)
    assert len(asked) == 4 * BATCH + 1
