"""Shows the answer to whoever asks, and takes self-ratings."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands import Call, Caller, Press, handles, handles_button
from bot.domain.attempt import AttemptKind
from bot.domain.cards import Card, NoticeCard, Reply, RevealCard
from bot.domain.delivery import Delivery
from bot.domain.formatting import plural
from bot.domain.people import Workspace
from bot.domain.review import rate_word
from bot.domain.schedule import RevealMode
from bot.ports import Storage, UnitOfWork
from bot.services.reconciling import Reconciling
from bot.services.reviewing import go_on
from bot.services.settling import draft_reveal
from bot.services.shown import Shown, find_shown, load_shown, make_attempt
from bot.services.streaks import count_streak


@dataclass
class Revealing:
    """A reveal is taking part. Seen before answering it costs the points, not the streak."""

    storage: Storage
    reconciling: Reconciling

    @handles("reveal")
    async def reveal_newest(self, call: Call) -> Reply:
        """Show the answer to the newest question."""
        return await self._reveal(call.caller)

    @handles_button("reveal")
    async def press_reveal(self, press: Press) -> Reply:
        """Show the answer to the question that the button is under."""
        return await self._reveal(press.caller, press.key, press.message_id)

    async def _reveal(self, caller: Caller, key: str = "", message_id: str = "") -> Reply:
        """Show the answer to the caller alone."""
        async with self.storage.writing() as work:
            shown = await find_shown(work, caller, key, message_id)
            return Reply([await self._log_reveal(work, caller, shown)])

    async def find_question(
        self, workspace: Workspace, channel: str, message_id: str
    ) -> Delivery | None:
        """Return the question that the message is; one in doubt is looked for at once."""
        for is_last_try in (False, True):
            async with self.storage.reading() as work:
                found = await work.deliveries.by_message(workspace.id, channel, message_id)
            if found is not None or is_last_try:
                return found
            await self.reconciling.reconcile_channel(workspace, channel)
        return None

    async def react(self, caller: Caller, delivery: Delivery) -> Reply | None:
        """Show the answer, or in a `reveal:thread` schedule post it once for all."""
        async with self.storage.writing() as work:
            card = await self._log_reveal(work, caller, await load_shown(work, caller, delivery))
            if delivery.reveal is RevealMode.PRIVATE:
                return Reply([card])
            draft = draft_reveal(caller.workspace, delivery, caller.now)
            await work.deliveries.hasten(draft)
            return None

    async def _log_reveal(self, work: UnitOfWork, caller: Caller, shown: Shown) -> RevealCard:
        done = await work.attempts.kinds(caller.workspace.id, caller.member.id, shown.delivery.id)
        await work.attempts.add(make_attempt(caller, shown, AttemptKind.REVEAL))
        return RevealCard(
            shown.question,
            shown.delivery.key,
            forfeits=AttemptKind.ANSWER not in done and shown.delivery.member_id is None,
            late=shown.late,
        )

    @handles_button("rate")
    async def rate(self, press: Press) -> Reply:
        """Take the member's own word for how well they knew it; the first word counts."""
        caller, rating = press.caller, press.value
        async with self.storage.writing() as work:
            shown = await find_shown(work, caller, press.key)
            first, further = await self._keep_rating(work, caller, shown, rating)
            streak = await count_streak(work, caller.member, caller.now)
        said = "Noted." if first else "Your first word on this question stays."
        text = f"{said} Your streak is {plural(streak.current, 'question day')}."
        noted = NoticeCard(text, {"question_id": shown.question.id, "rating": rating})
        return Reply([noted, *further])

    async def _keep_rating(
        self, work: UnitOfWork, caller: Caller, shown: Shown, word: str
    ) -> tuple[bool, list[Card]]:
        """Log a self-rating; it feeds the reviews unless an answer of theirs was graded.

        Returns whether it is the first one, and what practice asks next.
        """
        rating = rate_word(word)
        if rating is None:
            return False, []
        done = await work.attempts.kinds(caller.workspace.id, caller.member.id, shown.delivery.id)
        new = await work.attempts.add(make_attempt(caller, shown, AttemptKind.SELF_RATING, word))
        if not new or AttemptKind.ANSWER in done:
            return new, []
        return new, await go_on(work, caller, shown.question, shown.delivery.key, rating)
