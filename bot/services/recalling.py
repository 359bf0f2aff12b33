"""Shows members what they answered, and what they were told."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands import Call, Caller, handles
from bot.domain.cards import HistoryCard, HistoryLine, PastAnswerCard, Reply
from bot.errors import NotFound
from bot.ports import Storage, UnitOfWork

A_PAGE = 10


@dataclass
class Recalling:
    """Answers `history`: the caller's own first answers, and nobody else's."""

    storage: Storage

    @handles("history")
    async def show_history(self, call: Call) -> Reply:
        """List a page of them, or show one whole."""
        async with self.storage.reading() as work:
            if "number" in call.options:
                return Reply([await self._load_one(work, call.caller, call.options["number"])])
            return Reply([await self._load_page(work, call.caller, call.options.get("page", 1))])

    async def _load_page(self, work: UnitOfWork, caller: Caller, page: int) -> HistoryCard:
        own = (caller.workspace.id, caller.member.id)
        total = await work.past_answers.count(*own)
        pages = max(1, -(-total // A_PAGE))
        if not 1 <= page <= pages:
            raise NotFound(f"There is no page {page}: the last one is {pages}.")
        found = await work.past_answers.newest(*own, (page - 1) * A_PAGE, A_PAGE)
        keys = [answer.question_key for answer in found]
        questions = await work.questions.get_many(caller.workspace.id, keys)
        lines = (
            HistoryLine(answer, questions[answer.question_key].title)
            for answer in found
            if answer.question_key in questions
        )
        return HistoryCard(tuple(lines), total, page)

    async def _load_one(self, work: UnitOfWork, caller: Caller, number: int) -> PastAnswerCard:
        answer = await work.past_answers.find(caller.workspace.id, caller.member.id, number)
        keys = [answer.question_key] if answer else []
        questions = await work.questions.get_many(caller.workspace.id, keys)
        if answer is None or answer.question_key not in questions:
            raise NotFound(
                f"You have no answer {number}. Type /fastapi-quiz history to see their numbers."
            )
        return PastAnswerCard(answer, questions[answer.question_key])
