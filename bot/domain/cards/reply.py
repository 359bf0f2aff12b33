"""All cards, and the answer to an event.

Beside its own fields a card may have `buttons`; `pictures`, a sequence of
`bot.domain.pictures.Picture` to be drawn; and `attachments`, files that are ready. Every
platform sends them with the card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.cards.admin import PreviewCard, ScheduleCard, SchedulesCard, StatusCard
from bot.domain.cards.bank import BankCard, BankQuestionCard
from bot.domain.cards.digest import DigestCard
from bot.domain.cards.history import HistoryCard, PastAnswerCard
from bot.domain.cards.interviews import MockCard, MockHistoryCard, MockReportCard
from bot.domain.cards.questions import GradeCard, QuestionCard, RevealCard
from bot.domain.cards.queue import QueueCard
from bot.domain.cards.sentences import (
    ErrorCard,
    FormCard,
    HelpCard,
    LinkCard,
    NoticeCard,
    TopicsCard,
)
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
    | DigestCard
    | MockCard
    | MockReportCard
    | MockHistoryCard
    | ScheduleCard
    | SchedulesCard
    | PreviewCard
    | StatusCard
    | QueueCard
    | BankCard
    | BankQuestionCard
    | HelpCard
    | TopicsCard
    | NoticeCard
    | LinkCard
    | ErrorCard
    | FormCard
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What an event is answered with: cards for the caller alone, or for all in the channel."""

    cards: Sequence[Card]
    public: bool = False
