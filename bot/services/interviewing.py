"""Mock interviews: one question at a time, a follow-up where points lack, a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import structlog

from bot.commands import Call, Caller, handles
from bot.domain.cards import (
    Card,
    FormCard,
    FormField,
    MockCard,
    MockHistoryCard,
    MockReportCard,
    Reply,
)
from bot.domain.events import ButtonPressed
from bot.domain.grading import Grade
from bot.domain.interview import (
    LONGEST,
    OPEN_FOR,
    USUAL_LENGTH,
    Ending,
    Interview,
    InterviewId,
    Step,
    list_lacking,
    trend_of,
    wants_follow_up,
)
from bot.domain.interview_words import describe_answer
from bot.domain.people import Level, Member, Workspace
from bot.domain.question import Question
from bot.domain.writing import Asker
from bot.errors import ChatError, CommandError
from bot.ports import ChatPort, Clock, Grader, Storage, UnitOfWork
from bot.services.answering import Answering, require_text, require_words
from bot.services.background import Background
from bot.services.fitting import explain_misfit
from bot.services.interview_steps import (
    ask_next,
    ask_on,
    end_interview,
    find_current,
    list_fresh,
    load_question,
    show_step,
)
from bot.services.marking import mark_answer
from bot.services.shown import find_asked_step

WELCOME = (
    "Press Answer and say it in your own words. Skip or stop whenever you like; the model "
    "answers come with the report. If you leave, /fastapi-quiz mock goes on from here within a day."
)
RESUMED = "You are still in this interview. To begin another one, stop it first."
BATCH = 50
log = structlog.get_logger(__name__)


@dataclass
class Interviewing:
    """Answers `mock`, and `answer` where an interview asked last."""

    storage: Storage
    grader: Grader
    answering: Answering

    @handles("mock")
    async def attend(self, call: Call) -> Reply:
        """Begin an interview or go on with the open one; skip, stop, or list earlier ones."""
        match call.options.get("do"):
            case "skip":
                return await self.skip(call.caller)
            case "stop":
                return await self.stop(call.caller)
            case "history":
                return await self.show_history(call.caller)
        async with self.storage.writing() as work:
            return Reply(await self._begin_or_resume(work, call))

    async def _begin_or_resume(self, work: UnitOfWork, call: Call) -> list[Card]:
        caller = call.caller
        cards: list[Card] = []
        while True:
            known = await work.interviews.open_of(caller.workspace.id, caller.member.id)
            if known is None:  # whoever begins it, there is one then
                await self._begin(work, call)
            elif known.is_over(caller.now):
                cards += await end_interview(work, caller, known, Ending.EXPIRED)
            elif known.current:
                return [*cards, await self._resume(work, caller, known, known.current)]
            else:
                wished = call.options.get("questions", USUAL_LENGTH)
                return [*cards, *await ask_next(work, caller, known, _welcome(known, wished))]

    async def _resume(
        self, work: UnitOfWork, caller: Caller, known: Interview, asked: Step
    ) -> MockCard:
        step = replace(asked, asked_at=caller.now)
        await work.interviews.show_again(replace(known, channel=caller.channel), step)
        await work.interviews.prolong(known, caller.now + OPEN_FOR)
        return await show_step(work, known, step, RESUMED)

    async def _begin(self, work: UnitOfWork, call: Call) -> None:
        caller, options = call.caller, call.options
        length = options.get("questions", USUAL_LENGTH)
        if not 1 <= length <= LONGEST:
            raise CommandError(
                f"An interview has 1 to {LONGEST} questions. Type: /fastapi-quiz mock questions:5",
                field="questions",
            )
        wish = Interview(
            id=InterviewId(0),
            workspace_id=caller.workspace.id,
            member_id=caller.member.id,
            channel=caller.channel,
            length=length,
            start=caller.member.level or Level.FRESHER,
            began_at=caller.now,
            expires_at=caller.now + OPEN_FOR,
            level=options.get("level"),
            topic=options.get("topic"),
        )
        fresh = await list_fresh(work, caller, wish)
        if not fresh:
            raise await explain_misfit(work, caller.workspace.id, wish.wanted)
        await work.interviews.begin(replace(wish, length=min(length, len(fresh))))

    @handles("answer")
    async def answer_newest(self, call: Call) -> Reply:
        """Grade the text for the interview if that asked last here, else as an answer."""
        async with self.storage.reading() as work:
            key = await self._find_newest(work, call.caller)
        if not key:
            return await self.answering.answer_newest(call)
        if "text" not in call.options:
            return await self.open_form(call.caller, key)
        return await self.answer(call.caller, call.options["text"], key)

    async def _find_newest(self, work: UnitOfWork, caller: Caller) -> str:
        """Return the key of the step that is the newest thing asked in this channel, or none."""
        asked = await find_asked_step(work, caller)
        if asked is None:
            return ""
        _, step = asked
        newest = await work.deliveries.newest(caller.workspace.id, caller.channel, caller.member.id)
        posted_at = newest.posted_at if newest else None
        return "" if posted_at and posted_at > step.asked_at else step.key

    async def open_form(self, caller: Caller, key: str) -> Reply:
        """Open the answer form of a step."""
        async with self.storage.reading() as work:
            interview, step = await find_current(work, caller, key)
            question = await load_question(work, interview, step)
        title = f"Follow-up: {question.title}" if step.follow_up else question.title
        answer = FormField("text", "Your answer", "multiline", required=True)
        return Reply([FormCard("answer", title, key, (answer,), question, step.follow_up)])

    async def answer(self, caller: Caller, text: str, key: str) -> Reply:
        """Grade an answer, then ask on, ask the next question or report.

        Raises:
            CommandError: no text, too long a text, no such choice; or the step is over.
        """
        require_text(text)
        async with self.storage.reading() as work:
            interview, step = await find_current(work, caller, key)
            question = await load_question(work, interview, step)
        grade = None
        if not interview.is_over(caller.now):
            grade = await self._grade(question, interview, step, text)
            require_words(grade)
            grade = grade.give_up()
        async with self.storage.writing() as work:
            interview, step = await find_current(work, caller, key)
            if grade is None:
                return Reply(await end_interview(work, caller, interview, Ending.EXPIRED))
            done = replace(step, answered_at=caller.now, answer=text, grade=grade)
            return Reply(await self._go_on(work, caller, interview, done, question))

    async def _grade(
        self, question: Question, interview: Interview, step: Step, text: str
    ) -> Grade:
        """Grade an answer; a follow-up by the points that lacked before, and by those alone."""
        asker = Asker(interview.workspace_id, interview.member_id)
        first = next(each for each in interview.steps if each.number == step.number)
        if not step.follow_up or not first.grade:
            return await mark_answer(self.grader, question, text, asker)
        return await mark_answer(
            self.grader,
            question,
            text,
            asker,
            prompt=f"{question.prompt}\n\n{step.follow_up}",
            points=list_lacking(question, first.grade),
        )

    async def _go_on(
        self, work: UnitOfWork, caller: Caller, interview: Interview, done: Step, question: Question
    ) -> list[Card]:
        await work.interviews.settle_step(interview, done)
        after = replace(interview, steps=(*interview.steps[:-1], done))
        said = describe_answer(done)
        if wants_follow_up(question, done):
            return await ask_on(work, caller, after, question, said)
        return await ask_next(work, caller, after, said)

    async def press(self, caller: Caller, button: ButtonPressed) -> Reply:
        """Answer the buttons under a step."""
        match button.action, button.value:
            case "choose", letter:
                return await self.answer(caller, letter, button.key)
            case "mock", "skip":
                return await self.skip(caller, button.key)
            case "mock", "stop":
                return await self.stop(caller, button.key)
        return await self.open_form(caller, button.key)

    async def skip(self, caller: Caller, key: str = "") -> Reply:
        """Leave the question, or its follow-up, without an answer."""
        async with self.storage.writing() as work:
            interview, step = await find_current(work, caller, key)
            if interview.is_over(caller.now):
                return Reply(await end_interview(work, caller, interview, Ending.EXPIRED))
            done = replace(step, answered_at=caller.now, skipped=True)
            await work.interviews.settle_step(interview, done)
            after = replace(interview, steps=(*interview.steps[:-1], done))
            return Reply(await ask_next(work, caller, after, describe_answer(done)))

    async def stop(self, caller: Caller, key: str = "") -> Reply:
        """End the interview with a report of what was done."""
        async with self.storage.writing() as work:
            interview, _ = await find_current(work, caller, key)
            over = interview.is_over(caller.now)
            ending = Ending.EXPIRED if over else Ending.STOPPED
            return Reply(await end_interview(work, caller, interview, ending))

    async def show_history(self, caller: Caller) -> Reply:
        """List the caller's interviews with their trend."""
        async with self.storage.reading() as work:
            done = await work.interviews.history(caller.workspace.id, caller.member.id)
        scores = [interview.score for interview in done if interview.score is not None]
        return Reply([MockHistoryCard(tuple(done), trend_of(scores), caller.zone)])


