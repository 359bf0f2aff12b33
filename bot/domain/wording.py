"""What the bot says on every platform: plain sentences, to be escaped and laid out by adapters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from unicodedata import bidirectional

from bot.domain.assessment import GradingStatus, ModelUse
from bot.domain.attempt import PastAnswer
from bot.domain.cards import (
    DigestCard,
    GradeCard,
    HelpCard,
    HistoryCard,
    HistoryLine,
    PreviewCard,
    QuestionCard,
    RevealCard,
    ScheduleCard,
    Standing,
    StatusCard,
    StreakCard,
)
from bot.domain.cards.standings import PERIODS as PERIODS
from bot.domain.delivery import Delivery, DeliveryState, Purpose, describe_mend
from bot.domain.emoji import show_emoji
from bot.domain.formatting import format_duration, percent, plural
from bot.domain.schedule import WEEKDAYS, RevealMode, Schedule
from bot.domain.streak import (
    DAYS_PER_FREEZE,
    MOST_FREEZES,
    LedgerDay,
    Outcome,
    Streak,
    count_before,
)

PURPOSES = {Purpose.QUESTION: "question", Purpose.REVEAL: "answer", Purpose.DIGEST: "digest"}
NOBODY_YET = "Nobody has points yet. Answer today's question."
NO_SCHEDULE = "There is no schedule yet. Type: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin"
NO_QUESTION_DAY = "There was no question day yet."
ERASED = "Your data here was erased just now, and this with it. Do it again to begin anew."
NOTHING_DUE = "Nothing was due yet."

_OUTCOMES = {
    Outcome.TOOK_PART: "took part",
    Outcome.FREEZE: "missed, a freeze was spent",
    Outcome.AWAY: "away, not counted",
    Outcome.OPEN: "open until the next question day",
    Outcome.MISSED: "missed",
}


def introduce_help(card: HelpCard) -> str:
    """Say what the bot is for, above its commands."""
    return f"A FastAPI interview question each day. {invite_reaction(card.emoji)}"


def name_admins_part(card: HelpCard) -> str:
    """Say below a member's commands what they can ask an admin for; nothing to an admin."""
    *words, last = card.admin_words or ("",)
    return f"Admins also have {', '.join(words)} and {last}." if words else ""


_LEFT_TO_RIGHT = "\u200e"


def write_name(name: str) -> str:
    """Keep a name of right-to-left letters from turning around what stands beside it."""
    turns = any(bidirectional(letter) in ("R", "AL") for letter in name)
    return f"{_LEFT_TO_RIGHT}{name}{_LEFT_TO_RIGHT}" if turns else name


def introduce_streak(streak: Streak) -> str:
    """Say the current number; whose it is stands before it."""
    return f"{plural(streak.current, 'question day')} in a row"


def explain_streak(card: StreakCard) -> list[str]:
    """Say what stands below the number, a line each."""
    streak = card.streak
    lines = [f"Longest {streak.longest} · freezes {streak.freezes} of {MOST_FREEZES}"]
    if streak.freezes < MOST_FREEZES:  # one that is earned beyond them is not kept
        left = DAYS_PER_FREEZE - streak.current % DAYS_PER_FREEZE
        lines[0] += f" · next freeze in {plural(left, 'question day')}"
    if card.away_until:
        lines.append(f"Away until {card.away_until}: the count waits.")
    return lines


def introduce_ledger(streak: Streak) -> str:
    """Say what a ledger adds up to; whose it is stands before it."""
    return f"streak {streak.current}, longest {streak.longest}"


def introduce_schedule(card: ScheduleCard) -> str:
    """Say which schedule it is, and what was done to it."""
    return f"Schedule {card.schedule.number} {card.said}".strip()


def list_slots(card: PreviewCard) -> list[str]:
    """Write the posts to come, a line each."""
    return [f"{slot:%a %Y-%m-%d %H:%M %Z}" for slot in card.slots]


def introduce_preview(card: PreviewCard) -> str:
    """Say whose posts a preview lists, and whether they only come once somebody resumes."""
    head = f"Next posts of schedule {card.schedule.number} ({card.schedule.rhythm.zone})"
    paused = card.schedule.paused_because is not None
    return f"{head}, once it is resumed: it is paused" if paused else head


