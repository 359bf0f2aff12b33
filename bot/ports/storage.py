"""Transactions over all repositories."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.ports.answers import PastAnswers
from bot.ports.attempts import Attempts
from bot.ports.bank import Questions
from bot.ports.curating import Curation
from bot.ports.deliveries import Deliveries, Leases
from bot.ports.digests import Digests
from bot.ports.drafts import Drafts
from bot.ports.interviews import Interviews
from bot.ports.model import ModelBook
from bot.ports.operations import Operations
from bot.ports.people import Members, Notices, Workspaces
from bot.ports.posts import Posts
from bot.ports.reviews import Reminders, Reviews
from bot.ports.roles import AdminRoles
from bot.ports.scheduling import Agenda, Schedules
from bot.ports.standings import Streaks, Totals
from bot.ports.tenancy import Tenancy
from bot.ports.visits import Visits


class UnitOfWork(Protocol):
    """One transaction over all repositories."""

    @property
    def workspaces(self) -> Workspaces: ...

    @property
    def members(self) -> Members: ...

    @property
    def admin_roles(self) -> AdminRoles: ...

    @property
    def schedules(self) -> Schedules: ...

    @property
    def questions(self) -> Questions: ...

    @property
    def curation(self) -> Curation: ...

    @property
    def deliveries(self) -> Deliveries: ...

    @property
    def leases(self) -> Leases: ...

    @property
    def attempts(self) -> Attempts: ...

    @property
    def past_answers(self) -> PastAnswers: ...

    @property
    def model_book(self) -> ModelBook: ...

    @property
    def reviews(self) -> Reviews: ...

    @property
    def reminders(self) -> Reminders: ...

    @property
    def interviews(self) -> Interviews: ...

    @property
    def totals(self) -> Totals: ...

    @property
    def streaks(self) -> Streaks: ...

    @property
    def digests(self) -> Digests: ...

    @property
    def agenda(self) -> Agenda: ...

    @property
    def notices(self) -> Notices: ...

    @property
    def tenancy(self) -> Tenancy: ...

    @property
    def drafts(self) -> Drafts: ...

    @property
    def operations(self) -> Operations: ...

    @property
    def posts(self) -> Posts: ...

    @property
    def visits(self) -> Visits: ...


class Storage(Protocol):
    """Opens transactions. No network call may happen while one is open."""

    def writing(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Begin a transaction that commits on a clean exit and rolls back on an error."""
        ...

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Read without a transaction: each statement sees what is committed when it runs."""
        ...