def _welcome(interview: Interview, wished: int) -> str:
    """Say how it goes, and where there are fewer questions than were wished for."""
    if interview.length >= wished:
        return WELCOME
    fitting = "1 question fits" if interview.length == 1 else f"{interview.length} questions fit"
    return f"Only {fitting} what you asked for. {WELCOME}"


@dataclass
class InterviewEnding:
    """Ends interviews that nobody came back to, and tells their members the report.

    The end is committed before the platform is called: a report may be lost, not doubled.
    """

    storage: Storage
    chats: Mapping[str, ChatPort]
    clock: Clock
    background: Background = field(default_factory=Background)

    async def begin_due(self) -> int:
        """End what has expired; return how many were ended."""
        now = self.clock.now()
        async with self.storage.writing() as work:
            expired = await work.interviews.expired(now, BATCH, self.chats)
            reports = [report for one in expired if (report := await self._end(work, one))]
        for report in reports:
            self.background.begin(self._tell(*report))
        return len(expired)

    async def _end(
        self, work: UnitOfWork, interview: Interview
    ) -> tuple[Workspace, Member, str, MockReportCard] | None:
        workspace = await work.workspaces.get(interview.workspace_id)
        member = await work.members.get(interview.workspace_id, interview.member_id)
        if member is None:
            return None
        now, zone = self.clock.now(), member.pick_zone()
        caller = Caller(workspace, member, interview.channel, now, zone)
        for card in await end_interview(work, caller, interview, Ending.EXPIRED):
            if isinstance(card, MockReportCard) and workspace.left_at is None:
                return workspace, member, interview.channel, card
        return None

    async def _tell(
        self, workspace: Workspace, member: Member, channel: str, card: MockReportCard
    ) -> None:
        chat = self.chats[workspace.platform]
        try:
            await chat.tell(workspace.external_id, member.external_id, channel, card)
        except ChatError as error:
            log.warning("report_lost", member=member.id, problem=str(error))
