"""What members hand in, and what admins make of it. Nothing in the queue is ever posted."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.commands import Call, Caller, Filled, Press, handles, handles_button, handles_form
from bot.domain.cards import FormCard, FormField, NoticeCard, Reply
from bot.domain.draft import A_DAY, ItemKind, QueueItem, explain_limit
from bot.domain.people import WorkspaceId
from bot.domain.question import Question, QuestionFilter
from bot.errors import CommandError
from bot.ports import Storage, UnitOfWork
from bot.questions.drafting import build_draft, check_text, make_id
from bot.questions.similarity import find_nearest
from bot.services.shown import find_shown

NEEDED = ("question", "answer", "level", "topic")
LONGEST_REASON = 1_000
_LABELS = (
    ("question", "What is asked; code goes between ``` lines", "multiline"),
    ("answer", "The model answer", "multiline"),
    ("level", "For whom", "level"),
    ("topic", "Such as routing; see /fastapi-quiz topics", "text"),
    ("choices", "For a choice: one a line, * before the right one, || before why", "multiline"),
)


def make_draft_form(
    form: str, title: str, key: str = "", values: Mapping[str, str] | None = None
) -> FormCard:
    """Return the form of a draft, filled with what is known of it already."""
    known = values or {}
    needed = NEEDED if form == "suggest" else ()
    fields = (
        FormField(name, label, kind, name in needed, value=str(known.get(name, "")))
        for name, label, kind in _LABELS
    )
    return FormCard(form, title, key, tuple(fields))


@dataclass
class Authoring:
    """Answers `suggest` and `report`; what is taken in waits in the queue."""

    storage: Storage

    @handles("suggest")
    async def suggest(self, call: Call) -> Reply:
        """Take a suggestion, or open its form with what was given already."""
        values = {name: str(value) for name, value in call.options.items()}
        if not all(values.get(name) for name in NEEDED):
            return Reply([make_draft_form("suggest", "Suggest a question", values=values)])
        return await self._take_in(call.caller, values)

    @handles_form("suggest")
    async def take_suggestion(self, filled: Filled) -> Reply:
        """Take a filled form."""
        return await self._take_in(filled.caller, filled.values)

    async def _take_in(self, caller: Caller, values: Mapping[str, str]) -> Reply:
        draft = build_draft(values)
        async with self.storage.reading() as work:
            await require_room(work, caller)
            known = await load_known(work, caller.workspace.id)
        await refuse_twin(draft, known)
        item = _hand_in(caller, ItemKind.SUGGESTION, draft)
        async with self.storage.writing() as work:
            await work.drafts.lock(caller.workspace.id)
            await require_room(work, caller)
            waiting = await load_waiting(work, caller.workspace.id)
            if any(one not in known.waiting for one in waiting):  # in the same instant as this
                await refuse_twin(draft, Known(known.bank, waiting))
            added = await add_named(work, item)
            await tell_first(work, caller)
        text = (
            f"Thank you! Your question waits for an admin as number {added.number}. "
            "You will be told what becomes of it."
        )
        return Reply([NoticeCard(text, {"item": added.number})])

    @handles("report")
    async def report_newest(self, call: Call) -> Reply:
        """Report the channel's newest question, or open the form when no reason is given."""
        reason = call.options.get("reason")
        if not reason:
            return await self._open_report(call.caller)
        return await self._report(call.caller, reason)

    @handles_button("report")
    async def press_report(self, press: Press) -> Reply:
        """Open the form for the question that the button is under."""
        return await self._open_report(press.caller, press.key, press.message_id)

    @handles_form("report")
    async def take_report(self, filled: Filled) -> Reply:
        """Take a filled form."""
        return await self._report(filled.caller, filled.values.get("reason", ""), filled.key)

    async def _open_report(self, caller: Caller, key: str = "", message_id: str = "") -> Reply:
        async with self.storage.writing() as work:
            shown = await find_shown(work, caller, key, message_id)
        field = FormField("reason", "What is wrong with it?", "multiline", required=True)
        title = f"Report: {shown.question.title}"
        return Reply([FormCard("report", title, shown.delivery.key, (field,))])

    async def _report(self, caller: Caller, reason: str, key: str = "") -> Reply:
        words = check_text("reason", reason, LONGEST_REASON)
        if not words:
            raise CommandError("Say what is wrong with it, in a sentence or two.", field="reason")
        async with self.storage.writing() as work:
            question = (await find_shown(work, caller, key)).question
            await work.drafts.lock(caller.workspace.id)
            await require_room(work, caller)
            place = (caller.workspace.id, caller.member.id)
            if await work.drafts.has_reported(*place, question.id):
                raise CommandError("Your report of this question waits for an admin already.")
            added = await work.drafts.add(_hand_in(caller, ItemKind.REPORT, question, words))
            await tell_first(work, caller)
        text = "Thank you! An admin will look at it. You will be told what becomes of it."
        return Reply([NoticeCard(text, {"item": added.number, "question_id": question.id})])


