"""`questions bank|retire|restore|import|export`: what admins do to their bank."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands import Call, Type, handles, suggests_values
from bot.domain.bank import BankEntry, Order, QuestionState, StoredPack, sort_entries
from bot.domain.cards import (
    Attachment,
    BankCard,
    BankQuestionCard,
    BankRow,
    ErrorCard,
    NoticeCard,
    Reply,
)
from bot.domain.events import MOST_UPLOADED, Upload
from bot.domain.formatting import plural
from bot.domain.question import Question, QuestionFilter
from bot.domain.reading import did_you_mean
from bot.errors import CommandError, NotFound, PackError
from bot.ports import Storage, UnitOfWork
from bot.services.forming import make_form
from bot.services.generating import GENERATED
from bot.services.importing import Importing, require_name, suggest_name

ROWS_A_PAGE = 10
FAULTS_SHOWN = 10
MOST_SENT = 8 * 1024 * 1024
"""Bytes of a file that every platform takes from a bot."""


@dataclass
class Curating:
    """Shows the bank with its statistics, retires and restores, takes and gives packs."""

    storage: Storage
    importing: Importing

    @handles("questions bank")
    async def show_bank(self, call: Call) -> Reply:
        """List the questions that fit, ten a page."""
        options = call.options
        wanted = QuestionFilter(options.get("level"), options.get("topic"), options.get("pack"))
        state = options.get("state", "all")
        async with self.storage.reading() as work:
            fitting = await _find_fitting(work, call, wanted, state)
            pages = -(-len(fitting) // ROWS_A_PAGE)
            page = options.get("page", 1)
            if not 1 <= page <= pages:
                raise CommandError(
                    f"There is no page {page}: the last one is {pages}.", field="page"
                )
            ordered = sort_entries(fitting, Order(options.get("sort", Order.WORST)))
            chosen = ordered[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]
            rows = await _add_titles(work, call, chosen)
        what = _name(wanted, state)
        said = f"{what[0].upper()}{what[1:]}: {len(fitting)}." if len(fitting) > 1 else ""
        return Reply([BankCard(said, rows, len(fitting), page, pages)])

    @suggests_values(Type.QUESTION)
    async def suggest_questions(self, call: Call) -> Reply:
        """Return the ids of all questions to which the command could do something."""
        asked_by = call.command.path
        async with self.storage.reading() as work:
            entries = await work.curation.entries(call.caller.workspace.id)
        pairs = [
            (f"{entry.summary.id} ({', '.join(entry.summary.topics)})", entry.summary.id)
            for entry in entries
            if asked_by == "questions show"
            or (entry.state is QuestionState.RETIRED) == (asked_by == "questions restore")
        ]
        return Reply([NoticeCard(f"{len(pairs)} questions.", {"suggestions": pairs})])

    @handles("questions show")
    async def show_question(self, call: Call) -> Reply:
        """Show a question whole, retired or not."""
        async with self.storage.reading() as work:
            entry = await _find_entry(work, call, call.options["id"].lower())
            key = entry.summary.key
            question = (await work.questions.get_many(call.caller.workspace.id, [key]))[key]
        return Reply([BankQuestionCard(BankRow(entry, question.title), question)])

    @suggests_values(Type.PACK)
    async def suggest_packs(self, call: Call) -> Reply:
        """Return the names of all packs to choose from; the generated one is made when chosen."""
        async with self.storage.reading() as work:
            packs = await work.curation.packs(call.caller.workspace.id)
        sizes = {pack.name: plural(pack.questions, "question") for pack in packs}
        if call.command.path.startswith("schedule"):
            sizes.setdefault(GENERATED, "made when it is first used")
        pairs = [(f"{name} ({size})", name) for name, size in sizes.items()]
        return Reply([NoticeCard(f"{len(pairs)} packs.", {"suggestions": pairs})])

    @handles("questions retire")
    async def retire(self, call: Call) -> Reply:
        """Ask a question no more in this workspace, in whichever pack it is."""
        return await self._set_state(call, retired=True)

    @handles("questions restore")
    async def restore(self, call: Call) -> Reply:
        """Ask a retired question again."""
        return await self._set_state(call, retired=False)

    async def _set_state(self, call: Call, *, retired: bool) -> Reply:
        caller, name = call.caller, call.options["id"].lower()
        async with self.storage.writing() as work:
            await _find_entry(work, call, name)
            if retired:
                changed = await work.curation.retire(caller.workspace.id, name, caller.now)
                said = f"{name} is retired: it is not asked in this workspace any more."
            else:
                changed = await work.curation.restore(caller.workspace.id, name)
                said = f"{name} is asked again."
            entry = await _find_entry(work, call, name)
            rows = await _add_titles(work, call, [entry])
        if not changed:
            said = f"{name} was {entry.state} before: nothing was changed."
        return Reply([BankCard(said, rows, 1)])

    @handles("questions import")
    async def import_file(self, call: Call) -> Reply:
        """Store an uploaded file as a pack, whole or not at all; without one, open the form."""
        upload = _read_upload(call)
        if upload is None:
            return Reply([make_form(call.command)])
        name = require_name(
            call.options.get("pack") or suggest_name(upload.name), self.importing.reserved
        )
        try:
            questions = await asyncio.to_thread(_read_questions, upload, name)
        except PackError as error:
            return _say_faults(error)
        imported = await self.importing.import_pack(questions, name, call.caller.workspace.id)
        facts = {
            "pack": name,
            "questions": imported.questions,
            "new": imported.new,
            "changed": imported.changed,
            "unchanged": imported.unchanged,
            "left_out": imported.left_out,
        }
        return Reply([NoticeCard(f"{imported} To post from it alone: pack:{name}", facts)])

    @handles("questions export")
    async def export_pack(self, call: Call) -> Reply:
        """Give a pack as a file that `questions import` reads."""
        form = call.options.get("format", "json")
        workspace_id = call.caller.workspace.id
        async with self.storage.reading() as work:
            name = _choose_pack(await work.curation.packs(workspace_id), call.options.get("pack"))
            questions = await work.questions.pack_questions(workspace_id, name)
        content = await asyncio.to_thread(_write_questions, questions, form)
        if len(content) > MOST_SENT:
            raise CommandError(
                f"The pack {name} is a file of {len(content) // 1024**2} MB, too large for a chat. "
                f"Whoever runs the bot can type: fastapi-quiz questions export --pack {name}"
            )
        said = f"The pack {name} with {plural(len(questions), 'question')}."
        kind = "application/json" if form == "json" else "text/csv"
        file = Attachment(f"{name}.{form}", kind, content, said)
        facts = {"pack": name, "questions": len(questions), "format": form, "file": file.name}
        return Reply([NoticeCard(said, facts, attachments=(file,))])


async def _find_fitting(
    work: UnitOfWork, call: Call, wanted: QuestionFilter, state: str
) -> Sequence[BankEntry]:
    """Return the questions that fit what was asked for. Raises NotFound for none."""
    entries = await work.curation.entries(call.caller.workspace.id, wanted)
    fitting = [entry for entry in entries if state in ("all", entry.state)]
    if "words" in call.options:
        fitting = await _search(work, call, fitting)
    if not fitting:
        words = f', words "{call.options["words"]}"' if "words" in call.options else ""
        said = f"{_name(wanted, state)}{words}"
        raise NotFound(f"No question fits: {said}. Try fewer options.")
    return fitting


def _name(wanted: QuestionFilter, state: str) -> str:
    return f"{wanted}, {state}" if state != "all" else str(wanted)


async def _add_titles(
    work: UnitOfWork, call: Call, entries: Sequence[BankEntry]
) -> tuple[BankRow, ...]:
    keys = [entry.summary.key for entry in entries]
    questions = await work.questions.get_many(call.caller.workspace.id, keys)
    return tuple(BankRow(entry, questions[entry.summary.key].title) for entry in entries)


async def _search(work: UnitOfWork, call: Call, entries: Sequence[BankEntry]) -> list[BankEntry]:
    """Return the questions with all the words in their title, topics or id."""
    words = call.options["words"].casefold().split()

    def fits(row: BankRow) -> bool:
        summary = row.entry.summary
        text = " ".join([row.title, summary.id, *summary.topics]).casefold()
        return all(word in text for word in words)

    return [row.entry for row in await _add_titles(work, call, entries) if fits(row)]


async def _find_entry(work: UnitOfWork, call: Call, name: str) -> BankEntry:
    entries = await work.curation.entries(call.caller.workspace.id)
    by_id = {entry.summary.id: entry for entry in entries}
    if name not in by_id:
        raise NotFound(
            f'No question here is called "{name}".{did_you_mean(name, by_id)} '
            "Type /fastapi-quiz questions bank to see them.",
            field="id",
        )
    return by_id[name]


def _read_upload(call: Call) -> Upload | None:
    """Return the file that came along, or what was typed in its place; None for neither.

    Raises:
        CommandError: it could not be fetched, is too large, or was only named.
    """
    upload, text = call.upload, call.options.get("text", "")
    if upload is None and text.strip():
        return Upload(f"pasted.{_guess_format(text)}", text.encode())
    if upload is None:
        if "file" in call.options:
            raise CommandError(
                "That names a file, but none came along. Type /fastapi-quiz questions import "
                "alone and choose the file in the form.",
                field="file",
            )
        return None
    if len(upload.content) > MOST_UPLOADED:
        upload = Upload.too_large(upload.name)
    if upload.problem:
        raise CommandError(upload.problem, field="file")
    return upload


def _guess_format(text: str) -> str:
    start = text.lstrip()
    return "json" if start.startswith("[") else "md" if start.startswith("---") else "csv"


def _read_questions(upload: Upload, pack: str) -> Sequence[Question]:
    from bot.questions.reading import read_bytes

    return read_bytes(upload.content, upload.name, pack)


def _write_questions(questions: Sequence[Question], form: str) -> bytes:
    from bot.questions.writing import write_csv, write_json

    return (write_json(questions) if form == "json" else write_csv(questions)).encode()


def _say_faults(error: PackError) -> Reply:
    """Name the first faults at once, and all of them in a file where they are many."""
    shown = "\n".join(map(str, error.faults[:FAULTS_SHOWN]))
    count = len(error.faults)
    faults = "a fault" if count == 1 else f"{count} faults"
    head = f"Nothing was imported: the file has {faults}."
    refused = ErrorCard(f"{head}\n{shown}", "pack", "file")
    if count <= FAULTS_SHOWN:
        return Reply([refused])
    whole = "\n".join(map(str, error.faults)).encode()
    file = Attachment("faults.txt", "text/plain", whole, f"All {count} faults, one a line.")
    more = NoticeCard("All of them are in the file.", {"faults": count}, attachments=(file,))
    return Reply([refused, more])


def _choose_pack(packs: Sequence[StoredPack], wanted: str | None) -> str:
    own = [pack.name for pack in packs if pack.own and not pack.on_request]
    names = [pack.name for pack in packs]
    if wanted in names:
        return str(wanted)
    listed = f"Packs here: {', '.join(names)}."
    if wanted:
        raise NotFound(f'There is no pack "{wanted}".{did_you_mean(wanted, names)} {listed}')
    if len(own) != 1:
        raise CommandError(f"Which pack? {listed}", field="pack")
    return own[0]
