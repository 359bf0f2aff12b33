"""What the core needs of the world, as protocols."""

from bot.ports.answers import PastAnswers
from bot.ports.attempts import Attempts
from bot.ports.bank import Questions
from bot.ports.chat import ChatPort, Found, Handle, Platform
from bot.ports.clock import Clock
from bot.ports.curating import Curation
from bot.ports.deliveries import Deliveries, Leases
from bot.ports.digests import Digests
from bot.ports.drafts import Drafts
from bot.ports.grading import Grader
from bot.ports.installations import Installations, OneTimeTokens
from bot.ports.interviews import Interviews
from bot.ports.metering import NO_METER, CallOutcome, Meter, NoMeter
from bot.ports.model import Assessor, ModelBook, ModelMeter
from bot.ports.operations import Operations
from bot.ports.people import Members, Notice, Notices, Workspaces
from bot.ports.posts import Posts
from bot.ports.receiving import ReceivedEvents
from bot.ports.reviews import Missed, Reminders, Reviews
from bot.ports.roles import AdminRoles
from bot.ports.scheduling import Agenda, Move, Schedules, Wakes
from bot.ports.standings import Streaks, Totals
from bot.ports.storage import Storage, UnitOfWork
from bot.ports.tenancy import Tenancy
from bot.ports.visits import Visits
from bot.ports.writing import QuestionWriter

__all__ = [
    "NO_METER",
    "AdminRoles",
    "Agenda",
    "Assessor",
    "Attempts",
    "CallOutcome",
    "ChatPort",
    "Clock",
    "Curation",
    "Deliveries",
    "Digests",
    "Drafts",
    "Found",
    "Grader",
    "Handle",
    "Installations",
    "Interviews",
    "Leases",
    "Members",
    "Meter",
    "Missed",
    "ModelBook",
    "ModelMeter",
    "Move",
    "NoMeter",
    "Notice",
    "Notices",
    "OneTimeTokens",
    "Operations",
    "PastAnswers",
    "Platform",
    "Posts",
    "QuestionWriter",
    "Questions",
    "ReceivedEvents",
    "Reminders",
    "Reviews",
    "Schedules",
    "Storage",
    "Streaks",
    "Tenancy",
    "Totals",
    "UnitOfWork",
    "Visits",
    "Wakes",
    "Workspaces",
]
