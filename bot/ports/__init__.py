"""What the core needs of the world, as protocols."""

from bot.ports.answers import PastAnswers
from bot.ports.attempts import Attempts
from bot.ports.bank import Questions
from bot.ports.chat import ChatPort, Found, Handle, Platform
from bot.ports.clock import Clock
from bot.ports.deliveries import Deliveries
from bot.ports.grading import Grader
from bot.ports.installations import Installations, OneTimeTokens
from bot.ports.model import Assessor, Meter, ModelBook
from bot.ports.people import Members, Notice, Notices, Workspaces
from bot.ports.scheduling import Agenda, Schedules, Wakes
from bot.ports.storage import Storage, UnitOfWork
from bot.ports.writing import QuestionWriter

__all__ = [
    "Agenda",
    "Assessor",
    "Attempts",
    "ChatPort",
    "Clock",
    "Deliveries",
    "Found",
    "Grader",
    "Handle",
    "Installations",
    "Members",
    "Meter",
    "ModelBook",
    "Notice",
    "Notices",
    "OneTimeTokens",
    "PastAnswers",
    "Platform",
    "QuestionWriter",
    "Questions",
    "Schedules",
    "Storage",
    "UnitOfWork",
    "Wakes",
    "Workspaces",
]