def introduce_posts(card: StatusCard) -> str:
    """Say which posts a status lists, and in which zone their times are."""
    listed = f"Posts that are {card.state}" if card.state else "Newest posts"
    return f"{listed}, page {card.page}" if card.page > 1 else listed


def explain_posts(card: StatusCard) -> str:
    """Say how to see older posts, where there are any."""
    state = f" state:{card.state}" if card.state else ""
    return f"Older ones: /fastapi-quiz status{state} page:{card.page + 1}" if card.more else ""


_LABELS = {"id": "Schedule", "tz": "Time zone", "timezone": "Time zone", "reveal": "The answer is"}


def name_field(name: str) -> str:
    """Return what stands above a form's field."""
    return _LABELS.get(name, name.replace("-", " ").capitalize())


_GRADERS = {"lexical": "matching words", "semantic": "matching meaning"}


def name_grader(grader: str) -> str:
    """Say how an answer was scored, and by which grader; what it adds to its name is kept."""
    how = _GRADERS.get(grader.partition(",")[0])
    if grader == "choice":
        return "the choice"
    return f"{how} ({grader})" if how else grader


def introduce_question(card: QuestionCard) -> str:
    """Say what kind of question it is; its title comes behind a colon."""
    if card.due is not None:
        return f"Practice, {card.due} due" if card.due else "Drill"
    asked = "Question of the day" if card.schedule_number else "A question for you"
    return f"{asked} (late)" if card.late else asked


def invite_reaction(emoji: str) -> str:
    """Say how one sees the answer."""
    return f"React with {show_emoji(emoji)} to see the answer."


def list_reveal_notes(card: RevealCard) -> list[str]:
    """Say what seeing the answer means for the one who asked."""
    notes = []
    if card.late:
        notes.append("This question's day is over, so it no longer counts for your streak.")
    if card.forfeits:
        safe = "." if card.late else ", your streak is safe."
        notes.append(f"You looked before answering: no points for this one{safe}")
    return [*notes, "How well did you know it?"]


def describe_counts(answered: int, revealed: int) -> str:
    """Say how many did what with a question."""
    return f"{answered} answered, {revealed} looked."


def describe_earned(card: GradeCard) -> str:
    """Say what an answer counts for, and where the streak stands; which question it answers where
    that need not be the channel's."""
    if card.private:
        earned = f"“{card.question.title}” was yours alone: no points, just practice."
    elif not card.first:
        earned = "Practice: your first answer stays the one that counts."
    elif card.revealed:
        earned = "No points: the answer was already shown."
    elif card.late:
        earned = f"{plural(card.earned, 'point')}, half because this question's day is over."
    else:
        earned = f"{plural(card.earned, 'point')}."
    return f"{earned} Streak: {plural(card.streak.current, 'question day')}."


def describe_no_answer(streak: Streak) -> str:
    """Say what follows from an answer that was none yet."""
    return (
        "Nothing is graded yet, so answer again, or press Reveal to see the answer. "
        f"Streak: {plural(streak.current, 'question day')}."
    )


def list_digest_news(card: DigestCard) -> list[str]:
    """Say what a digest tells beside the table; names and titles as people typed them."""
    news = [] if card.rows else ["Nobody earned points. Answers earn them."]
    if card.streaks:
        told = ", ".join(
            f"{write_name(member)} ({plural(days, 'day')})" for member, days in card.streaks
        )
        news.append(f"New longest streaks: {told}.")
    if card.hardest:
        average = f"{percent(card.hardest.average)} on average"
        answers = plural(card.hardest.answers, "answer")
        news.append(f"Hardest question: {card.hardest.title} ({average}, {answers}).")
    return news


def describe_standing(row: Standing) -> str:
    """Write a line of a leaderboard, behind its rank; names as people typed them."""
    points = plural(row.points, "point")
    return f"{write_name(row.member)} · {points} · streak {row.streak}"


def list_ledger(days: Sequence[LedgerDay]) -> list[str]:
    """Explain each question day in a line, and those before the first with part taken in one."""
    before = count_before(days)
    first = [f"{plural(before, 'question day')} before taking part, not counted"] if before else []
    return [*first, *map(describe_ledger_day, days[before:])]


def describe_ledger_day(day: LedgerDay) -> str:
    """Explain one question day in a line, which a phone may break anywhere."""
    what = _OUTCOMES[day.outcome]
    return f"{day.date:%Y-%m-%d %a} · {what} · streak {day.streak} · freezes {day.freezes}"


