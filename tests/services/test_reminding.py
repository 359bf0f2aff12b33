"""Reminders and interviews that end by themselves, where the platform fails or the bot dies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from adapters.local.platform import NAME
from bot.domain.cards import Card, MockCard, MockReportCard, NoticeCard
from bot.domain.events import Event, FormSubmitted, Origin, TextCommand
from bot.domain.question import QuestionFilter
from bot.domain.reminder import Reminder
from bot.domain.review import Review
from bot.errors import ChatError, NotSent, OutcomeUnknown, Rejected, RejectReason
from bot.services.generating import GENERATED
from bot.services.interviewing import InterviewEnding
from bot.services.reminding import Reminding
from tests.services.conftest import Engine

AT_SIX = datetime(2026, 3, 23, 18, 0, tzinfo=UTC)
ORIGIN = Origin(NAME, "acme", "#general", "ben", "acme", "ben", "UTC")


@dataclass
class Wire:
    """The bot's side of a platform whose next calls fail as the test wants."""

    chat: Any
    failures: list[ChatError]
    tried: int = 0

    async def tell(self, workspace: str, member: str, channel: str, card: Card) -> None:
        """Fail, or hand the card on."""
        self.tried += 1
        if self.failures:
            raise self.failures.pop(0)
        await self.chat.tell(workspace, member, channel, card)


async def arrange(engine: Engine, *, due: int = 1) -> None:
    """Let ben of acme want reminders at six, with reviews that are due."""
    engine.clock.move_to(AT_SIX - timedelta(hours=1))
    async with engine.app.storage.writing() as work:
        workspace = await work.workspaces.ensure(NAME, "acme", "acme")
        ben = await work.members.ensure(workspace.id, "ben", "ben")
        deck = await work.questions.deck(workspace.id, QuestionFilter())
        names = [question.id for question in deck][:due]
        now = engine.clock.now()
        await work.reviews.add([Review(workspace.id, ben.id, name, now) for name in names])
        await work.reminders.save(
            Reminder(workspace.id, ben.id, time(18), "UTC", "#general", AT_SIX)
        )


def break_wire(engine: Engine, *failures: ChatError) -> Wire:
    """Let the next direct messages fail."""
    reminding = engine.app.dispatching.reminding
    wire = Wire(reminding.chats[NAME], list(failures))
    reminding.chats = {NAME: wire}  # type: ignore[dict-item]
    return wire


def told(engine: Engine) -> list[datetime]:
    """Return when reminders were seen."""
    return [
        message.at
        for message in engine.posted
        if isinstance(message.card, NoticeCard) and message.card.facts.get("reminder")
    ]


async def test_a_reminder_a_day_while_something_is_due(engine: Engine) -> None:
    await arrange(engine, due=2)
    await engine.advance(timedelta(days=3))
    assert told(engine) == [AT_SIX, AT_SIX + timedelta(days=1), AT_SIX + timedelta(days=2)]
    assert "2 questions are due" in engine.posted[0].card.text  # type: ignore[union-attr]


async def test_nothing_due_nothing_said(engine: Engine) -> None:
    await arrange(engine, due=0)
    await engine.advance(timedelta(days=3))
    assert told(engine) == []


async def test_questions_of_the_generated_pack_come_back_and_unknown_ones_do_not(
    engine: Engine,
) -> None:
    await arrange(engine, due=0)
    async with engine.app.storage.writing() as work:
        workspace = await work.workspaces.ensure(NAME, "acme", "acme")
        ben = await work.members.ensure(workspace.id, "ben", "ben")
        deck = await work.questions.deck(workspace.id, QuestionFilter())
        known = await work.questions.get_many(workspace.id, [deck[0].key])
        made = replace(known[deck[0].key], id="made", pack=GENERATED)
        await work.questions.store_pack(GENERATED, "1", [made], on_request=True)
        now = engine.clock.now()
        reviews = [Review(workspace.id, ben.id, name, now) for name in ("made", "gone")]
        await work.reviews.add(reviews)
    await engine.advance(timedelta(hours=2))
    [card] = [message.card for message in engine.posted]
    assert card.data() == {"reminder": True, "due": 1}


async def test_what_was_provably_not_sent_is_sent_later(engine: Engine) -> None:
    await arrange(engine)
    break_wire(engine, NotSent("Wait.", timedelta(minutes=5)), NotSent("Wait."))
    await engine.advance(timedelta(hours=2))
    assert told(engine) == [AT_SIX + timedelta(minutes=6)]


