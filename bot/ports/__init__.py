"""What the core needs of the world, as protocols."""

from bot.ports.attempts import Attempts
from bot.ports.bank import Questions
from bot.ports.chat import ChatPort, Found, Handle, Platform
from bot.ports.clock import Clock
from bot.ports.curating import Curation
from bot.ports.deliveries import Deliveries
from bot.ports.drafts import Drafts
from bot.ports.grading import Grader
from bot.ports.installations import Installations, OneTimeTokens
from bot.ports.people import Members, Notice, Notices, Workspaces
from bot.ports.receiving import ReceivedEvents
from bot.ports.scheduling import Agenda, Schedules, Wakes
from bot.ports.storage import Storage, UnitOfWork
from bot.ports.writing import QuestionWriter

__all__ = [
    "Agenda",
    "Attempts",
    "ChatPort",
    "Clock",
    "Curation",
    "Deliveries",
    "Drafts",
    "Found",
    "Grader",
    "Handle",
    "Installations",
    "Members",
    "Notice",
    "Notices",
    "OneTimeTokens",
    "Platform",
    "QuestionWriter",
    "Questions",
    "ReceivedEvents",
    "Schedules",
    "Storage",
    "UnitOfWork",
    "Wakes",
    "Workspaces",
]
