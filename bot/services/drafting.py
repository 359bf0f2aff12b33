"""`generate`: drafts by the templates and, where one is configured, by a model; into the queue."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.commands import Call, Caller, handles
from bot.domain.cards import NoticeCard, QueueCard, QueueEntry, Reply
from bot.domain.cards.queue import SHOWN
from bot.domain.draft import MOST_WAITING, ItemKind, QueueItem
from bot.domain.people import Level
from bot.domain.question import Kind, Question
from bot.domain.writing import Asker, WrittenQuestion
from bot.errors import CommandError, ModelError
from bot.ports import Grader, QuestionWriter, Storage, UnitOfWork
from bot.questions.drafting import judge_written, list_remarks
from bot.questions.similarity import find_nearest
from bot.services.authoring import Known, add_named, load_known
from bot.services.deciding import MOST_REMARKS
from bot.services.generating import Generating

USUAL, MOST = 3, 10
"""Drafts a call."""
AGREES = 0.5
"""A blind answer to an open question agrees with the draft's own from this score on."""
TEMPLATES = "templates"


@dataclass(frozen=True, slots=True)
class Wish:
    """What an admin asks for."""

    topic: str
    level: Level | None
    count: int
    asker: Asker


@dataclass
class Harvest:
    """What came out so far: drafts with their source, and how many were dropped for what."""

    drafts: list[tuple[Question, str]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def questions(self) -> list[Question]:
        """Return the drafts alone."""
        return [question for question, _ in self.drafts]


@dataclass
class Drafting:
    """Fills the queue. Templates come first: FastAPI itself gave their answers.

    What a model writes is judged as a stranger's file would be, and asked back blind. No code
    of it is ever run.
    """

    storage: Storage
    templates: Generating
    grader: Grader
    dice: random.Random
    writer: QuestionWriter | None = None

    @handles("generate")
    async def generate(self, call: Call) -> Reply:
        """Draft questions on a topic into the queue."""
        caller, options = call.caller, call.options
        count = options.get("count", USUAL)
        if not 1 <= count <= MOST:
            raise CommandError(f"{count} drafts can't be made at once. Ask for 1 to {MOST}.")
        wish = Wish(
            options["topic"],
            options.get("level"),
            count,
            Asker(caller.workspace.id, caller.member.id),
        )
        async with self.storage.reading() as work:
            await _require_room(work, caller, count)
            known = await load_known(work, caller.workspace.id)
        harvest = await self._gather(wish, known)
        if not harvest.drafts:
            raise CommandError(_explain_nothing(harvest))
        async with self.storage.writing() as work:
            await work.drafts.lock(caller.workspace.id)
            await _require_room(work, caller, len(harvest.drafts))
            items = [await _add(work, caller, *draft) for draft in harvest.drafts]
            waiting = await work.drafts.count_waiting(caller.workspace.id)
        return _describe(items, harvest, waiting)

    async def _gather(self, wish: Wish, known: Known) -> Harvest:
        """Half by the templates where there is a model, the rest by it; either fills up."""
        harvest = Harvest()
        by_templates = wish.count if self.writer is None else -(-wish.count // 2)
        await self._use_templates(wish, known, harvest, by_templates)
        if self.writer and len(harvest.drafts) < wish.count:
            await self._use_writer(self.writer, wish, known, harvest)
            if by_templates <= len(harvest.drafts) < wish.count:
                await self._use_templates(wish, known, harvest, wish.count - len(harvest.drafts))
        return harvest

    async def _use_templates(self, wish: Wish, known: Known, harvest: Harvest, count: int) -> None:
        """Take what was not asked in the same words. Variants of a template are alike on
        purpose, and each has another answer: how near they are says nothing."""
        there = {each.prompt for each in (*known.bank, *known.waiting, *harvest.questions())}
        seed = self.dice.getrandbits(31)
        try:
            made = await self.templates.draft_questions(wish.topic, wish.level, count, seed)
        except CommandError as error:
            if self.writer is None:
                raise
            harvest.problems.append(str(error))
            return
        for question in made:
            if question.prompt in there:
                harvest.dropped["known already"] += 1
            else:
                harvest.drafts.append((question, TEMPLATES))

    async def _use_writer(
        self, writer: QuestionWriter, wish: Wish, known: Known, harvest: Harvest
    ) -> None:
        """Let the model write, and keep what stands every test."""
        wanted = wish.count - len(harvest.drafts)
        others = [*known.bank, *known.waiting, *harvest.questions()]
        avoid = [each.title for each in others if wish.topic in each.topics]
        try:
            written = await writer.write(wish.topic, wish.level, wanted, avoid, asker=wish.asker)
            for draft in written[:wanted]:
                judged = await self._judge(writer, draft, others, wish.asker)
                if isinstance(judged, Question):
                    harvest.drafts.append((judged, writer.name))
                    others.append(judged)
                else:
                    harvest.dropped[judged] += 1
        except ModelError as error:
            harvest.problems.append(str(error))

    async def _judge(
        self,
        writer: QuestionWriter,
        draft: WrittenQuestion,
        others: Sequence[Question],
        asker: Asker,
    ) -> Question | str:
        """Return the question, or the word for why it is dropped."""
        question = judge_written(draft)
        if question is None:
            return "not in the format"
        if await asyncio.to_thread(find_nearest, question, others):
            return "much like another"
        blind = await writer.answer(question, asker=asker)
        if not await self._agrees(question, blind):
            return "answered differently when asked blind"
        return question

    async def _agrees(self, question: Question, blind: str) -> bool:
        if question.kind is Kind.CHOICE:
            chosen = question.lettered.get(blind.strip().upper())
            return chosen is not None and chosen.right
        from bot.questions.lint import make_task

        grade = await self.grader.grade(make_task(question), blind)
        return grade.score >= AGREES


async def _require_room(work: UnitOfWork, caller: Caller, count: int) -> None:
    room = MOST_WAITING - await work.drafts.count_waiting(caller.workspace.id)
    if count > room:
        raise CommandError(
            f"The queue has room for {max(room, 0)} more. Decide on some first: "
            "/fastapi-quiz questions list"
        )


async def _add(work: UnitOfWork, caller: Caller, question: Question, source: str) -> QueueItem:
    item = QueueItem(
        workspace_id=caller.workspace.id,
        number=0,
        kind=ItemKind.GENERATED,
        question=question,
        source=source,
        at=caller.now,
        channel=caller.channel,
    )
    if source == TEMPLATES:
        return await work.drafts.add(item)
    return await add_named(work, item)


def _explain_nothing(harvest: Harvest) -> str:
    said = [*dict.fromkeys(harvest.problems), *_list_dropped(harvest)]
    return " ".join(said) or "Nothing new came out. Try another topic: /fastapi-quiz topics"


def _list_dropped(harvest: Harvest) -> list[str]:
    if not harvest.dropped:
        return []
    reasons = ", ".join(f"{count} {reason}" for reason, count in harvest.dropped.items())
    return [f"Dropped: {reasons}."]


def _describe(items: Sequence[QueueItem], harvest: Harvest, waiting: int) -> Reply:
    sources = Counter(source for _, source in harvest.drafts)
    made = ", ".join(f"{count} by {source}" for source, count in sources.items())
    problems = dict.fromkeys(harvest.problems)
    said = [f"New in the queue: {made}.", *_list_dropped(harvest), *problems]
    facts = {
        "items": [item.number for item in items],
        "sources": dict(sources),
        "dropped": dict(harvest.dropped),
    }
    entries = [
        QueueEntry(item, "", tuple(list_remarks(item.question))[:MOST_REMARKS])
        for item in items[:SHOWN]
    ]
    return Reply([NoticeCard(" ".join(said), facts), QueueCard(tuple(entries), waiting)])