async def test_what_is_refused_too_long_waits_for_the_next_day(engine: Engine) -> None:
    await arrange(engine)
    wire = break_wire(engine, *(NotSent("Wait.", timedelta(hours=1)) for _ in range(4)))
    await engine.advance(timedelta(days=1, hours=2))
    assert wire.tried == 5
    assert told(engine) == [AT_SIX + timedelta(days=1)]


@pytest.mark.parametrize(
    "failure", [OutcomeUnknown("Lost."), Rejected(RejectReason.NO_RIGHTS, "Closed.", "")]
)
async def test_a_lost_reply_is_never_repeated_on_the_same_day(
    engine: Engine, failure: ChatError
) -> None:
    await arrange(engine)
    wire = break_wire(engine, failure)
    await engine.advance(timedelta(hours=23))
    assert (wire.tried, told(engine)) == (1, [])
    await engine.advance(timedelta(days=1))
    assert told(engine) == [AT_SIX + timedelta(days=1)]


async def test_a_kill_before_or_after_the_call_never_doubles(engine: Engine) -> None:
    await arrange(engine)
    engine.clock.move_to(AT_SIX)
    old = engine.app.dispatching.reminding

    async def die(jobs: object) -> None:
        """Stand for a process that is gone when it should send."""

    killed = Reminding(old.storage, old.chats, old.clock)
    killed._send = die  # type: ignore[method-assign]
    assert await killed.begin_due() == 1
    await killed.background.finish()
    assert await old.begin_due() == 0
    await engine.advance(timedelta(hours=5))
    assert told(engine) == []
    await engine.advance(timedelta(days=1))
    assert told(engine) == [AT_SIX + timedelta(days=1)]


async def test_after_hours_of_downtime_nobody_is_woken_in_the_night(engine: Engine) -> None:
    await arrange(engine)
    engine.clock.move_to(AT_SIX + timedelta(hours=7))
    await engine.app.run_due()
    assert told(engine) == []
    await engine.advance(timedelta(days=1))
    assert told(engine) == [AT_SIX + timedelta(days=1)]


async def say(engine: Engine, event: Event) -> list[Card]:
    """Hand an event to the bot."""
    reply = await engine.app.handle(event)
    assert reply is not None
    return list(reply.cards)


def key_of(card: Card) -> str:
    """Return the key that a question's form carries."""
    assert isinstance(card, MockCard)
    return card.key


async def test_an_interview_runs_on_both_databases_and_ends_once(engine: Engine) -> None:
    [first] = await say(engine, TextCommand(ORIGIN, "mock questions:2"))
    assert first.kind == "mock"
    filled = FormSubmitted(ORIGIN, "answer", key_of(first), {"text": "It depends."})
    [second] = await say(engine, filled)
    [error] = await say(engine, filled)
    assert (second.kind, error.kind) == ("mock", "error")
    ending = engine.app.dispatching.interviews
    other = InterviewEnding(ending.storage, ending.chats, ending.clock)
    engine.clock.move_to(engine.clock.now() + timedelta(days=1))
    assert await ending.begin_due() + await other.begin_due() == 1
    await ending.background.finish()
    reports = [m.card for m in engine.posted if isinstance(m.card, MockReportCard)]
    assert len(reports) == 1
    [attachment] = reports[0].attachments
    assert attachment.name.endswith(".md")
    assert "It depends." in attachment.content.decode()
    [late] = await say(engine, FormSubmitted(ORIGIN, "answer", key_of(second), {"text": "Late."}))
    assert late.kind == "error"


async def test_an_answer_after_the_end_gets_the_report_without_a_scheduler(engine: Engine) -> None:
    [first] = await say(engine, TextCommand(ORIGIN, "mock questions:2"))
    [second] = await say(engine, FormSubmitted(ORIGIN, "answer", key_of(first), {"text": "So so."}))
    engine.clock.move_to(engine.clock.now() + timedelta(days=1))
    [report] = await say(engine, FormSubmitted(ORIGIN, "answer", key_of(second), {"text": "Late."}))
    assert report.kind == "mock_report"
    assert report.data()["ending"] == "expired"
    assert len(report.data()["questions"]) == 1
