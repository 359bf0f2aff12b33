"""An answer that a model takes its time for counts as of when it was given."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from adapters.local.platform import NAME
from bot.domain.cards import Card, ErrorCard, GradeCard, RevealCard
from bot.domain.events import CommandCalled, Event, Origin
from bot.domain.grading import Grade, GradingTask
from bot.domain.writing import Asker
from bot.ports import Grader
from tests.services.conftest import Engine, questions

SECOND = timedelta(seconds=1)
ERASE = {"confirm": "yes"}
BEN = Origin(NAME, "acme", "#general", "ben", member_name="ben")


class SlowGrader:
    """Grades as another one does, once it is let go."""

    name = "slow"

    def __init__(self, grader: Grader) -> None:
        self.grader = grader
        self.asked, self.let_go = asyncio.Event(), asyncio.Event()

    async def grade(self, task: GradingTask, answer: str, asker: Asker | None = None) -> Grade:
        self.asked.set()
        await self.let_go.wait()
        return await self.grader.grade(task, answer, asker)


async def answer_meanwhile(engine: Engine, event: Event) -> tuple[Card, Card]:
    """Answer the posted question, let the event come while that is graded; return what was said."""
    answering, clock = engine.app.conversing.answering, engine.clock
    answering.grader = grader = SlowGrader(answering.grader)
    posted = questions(engine)[-1].question
    given = CommandCalled(BEN, "answer", {"text": posted.answer})
    graded = asyncio.create_task(engine.app.handle(given))
    await grader.asked.wait()
    clock.move_to(clock.now() + SECOND)
    said = await engine.app.handle(event)
    grader.let_go.set()
    reply = await graded
    assert said
    assert reply
    return said.cards[0], reply.cards[0]


async def test_a_reveal_while_an_answer_is_graded_costs_it_nothing(engine: Engine) -> None:
    await engine.add_schedule()
    await engine.advance(timedelta(minutes=2))
    revealed, graded = await answer_meanwhile(engine, CommandCalled(BEN, "reveal"))
    assert isinstance(revealed, RevealCard)
    assert isinstance(graded, GradeCard)
    assert (graded.first, graded.revealed) == (True, False)
    assert graded.earned > 0
    again = await engine.app.handle(CommandCalled(BEN, "answer", {"text": "Because."}))
    assert again
    assert isinstance(again.cards[0], GradeCard)
    assert again.cards[0].revealed


async def test_an_answer_that_meets_one_s_own_forget_me_is_erased_with_the_rest(
    engine: Engine,
) -> None:
    await engine.add_schedule()
    await engine.advance(timedelta(minutes=2))
    erased, told = await answer_meanwhile(engine, CommandCalled(BEN, "forget-me", ERASE))
    assert erased.data() == {"erased": True}
    assert isinstance(told, ErrorCard)
    assert told.text.startswith("Your data here was erased just now")
    anew = await engine.app.handle(CommandCalled(BEN, "answer", {"text": "Because of the order."}))
    assert anew
    assert isinstance(anew.cards[0], GradeCard)
    assert anew.cards[0].first
