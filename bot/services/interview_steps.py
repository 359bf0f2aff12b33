"""What happens to a mock interview inside a transaction: ask, ask on, end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fsrs import Rating

from bot.commands import Caller
from bot.domain.cards import Card, MockCard, MockReportCard, NoticeCard
from bot.domain.deck import Deck
from bot.domain.delivery import make_key
from bot.domain.interview import (
    KEY_PREFIX,
    OPEN_FOR,
    Ending,
    Interview,
    Step,
    climb,
    keep_level,
    list_lacking,
    list_scores,
    pick_follow_up,
)
from bot.domain.interview_report import Item, make_report
from bot.domain.question import Question, QuestionSummary
from bot.domain.review import rate_grade
from bot.domain.schedule import to_local
from bot.errors import NotFound
from bot.ports import UnitOfWork
from bot.services.reviewing import keep_rating
from bot.services.shown import leave_out_shown

NONE_OPEN = "You are in no mock interview. Type /fastapi-quiz mock to begin one."
ENDED = "That interview is over. Type /fastapi-quiz mock to begin another one."
OVER = "That question of the interview is over. Type /fastapi-quiz mock to go on."


async def find_current(work: UnitOfWork, caller: Caller, key: str = "") -> tuple[Interview, Step]:
    """Return the caller's open interview, locked, and its step that waits for an answer.

    Raises:
        NotFound: there is none, or the key is of another step.
    """
    interview = await work.interviews.open_of(caller.workspace.id, caller.member.id)
    step = interview.current if interview else None
    if interview is None or step is None:
        raise NotFound(ENDED if key else NONE_OPEN)
    if key and step.key != key:
        raise NotFound(OVER)
    return interview, step


async def load_question(work: UnitOfWork, interview: Interview, step: Step) -> Question:
    """Return the step's question, in the version that was asked."""
    found = await work.questions.get_many(interview.workspace_id, [step.question_key])
    if step.question_key not in found:
        raise NotFound("That question is gone. Go on with: /fastapi-quiz mock skip")
    return found[step.question_key]


async def list_fresh(
    work: UnitOfWork, caller: Caller, interview: Interview
) -> Sequence[QuestionSummary]:
    """Return the questions that fit and were not asked yet.

    Not the one on show in the channel, if it can be: the report would give its answer away.
    """
    deck = await work.questions.deck(interview.workspace_id, interview.wanted)
    asked = {step.question_id for step in interview.steps}
    fresh = [question for question in deck if question.id not in asked]
    return await leave_out_shown(work, caller, fresh)


async def ask_next(work: UnitOfWork, caller: Caller, interview: Interview, said: str) -> list[Card]:
    """Ask the next question, or end the interview when all were asked."""
    fresh = await list_fresh(work, caller, interview)
    if interview.asked >= interview.length or not fresh:
        return await end_interview(work, caller, interview, Ending.FINISHED)
    picked = await _pick(work, caller, interview, fresh)
    number = interview.asked + 1
    key = make_step_key(caller, interview, number)
    step = Step(number, key, picked.key, picked.id, caller.now)
    return [await _ask(work, caller, interview, step, said)]


async def _pick(
    work: UnitOfWork, caller: Caller, interview: Interview, fresh: Sequence[QuestionSummary]
) -> QuestionSummary:
    """Pick by level and topic: what earlier interviews asked least, and new topics first."""
    scores = list(list_scores(interview.steps).values())
    level = interview.level or climb(interview.start, scores)
    times = await work.interviews.times_asked(interview.workspace_id, interview.member_id)
    asked = await work.questions.get_many(
        interview.workspace_id, [step.question_key for step in interview.steps]
    )
    topics = [topic for question in asked.values() for topic in question.topics]
    seed = f"{caller.workspace.seed}/{interview.member_id}/{interview.id}"
    return Deck(keep_level(fresh, level)).pick(times, topics, seed).question


def make_step_key(caller: Caller, interview: Interview, number: int, *parts: str) -> str:
    """Return the key that a step's buttons and form carry."""
    return KEY_PREFIX + make_key(caller.workspace.seed, "mock", interview.id, number, *parts)


async def ask_on(
    work: UnitOfWork, caller: Caller, interview: Interview, question: Question, said: str
) -> list[Card]:
    """Ask the follow-up to the last answer."""
    last = interview.steps[-1]
    assert last.grade is not None
    text = pick_follow_up(question, list_lacking(question, last.grade))
    key = make_step_key(caller, interview, last.number, "follow-up")
    step = replace(
        last, key=key, asked_at=caller.now, follow_up=text, answered_at=None, answer="", grade=None
    )
    return [await _ask(work, caller, interview, step, said)]


async def _ask(
    work: UnitOfWork, caller: Caller, interview: Interview, step: Step, said: str
) -> MockCard:
    await work.interviews.add_step(interview, step)
    await work.interviews.prolong(interview, caller.now + OPEN_FOR)
    return await show_step(work, interview, step, said)


async def show_step(work: UnitOfWork, interview: Interview, step: Step, said: str) -> MockCard:
    """Return the card of a step."""
    question = await load_question(work, interview, step)
    return MockCard(question, step.key, step.number, interview.length, step.follow_up, said)


async def end_interview(
    work: UnitOfWork, caller: Caller, interview: Interview, ending: Ending
) -> list[Card]:
    """End it, feed the reviews, and return the report; nothing if it has ended already."""
    workspace_id, member_id = interview.workspace_id, interview.member_id
    keys = [step.question_key for step in interview.steps]
    questions = await work.questions.get_many(workspace_id, keys)
    history = await work.interviews.history(workspace_id, member_id)
    local = to_local(caller.now, caller.zone)
    before = history[-1].score if history else None
    report = make_report(interview, questions, ending, local, before)
    score = report.score if report else None
    if not await work.interviews.end(replace(interview, ended_at=caller.now, score=score)):
        return []
    if report is None:
        return [NoticeCard("The interview is over. Nothing was answered, so there is no report.")]
    for item in report.items:
        await keep_rating(work, caller, item.question.id, _rate(item))
    return [MockReportCard(report)]


def _rate(item: Item) -> Rating:
    """Rate a question for practice; a skipped one was not known."""
    return rate_grade(item.grade) if item.grade else Rating.Again
