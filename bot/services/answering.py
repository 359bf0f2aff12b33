"""Takes answers, grades them, and keeps the first one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.commands import Call, Caller, handles
from bot.domain.attempt import AttemptKind, points_for
from bot.domain.cards import (
    Card,
    FormCard,
    FormField,
    GradeCard,
    NoAnswerCard,
    QuestionCard,
    Reply,
)
from bot.domain.deck import Deck
from bot.domain.delivery import Draft
from bot.domain.grading import Grade
from bot.domain.question import QuestionFilter
from bot.domain.review import rate_grade
from bot.domain.wording import describe_no_answer
from bot.domain.writing import Asker
from bot.errors import CommandError
from bot.ports import Grader, Storage, UnitOfWork
from bot.services.fitting import explain_misfit
from bot.services.marking import mark_answer
from bot.services.reviewing import go_on
from bot.services.shown import (
    Shown,
    draft_private,
    find_shown,
    leave_out_shown,
    look_up_shown,
    make_attempt,
    show_posted,
)
from bot.services.streaks import log_and_count

LONGEST_ANSWER = 40_000
"""Characters; twice what the longest form of any platform takes."""


@dataclass
class Answering:
    """Shows questions to one member and scores what they answer."""

    storage: Storage
    grader: Grader

    @handles("today")
    async def show_today(self, call: Call) -> Reply:
        """Show the channel's newest question again; `answer` and `reveal` then mean that one."""
        shown = await show_posted(self.storage, call.caller)
        return Reply([QuestionCard.of(shown.delivery, shown.question, call.caller.workspace)])

    @handles("ask")
    async def ask(self, call: Call) -> Reply:
        """Pick a question for the caller alone, from what they have not seen yet."""
        caller = call.caller
        level = call.options.get("level", caller.member.level)
        wanted = QuestionFilter(level=level, topic=call.options.get("topic"))
        async with self.storage.writing() as work:
            draft = await self._draft_private(work, caller, wanted)
            await work.deliveries.insert([draft])
            shown = await find_shown(work, caller, draft.key)
        return Reply([QuestionCard.of(shown.delivery, shown.question, caller.workspace)])

    async def _draft_private(
        self, work: UnitOfWork, caller: Caller, wanted: QuestionFilter
    ) -> Draft:
        deck = await work.questions.deck(caller.workspace.id, wanted)
        if not deck:
            raise await explain_misfit(work, caller.workspace.id, wanted)
        others = Deck(await leave_out_shown(work, caller, deck))
        seen = await work.deliveries.rounds_of(caller.workspace.id, caller.member.id)
        pick = others.pick(seen, (), f"{caller.workspace.seed}/{caller.member.id}")
        return draft_private(caller, pick.question, len(seen), pick.round)

    async def answer_newest(self, call: Call) -> Reply:
        """Grade the text, or open the form when there is none."""
        if "text" not in call.options:
            return await self.open_form(call.caller)
        return await self.answer(call.caller, call.options["text"])

    async def open_form(self, caller: Caller, key: str = "", message_id: str = "") -> Reply:
        """Open the answer form of a question."""
        shown = await look_up_shown(self.storage, caller, key, message_id)
        field = FormField("text", "Your answer", "multiline", required=True)
        title, key = shown.question.title, shown.delivery.key
        return Reply([FormCard("answer", title, key, (field,), shown.question)])

    async def answer(self, caller: Caller, text: str, key: str = "", message_id: str = "") -> Reply:
        """Grade an answer; the first one in counts, later ones are practice.

        Raises:
            CommandError: no text, too long a text, or no such choice.
        """
        require_text(text)
        shown = await look_up_shown(self.storage, caller, key, message_id)
        asker = Asker(caller.workspace.id, caller.member.id)
        grade = await mark_answer(self.grader, shown.question, text, asker)
        if shown.delivery.member_id is not None:
            require_words(grade)
        async with self.storage.writing() as work:
            return Reply(await self._keep(work, caller, shown, text, grade))

    async def _keep(
        self, work: UnitOfWork, caller: Caller, shown: Shown, text: str, grade: Grade
    ) -> list[Card]:
        delivery = shown.delivery
        done = await work.attempts.kinds(caller.workspace.id, caller.member.id, delivery.id)
        known = await work.deliveries.is_answer_known(delivery, caller.member.id, caller.now)
        revealed_at = done.get(AttemptKind.REVEAL)
        # not what was shown while a model graded: it came after the answer
        revealed = known or (revealed_at is not None and revealed_at <= caller.now)
        first = AttemptKind.ANSWER not in done
        private = delivery.member_id is not None
        if first and not (grade.is_answer or revealed or private):
            return [await _hear_out(work, caller, shown, grade)]
        grade = grade.give_up()
        points = points_for(grade.score, shown.question.level, late=shown.late, revealed=revealed)
        if private:
            points = 0
        practice = replace(make_attempt(caller, shown, AttemptKind.ANSWER, text), grade=grade)
        logged = replace(practice, first=True, points=points) if first else practice
        new, streak = await log_and_count(work, logged, caller.now)
        if not new:  # another process has taken the first one in the same instant
            first = False
            await work.attempts.add(practice)
        further: list[Card] = []
        if first and AttemptKind.SELF_RATING not in done:
            rating = rate_grade(grade, looked=revealed)
            further = await go_on(work, caller, shown.question, delivery.key, rating)
        card = GradeCard(
            question=shown.question,
            grade=grade,
            earned=points if first else 0,
            first=first,
            late=shown.late,
            revealed=revealed,
            streak=streak,
            private=private,
        )
        return [card, *further]


async def _hear_out(work: UnitOfWork, caller: Caller, shown: Shown, grade: Grade) -> NoAnswerCard:
    """Take what was no answer yet as taking part, and give nothing away of the model answer."""
    _, streak = await log_and_count(work, make_attempt(caller, shown, AttemptKind.TRY), caller.now)
    said = describe_no_answer(streak)
    return NoAnswerCard.of(shown.question, shown.delivery.key, grade, said, late=shown.late)


def require_text(text: str) -> None:
    """Refuse what is no answer at all.

    Raises:
        CommandError: no text, or too long a text.
    """
    if not text.strip():
        raise CommandError("There is no answer in that. Type a sentence or two.")
    if len(text) > LONGEST_ANSWER:
        raise CommandError(
            f"That answer has {len(text):,} characters; {LONGEST_ANSWER:,} are the most. "
            "Shorten it and send it again: nothing was counted."
        )


def require_words(grade: Grade) -> None:
    """Refuse a slip of the hand, such as the letter of a choice where there are none.

    Raises:
        CommandError: there was no word of the member's own in the answer.
    """
    if grade.is_slip:
        raise CommandError(f"{grade.feedback} Nothing was counted.")
