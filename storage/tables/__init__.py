"""The only table classes. Every row belongs to a workspace, but for the shipped bank."""

from storage.tables.deliveries import AttemptRow, DeliveryRow, ScheduleRow
from storage.tables.people import (
    AdminRoleRow,
    AwayRow,
    MemberRow,
    NoticeRow,
    VisitRow,
    WorkspaceRow,
)
from storage.tables.practice import InterviewRow, InterviewStepRow, ReminderRow, ReviewRow
from storage.tables.questions import DraftRow, PackRow, QuestionRow, RetiredQuestionRow
from storage.tables.services import (
    AdapterWordRow,
    InstallationRow,
    KeptGradeRow,
    ModelUseRow,
    OneTimeTokenRow,
    ProcessRow,
    ReceivedEventRow,
)
from storage.tables.shared import restrict_indexes, table_of
from storage.tables.standings import StreakRow, TotalRow, TotalStepRow

__all__ = [
    "AdapterWordRow",
    "AdminRoleRow",
    "AttemptRow",
    "AwayRow",
    "DeliveryRow",
    "DraftRow",
    "InstallationRow",
    "InterviewRow",
    "InterviewStepRow",
    "KeptGradeRow",
    "MemberRow",
    "ModelUseRow",
    "NoticeRow",
    "OneTimeTokenRow",
    "PackRow",
    "ProcessRow",
    "QuestionRow",
    "ReceivedEventRow",
    "ReminderRow",
    "RetiredQuestionRow",
    "ReviewRow",
    "ScheduleRow",
    "StreakRow",
    "TotalRow",
    "TotalStepRow",
    "VisitRow",
    "WorkspaceRow",
    "restrict_indexes",
    "table_of",
]