def _hand_in(caller: Caller, kind: ItemKind, question: Question, words: str = "") -> QueueItem:
    """Return what a member hands in; it gets its number in the queue."""
    return QueueItem(
        workspace_id=caller.workspace.id,
        number=0,
        kind=kind,
        question=question,
        source="member",
        at=caller.now,
        channel=caller.channel,
        author=caller.member.id,
        words=words,
    )


async def require_room(work: UnitOfWork, caller: Caller) -> None:
    """Refuse what would flood the queue. Raises CommandError."""
    workspace, member = caller.workspace.id, caller.member.id
    problem = explain_limit(
        await work.drafts.count_waiting(workspace, member),
        await work.drafts.count_since(workspace, member, caller.now - A_DAY),
        await work.drafts.count_waiting(workspace),
    )
    if problem:
        raise CommandError(problem)


@dataclass(frozen=True, slots=True)
class Known:
    """What a workspace has already: questions that it may see, and drafts that wait."""

    bank: Sequence[Question]
    waiting: Sequence[Question]


async def load_known(work: UnitOfWork, workspace_id: WorkspaceId) -> Known:
    """Load what a new draft is compared with."""
    deck = await work.questions.deck(workspace_id, QuestionFilter())
    bank = await work.questions.get_many(workspace_id, [question.key for question in deck])
    return Known(list(bank.values()), await load_waiting(work, workspace_id))


async def load_waiting(work: UnitOfWork, workspace_id: WorkspaceId) -> Sequence[Question]:
    """Load the drafts that wait."""
    waiting = await work.drafts.waiting(workspace_id)
    return [item.question for item in waiting if item.kind is not ItemKind.REPORT]


async def refuse_twin(draft: Question, known: Known) -> None:
    """Refuse a draft that says nearly what another question says. Raises CommandError.

    A draft that waits is not quoted: only admins see those.
    """
    others = [*known.bank, *known.waiting]
    twin = await asyncio.to_thread(find_nearest, draft, others)
    if twin is None:
        return
    if any(twin is waiting for waiting in known.waiting):
        raise CommandError("A question much like this waits for an admin already.")
    raise CommandError(
        f'The bank has a question much like this: "{twin.title}". Ask for something else.'
    )


async def add_named(work: UnitOfWork, item: QueueItem) -> QueueItem:
    """Add a suggestion, and name its question after the number that it got."""
    added = await work.drafts.add(item)
    question = replace(added.question, id=make_id(added.question.title, added.number))
    named = replace(added, question=question)
    await work.drafts.rewrite(named)
    return named


async def tell_first(work: UnitOfWork, caller: Caller) -> None:
    """Tell the admins that we know of when the queue was empty before, and not each time."""
    workspace = caller.workspace.id
    if await work.drafts.count_waiting(workspace) != 1:
        return
    targets = {admin.id: caller.channel for admin in await work.members.admins(workspace)}
    for schedule in await work.schedules.of_workspace(workspace):
        if schedule.created_by is not None:
            targets[schedule.created_by] = schedule.channel
    targets.pop(caller.member.id, None)
    text = "Somebody handed in a question or a report. Look: /fastapi-quiz questions list"
    for member, channel in targets.items():
        await work.notices.add(workspace, member, channel, text, caller.now)
