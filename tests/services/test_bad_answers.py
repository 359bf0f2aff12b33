"""Bad answers through the whole core, on both databases: graded or refused, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.local.platform import NAME
from bot.domain.cards import ErrorCard, GradeCard, NoAnswerCard, PastAnswerCard
from bot.domain.events import (
    ButtonPressed,
    CommandCalled,
    Event,
    FormSubmitted,
    Origin,
    TextCommand,
)
from bot.services.answering import LONGEST_ANSWER
from tests.hostile import INJECTIONS, ODD
from tests.services.conftest import Engine


def origin(member: str = "ben") -> Origin:
    return Origin(NAME, "acme", "#general", member, "acme", member)


async def send(engine: Engine, event: Event) -> object:
    reply = await engine.app.handle(event)
    assert reply is not None
    [card] = reply.cards
    assert reply.public is False
    return card


async def post_a_question(engine: Engine) -> str:
    await engine.add_schedule()
    await engine.advance(timedelta(minutes=2))
    [delivery] = await engine.deliveries()
    return delivery.key


@pytest.mark.parametrize("name", ODD)
async def test_odd_answers_are_graded_kept_and_shown_again(engine: Engine, name: str) -> None:
    key = await post_a_question(engine)
    await send(engine, TextCommand(origin(), "reveal"))  # from here on also signs are graded
    card = await send(engine, FormSubmitted(origin(), "answer", key, {"text": ODD[name]}))
    assert isinstance(card, GradeCard)
    past = await send(engine, TextCommand(origin(), "history 1"))
    assert isinstance(past, PastAnswerCard)
    kept = ODD[name].replace("\x00", "").encode("utf-8", "ignore").decode()
    assert past.answer.text == kept
    assert past.answer.grade == card.grade
    assert len(engine.posted) == 1


async def test_a_slip_is_taking_part_and_no_first_answer(engine: Engine) -> None:
    key = await post_a_question(engine)
    for text in ("b", "b", "idk"):
        slip = await send(engine, FormSubmitted(origin(), "answer", key, {"text": text}))
        assert isinstance(slip, NoAnswerCard)
        assert "Streak: 1 question day." in slip.text
    answer = {"text": "The one that was declared first."}
    first = await send(engine, FormSubmitted(origin(), "answer", key, answer))
    assert isinstance(first, GradeCard)
    assert (first.first, first.streak.current) == (True, 1)


async def test_words_to_the_bot_change_nothing(engine: Engine) -> None:
    key = await post_a_question(engine)
    before = await engine.deliveries()
    for number, answer in enumerate(INJECTIONS.values()):
        event = FormSubmitted(origin(f"m{number}"), "answer", key, {"text": answer})
        card = await send(engine, event)
        assert isinstance(card, GradeCard)
        assert (card.grade.score, card.earned) == (0.0, 0)
    assert len(engine.posted) == 1
    assert await engine.deliveries() == before
    board = await engine.app.handle(TextCommand(origin(), "leaderboard"))
    assert board is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is no answer in that."),
        (" \n\t", "There is no answer in that."),
        ("\x00\ud800", "There is no answer in that."),
        ("x" * (LONGEST_ANSWER + 1), "40,001 characters; 40,000 are the most"),
    ],
    ids=["empty", "white space", "nothing storable", "too long"],
)
async def test_what_is_no_answer_is_refused_with_a_sentence(
    engine: Engine, text: str, said: str
) -> None:
    key = await post_a_question(engine)
    card = await send(engine, FormSubmitted(origin(), "answer", key, {"text": text}))
    assert isinstance(card, ErrorCard)
    assert said in card.text
    async with engine.app.storage.reading() as work:
        known = await work.members.identify(NAME, "acme", "ben")
        assert known is not None
        assert await work.past_answers.count(known[0].id, known[1].id) == 0


@pytest.mark.parametrize("key", ["no-such-key", "x" * 500, "'; DROP TABLE attempts;--", "\x00"])
async def test_an_answer_to_no_question_is_refused_with_a_sentence(
    engine: Engine, key: str
) -> None:
    await post_a_question(engine)
    card = await send(engine, FormSubmitted(origin(), "answer", f"{key}!", {"text": "Words."}))
    assert isinstance(card, ErrorCard)
    assert "That question is gone" in card.text


async def test_nobody_answers_another_one_s_private_question(engine: Engine) -> None:
    await engine.add_schedule()
    await send(engine, TextCommand(origin("ana"), "ask"))
    async with engine.app.storage.reading() as work:
        known = await work.members.identify(NAME, "acme", "ana")
        assert known is not None
        delivery = await work.deliveries.newest(known[0].id, "#general", known[1].id)
    assert delivery is not None
    for event in (
        FormSubmitted(origin("ben"), "answer", delivery.key, {"text": "Words."}),
        ButtonPressed(origin("ben"), "reveal", delivery.key),
    ):
        assert isinstance(await send(engine, event), ErrorCard)


async def test_commands_with_unstorable_words_are_answered(engine: Engine) -> None:
    for event in (
        TextCommand(origin(), "ask topic:\x00\ud800"),
        CommandCalled(origin(), "ask", {"topic": "\x00"}),
        CommandCalled(origin(), "streak", {"member": "a\x00\udfff"}),
    ):
        card = await send(engine, event)
        assert getattr(card, "reason", "") != "fault"