def list_schedule_facts(schedule: Schedule) -> list[str]:
    """Say what a schedule is, but for its channel, which each platform names its own way."""
    where = "in the thread" if schedule.reveal is RevealMode.THREAD else "in private"
    facts = [f"at {schedule.rhythm}", str(schedule.wanted), f"answer {where}"]
    if schedule.reveal_after:
        facts.append(f"for all after {format_duration(schedule.reveal_after)}")
    if schedule.discussion:
        facts.append("with a thread to discuss it")
    if schedule.digest is not None:
        facts.append(f"digest on {WEEKDAYS[schedule.digest]}")
    if schedule.paused_because:
        facts.append(f"paused: {schedule.paused_because}")
    if schedule.next_due_at:
        local = schedule.rhythm.to_local(schedule.next_due_at)
        facts.append(f"next {local:%a %Y-%m-%d %H:%M}")
    return facts


_LATE = timedelta(minutes=1)
"""Members read times by the minute."""


def describe_fate(delivery: Delivery) -> str:
    """Say what a delivery was and what became of it."""
    what = PURPOSES[delivery.purpose]
    fate = f"{what}: {delivery.state}"
    if delivery.posted_at:
        late = delivery.posted_at - delivery.due_at
        on_time = late < _LATE
        fate += ", on time" if on_time else f", {format_duration(late)} after it was due"
    if delivery.tries > 1:
        fate += f", tried {delivery.tries} times"
    if delivery.reason and delivery.state is not DeliveryState.CONFIRMED:
        fate += f". {delivery.reason}"
    mend = describe_mend(delivery)
    return f"{fate} {mend}" if mend else fate


def list_grading_facts(grading: GradingStatus) -> list[str]:
    """Say who grades, and what a language model was asked for and came to."""
    facts = grading.facts
    lines = [f"Answers are scored by {name_grader(facts.name)}.", *facts.problems]
    if facts.model:
        limit = f" of {facts.daily_limit:,}" if facts.daily_limit else ""
        lines.append(f"{facts.model} today: {_describe_use(grading.today, limit)}.")
        lines.append(f"In 30 days: {_describe_use(grading.month)}.")
    return lines


def _describe_use(use: ModelUse, limit: str = "") -> str:
    return f"{use.calls:,}{limit} calls, {use.tokens_in:,} tokens in and {use.tokens_out:,} out"


def no_schedule(number: object) -> str:
    """Say that a schedule isn't there, or not any more."""
    return f"There is no schedule {number} here. Type /fastapi-quiz schedule list to see them."


NO_ANSWER_YET = "You have answered no question yet. Type: /fastapi-quiz today"
SHOWN_OF_ANSWER = 3_000
"""Characters of a past answer that a chat shows; all of them are kept."""


def introduce_history(card: HistoryCard) -> str:
    """Say how many answers there are, and on which page this is."""
    page = f", page {card.page}" if card.page > 1 else ""
    return f"{plural(card.total, 'answer')} of yours, newest first{page}"


def describe_past(answer: PastAnswer) -> str:
    """Say when it was given, and what it came to."""
    score = f"{percent(answer.grade.score)} ({answer.grade.band})"
    late = ", late" if answer.late else ""
    return f"{answer.slot:%Y-%m-%d}{late} · {score} · {plural(answer.points, 'point')}"


def describe_history_line(line: HistoryLine) -> str:
    """Write one past answer in a line."""
    return f"#{line.answer.number} {line.title} · {describe_past(line.answer)}"


def explain_history(card: HistoryCard) -> str:
    """Say how to see more."""
    newest = card.lines[0].answer.number if card.lines else 1
    older = bool(card.lines) and card.lines[-1].answer.number > 1
    more = f" Older ones: /fastapi-quiz history page:{card.page + 1}" if older else ""
    return f"One in full: /fastapi-quiz history {newest}{more}"


def quote_answer(answer: PastAnswer) -> str:
    """Give the answer's text, cut where a chat would be flooded."""
    if len(answer.text) <= SHOWN_OF_ANSWER:
        return answer.text
    return f"{answer.text[:SHOWN_OF_ANSWER]}… ({len(answer.text):,} characters in all)"
