"""What goes out, in no platform's words: adapters render cards.

Plain `str` fields are plain text, which a renderer escapes for its platform; `Markdown`
comes from reviewed packs. `data()` holds what a card was made of, as JSON values.
"""

from bot.domain.cards.admin import (
    PreviewCard,
    ScheduleCard,
    SchedulesCard,
    StatusCard,
    describe_delivery,
    describe_schedule,
)
from bot.domain.cards.bank import BankCard, BankQuestionCard, BankRow
from bot.domain.cards.digest import DigestCard, HardestQuestion
from bot.domain.cards.history import HistoryCard, HistoryLine, PastAnswerCard
from bot.domain.cards.interviews import MockCard, MockHistoryCard, MockReportCard
from bot.domain.cards.parts import Attachment, Button, FormField
from bot.domain.cards.questions import Counts, GradeCard, NoAnswerCard, QuestionCard, RevealCard
from bot.domain.cards.queue import QueueCard, QueueEntry
from bot.domain.cards.reply import Card, Reply
from bot.domain.cards.sentences import (
    ErrorCard,
    FormCard,
    HelpCard,
    LinkCard,
    NoticeCard,
    TopicsCard,
    UsageCard,
)
from bot.domain.cards.standings import LeaderboardCard, LedgerCard, Standing, StreakCard

__all__ = [
    "Attachment",
    "BankCard",
    "BankQuestionCard",
    "BankRow",
    "Button",
    "Card",
    "Counts",
    "DigestCard",
    "ErrorCard",
    "FormCard",
    "FormField",
    "GradeCard",
    "HardestQuestion",
    "HelpCard",
    "HistoryCard",
    "HistoryLine",
    "LeaderboardCard",
    "LedgerCard",
    "LinkCard",
    "MockCard",
    "MockHistoryCard",
    "MockReportCard",
    "NoAnswerCard",
    "NoticeCard",
    "PastAnswerCard",
    "PreviewCard",
    "QuestionCard",
    "QueueCard",
    "QueueEntry",
    "Reply",
    "RevealCard",
    "ScheduleCard",
    "SchedulesCard",
    "Standing",
    "StatusCard",
    "StreakCard",
    "TopicsCard",
    "UsageCard",
    "describe_delivery",
    "describe_schedule",
]
