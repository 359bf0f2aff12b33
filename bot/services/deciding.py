"""The admins' side of the queue: look, change, approve, reject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.commands import (
    Call,
    Caller,
    Filled,
    Press,
    Rights,
    handles,
    handles_button,
    handles_form,
)
from bot.domain.cards import FormCard, FormField, NoticeCard, QueueCard, QueueEntry, Reply
from bot.domain.cards.queue import SHOWN
from bot.domain.draft import ItemKind, ItemState, QueueItem
from bot.domain.people import WorkspaceId
from bot.errors import CommandError, NotFound
from bot.ports import Storage, UnitOfWork
from bot.questions.drafting import (
    OWN_PACK,
    check_text,
    edit_draft,
    list_remarks,
    write_fields,
)
from bot.services.authoring import LONGEST_REASON, make_draft_form

MOST_REMARKS = 3


@dataclass
class Deciding:
    """Answers what admins do with the queue. An approved question goes into their own pack."""

    storage: Storage

    @handles("questions list")
    async def list_queue(self, call: Call) -> Reply:
        """Show the oldest waiting items."""
        async with self.storage.reading() as work:
            page = call.options.get("page", 1)
            return Reply([await load_queue(work, call.caller.workspace.id, page)])

    @handles("questions approve")
    async def approve(self, call: Call) -> Reply:
        """Take a draft into the bank, or agree with a report."""
        return await self._approve(call.caller, call.options["id"])

    @handles_button("approve", Rights.ADMIN)
    async def press_approve(self, press: Press) -> Reply:
        """Approve what the button was made for, unless it was changed since."""
        return await self._approve(press.caller, read_number(press.key), press.value)

    async def _approve(self, caller: Caller, number: int, stamp: str = "") -> Reply:
        async with self.storage.writing() as work:
            item = await self._take(work, caller, number, stamp)
            await work.drafts.decide(item, ItemState.APPROVED, caller.now)
            said = await self._carry_out(work, caller, item)
            await tell_author(work, caller, item, _describe_approval(item))
        facts = {"item": number, "question_id": item.question.id, "approved": True}
        return Reply([NoticeCard(said, facts)])

    async def _carry_out(self, work: UnitOfWork, caller: Caller, item: QueueItem) -> str:
        question = item.question
        if item.kind is ItemKind.REPORT:
            await work.curation.retire(item.workspace_id, question.id, caller.now)
            return (
                f"Number {item.number}: {question.id} is not asked here any more. To take that "
                f"back: /fastapi-quiz questions restore {question.id}"
            )
        await work.questions.add_own(item.workspace_id, OWN_PACK, question)
        return f"Number {item.number} is in your own pack now, as {question.id}."

    @handles("questions reject")
    async def reject(self, call: Call) -> Reply:
        """Refuse a draft or a report."""
        return await self._reject(call.caller, call.options["id"], call.options.get("reason", ""))

    @handles_button("reject", Rights.ADMIN)
    async def press_reject(self, press: Press) -> Reply:
        """Ask for the reason."""
        number = read_number(press.key)
        async with self.storage.writing() as work:
            item = await self._take(work, press.caller, number)
        field = FormField("reason", "Told to its author, if you like", "multiline")
        title = f"Reject number {number}: {item.question.title}"
        return Reply([FormCard("questions reject", title, press.key, (field,))])

    @handles_form("questions reject")
    async def take_reject(self, filled: Filled) -> Reply:
        """Refuse it, with the reason or without one."""
        number = read_number(filled.key or filled.values.get("id", ""))
        return await self._reject(filled.caller, number, filled.values.get("reason", ""))

    async def _reject(self, caller: Caller, number: int, reason: str) -> Reply:
        words = check_text("reason", reason, LONGEST_REASON)
        async with self.storage.writing() as work:
            item = await self._take(work, caller, number)
            await work.drafts.decide(item, ItemState.REJECTED, caller.now)
            await tell_author(work, caller, item, _describe_rejection(item, words))
        facts = {"item": number, "question_id": item.question.id, "approved": False}
        return Reply([NoticeCard(f"Number {number} is out of the queue.", facts)])

    @handles("questions edit")
    async def edit(self, call: Call) -> Reply:
        """Change what is given, or open the form."""
        number = call.options["id"]
        changed = {name: str(value) for name, value in call.options.items() if name != "id"}
        if not changed:
            return await self._open_edit(call.caller, number)
        return await self._edit(call.caller, number, changed)

    @handles_button("edit", Rights.ADMIN)
    async def press_edit(self, press: Press) -> Reply:
        """Open the form."""
        return await self._open_edit(press.caller, read_number(press.key))

    @handles_form("questions edit")
    async def take_edit(self, filled: Filled) -> Reply:
        """Change what is filled in; what is left empty stays as it is."""
        key, _, stamp = filled.key.partition("-")
        number = read_number(key or filled.values.get("id", ""))
        changed = {name: text for name, text in filled.values.items() if name != "id"}
        return await self._edit(filled.caller, number, changed, stamp)

    async def _open_edit(self, caller: Caller, number: int) -> Reply:
        async with self.storage.writing() as work:
            item = _require_draft(await self._take(work, caller, number))
        title = f"Number {number}; empty fields stay as they are"
        key = f"{number}-{item.stamp}"
        return Reply([make_draft_form("questions edit", title, key, write_fields(item.question))])

    async def _edit(
        self, caller: Caller, number: int, changed: Mapping[str, str], stamp: str = ""
    ) -> Reply:
        async with self.storage.writing() as work:
            item = _require_draft(await self._take(work, caller, number, stamp))
            edited = replace(item, question=edit_draft(item.question, changed))
            await work.drafts.rewrite(edited)
            entry = await _describe_entry(work, edited)
            waiting = await work.drafts.count_waiting(item.workspace_id)
        return Reply([QueueCard((entry,), waiting)])

    async def _take(
        self, work: UnitOfWork, caller: Caller, number: int, stamp: str = ""
    ) -> QueueItem:
        """Return a waiting item, which nobody else can change until the transaction ends.

        Raises:
            CommandError: there is none, it was decided, or it is not what `stamp` was made of.
        """
        await work.drafts.lock(caller.workspace.id)
        item = await work.drafts.find(caller.workspace.id, number)
        if item is None:
            raise NotFound(
                f"Nothing in the queue has the number {number}. "
                "See what waits: /fastapi-quiz questions list"
            )
        if item.state is not ItemState.WAITING:
            raise CommandError(f"Number {number} was {item.state} already.")
        if stamp and stamp != item.stamp:
            raise CommandError(
                f"Number {number} was changed meanwhile. Look again: /fastapi-quiz questions list"
            )
        return item


def read_number(text: str) -> int:
    """Read the number that a button or a form carries. Raises NotFound."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise NotFound("That button is from another time. Type /fastapi-quiz questions list")
    return int(text)


