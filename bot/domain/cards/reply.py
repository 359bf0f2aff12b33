"""All cards, and the answer to an event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.cards.admin import PreviewCard, ScheduleCard, SchedulesCard, StatusCard
from bot.domain.cards.history import HistoryCard, PastAnswerCard
from bot.domain.cards.questions import GradeCard, QuestionCard, RevealCard
from bot.domain.cards.sentences import ErrorCard, FormCard, HelpCard, NoticeCard, TopicsCard
from bot.domain.cards.standings import LeaderboardCard, LedgerCard, StreakCard

Card = (
    QuestionCard
    | RevealCard
    | GradeCard
    | HistoryCard
    | PastAnswerCard
    | StreakCard
    | LedgerCard
    | LeaderboardCard
    | ScheduleCard
    | SchedulesCard
    | PreviewCard
    | StatusCard
    | HelpCard
    | TopicsCard
    | NoticeCard
    | ErrorCard
    | FormCard
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What an event is answered with: cards for the caller alone, or for all in the channel."""

    cards: Sequence[Card]
    public: bool = False
