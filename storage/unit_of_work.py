"""One transaction, all repositories."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.ports import UnitOfWork
from storage.agenda import AgendaRepository
from storage.answers import PastAnswerRepository
from storage.attempts import AttemptRepository
from storage.curation import CurationRepository
from storage.deliveries import DeliveryRepository
from storage.digests import DigestRepository
from storage.drafts import DraftRepository
from storage.engine import READ, WRITE, explaining_errors, queue_writers
from storage.interviews import InterviewRepository
from storage.leases import LeaseRepository
from storage.model_book import ModelBookRepository
from storage.notices import NoticeRepository
from storage.operations import OperationsRepository
from storage.people import MemberRepository, WorkspaceRepository
from storage.posts import PostRepository
from storage.questions import QuestionRepository, Versions
from storage.reviews import ReminderRepository, ReviewRepository
from storage.roles import AdminRoleRepository
from storage.schedules import ScheduleRepository
from storage.streaks import StreakRepository
from storage.tenancy import TenancyRepository
from storage.totals import TotalRepository
from storage.visits import VisitRepository


class SqlUnitOfWork:
    """All repositories over one session."""

    def __init__(self, session: AsyncSession, dice: random.Random, versions: Versions) -> None:
        self.workspaces = WorkspaceRepository(session, dice)
        self.members = MemberRepository(session)
        self.admin_roles = AdminRoleRepository(session)
        self.schedules = ScheduleRepository(session)
        self.questions = QuestionRepository(session, versions)
        self.curation = CurationRepository(session)
        self.deliveries = DeliveryRepository(session)
        self.leases = LeaseRepository(session)
        self.attempts = AttemptRepository(session)
        self.reviews = ReviewRepository(session)
        self.reminders = ReminderRepository(session)
        self.interviews = InterviewRepository(session)
        self.totals = TotalRepository(session)
        self.streaks = StreakRepository(session)
        self.digests = DigestRepository(session)
        self.notices = NoticeRepository(session)
        self.past_answers = PastAnswerRepository(session)
        self.model_book = ModelBookRepository(session)
        self.tenancy = TenancyRepository(session)
        self.drafts = DraftRepository(session)
        self.agenda = AgendaRepository(session)
        self.operations = OperationsRepository(session)
        self.posts = PostRepository(session)
        self.visits = VisitRepository(session)


@dataclass
class SqlStorage:
    """Implements `bot.ports.Storage` over SQLite or PostgreSQL."""

    engine: AsyncEngine
    random: random.Random
    commits: int = 0
    """Transactions of this process that may have written; nothing else becomes due by itself."""
    _versions: Versions = field(default_factory=Versions)

    def __post_init__(self) -> None:
        self._queue = queue_writers(self.engine)
        self._writer = self.engine.execution_options(**WRITE)
        self._reader = self.engine.execution_options(**READ[self.engine.dialect.name])

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[UnitOfWork]:
        async with self._queue, explaining_errors(), self._writer.begin() as connection:
            yield self._open(AsyncSession(bind=connection, expire_on_commit=False))
        self.commits += 1

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[UnitOfWork]:
        async with explaining_errors(), self._reader.connect() as connection:
            yield self._open(AsyncSession(bind=connection, expire_on_commit=False))

    def _open(self, session: AsyncSession) -> UnitOfWork:
        return SqlUnitOfWork(session, self.random, self._versions)
