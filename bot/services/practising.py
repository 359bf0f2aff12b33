"""Answers `practice`: due reviews one after another, and drills when nothing is due."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from bot.commands import Call, Caller, Press, handles, handles_button
from bot.domain.cards import NoticeCard, Reply
from bot.domain.people import Level
from bot.domain.question import Question, QuestionFilter, QuestionSummary, digest_versions
from bot.errors import NotFound
from bot.ports import Storage, UnitOfWork
from bot.services.generating import DRILLS, Generating
from bot.services.reviewing import ask_due, show_private, tell_due

BATCH = 5
"""Drills made at once: starting the generator costs more than a question does."""
MOST_KEPT = 200


@dataclass
class Practising:
    """Asks what is due; answers and ratings lead on from there (`reviewing.go_on`)."""

    storage: Storage
    generating: Generating

    @handles("practice")
    async def practise(self, call: Call) -> Reply:
        """Ask the next due review, or say when one is due; with `drill` ask a drill."""
        if call.options.get("drill"):
            return await self._drill(call.caller)
        async with self.storage.writing() as work:
            return Reply([await ask_due(work, call.caller)])

    async def tell_due(self, caller: Caller) -> NoticeCard:
        """Say how many reviews are due, or when the next one is."""
        async with self.storage.writing() as work:
            return await tell_due(work, caller)

    @handles_button("practice")
    async def press_drill(self, press: Press) -> Reply:
        """Ask a drill."""
        return await self._drill(press.caller)

    async def _drill(self, caller: Caller) -> Reply:
        """Ask a generated question that the caller has not had; there is no end of them.

        Raises:
            CommandError: the generator's part is not installed, with what to install.
        """
        async with self.storage.writing() as work:
            fresh, had = await self._find_fresh(work, caller)
            if fresh:
                return Reply([await show_private(work, caller, fresh, "drill", due=0)])
        made = await self._make(caller, had)
        async with self.storage.writing() as work:
            kept = await work.questions.pack_questions(caller.workspace.id, DRILLS)
            both = {each.id: replace(each, pack=DRILLS) for each in (*kept, *made)}
            newest = list(both.values())[-MOST_KEPT:]
            digest = digest_versions(question.version for question in newest)
            await work.questions.store_pack(
                DRILLS, digest, newest, caller.workspace.id, on_request=True
            )
        # in a transaction of its own: what a deck remembers can't be taken back any more
        async with self.storage.writing() as work:
            fresh, _ = await self._find_fresh(work, caller)
            if fresh is None:
                raise NotFound("There is no new drill just now. Try again in a minute.")
            return Reply([await show_private(work, caller, fresh, "drill", due=0)])

    async def _find_fresh(
        self, work: UnitOfWork, caller: Caller
    ) -> tuple[QuestionSummary | None, int]:
        """Return a stored drill that the caller has not had, and how many they had."""
        workspace_id, member = caller.workspace.id, caller.member
        had = await work.deliveries.rounds_of(workspace_id, member.id)
        stored = await work.questions.deck(workspace_id, QuestionFilter(pack=DRILLS))
        fresh = [question for question in stored if question.id not in had]
        suited = [question for question in fresh if question.level == member.level]
        return next(iter(suited or fresh), None), len(had)

    async def _make(self, caller: Caller, had: int) -> list[Question]:
        """Make drills of the caller's level if there are such templates."""
        seed = f"{caller.workspace.seed}/{caller.member.id}/{had}/drills"
        dice = Random(seed)  # noqa: S311 - picks variants of drills, guards nothing
        level: Level | None = caller.member.level
        number = dice.getrandbits(31)
        try:
            return await self.generating.draft_questions(None, level, BATCH, number)
        except NotFound:
            return await self.generating.draft_questions(None, None, BATCH, number)