def _require_draft(item: QueueItem) -> QueueItem:
    if item.kind is ItemKind.REPORT:
        raise CommandError(
            f"Number {item.number} is a report: approve it to take the question out, or reject it."
        )
    return item


async def load_queue(work: UnitOfWork, workspace_id: WorkspaceId, page: int = 1) -> QueueCard:
    """Return a page of what waits, oldest first; behind the last page stands the last one."""
    waiting = await work.drafts.waiting(workspace_id)
    card = QueueCard((), len(waiting))
    page = min(max(1, page), card.pages)
    shown = waiting[(page - 1) * SHOWN : page * SHOWN]
    entries = [await _describe_entry(work, item) for item in shown]
    return replace(card, entries=tuple(entries), page=page)


async def _describe_entry(work: UnitOfWork, item: QueueItem) -> QueueEntry:
    author = None
    if item.author is not None:
        author = await work.members.get(item.workspace_id, item.author)
    remarks = () if item.kind is ItemKind.REPORT else tuple(list_remarks(item.question))
    return QueueEntry(item, author.name if author else "", remarks[:MOST_REMARKS])


async def tell_author(work: UnitOfWork, caller: Caller, item: QueueItem, text: str) -> None:
    """Queue a notice to whoever handed the item in, unless they decided on it themselves."""
    if item.author is not None and item.author != caller.member.id:
        await work.notices.add(item.workspace_id, item.author, item.channel, text, caller.now)


def _describe_approval(item: QueueItem) -> str:
    title = item.question.title
    if item.kind is ItemKind.REPORT:
        return f'You were right, it is not asked here any more: "{title}". Thank you!'
    return f'Your question was taken into the bank: "{title}". Thank you!'


def _describe_rejection(item: QueueItem, reason: str) -> str:
    title = item.question.title
    because = f" The admin says: {reason}" if reason else ""
    if item.kind is ItemKind.REPORT:
        return f'An admin looked at your report, and the question stays: "{title}".{because}'
    return f'Your question was not taken: "{title}".{because}'
