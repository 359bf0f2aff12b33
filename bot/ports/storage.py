"""Transactions over all repositories."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.ports.attempts import Attempts
from bot.ports.bank import Questions
from bot.ports.curating import Curation
from bot.ports.deliveries import Deliveries
from bot.ports.drafts import Drafts
from bot.ports.people import Members, Notices, Workspaces
from bot.ports.scheduling import Agenda, Schedules


class UnitOfWork(Protocol):
    """One transaction over all repositories."""

    @property
    def workspaces(self) -> Workspaces: ...

    @property
    def members(self) -> Members: ...

    @property
    def schedules(self) -> Schedules: ...

    @property
    def questions(self) -> Questions: ...

    @property
    def curation(self) -> Curation: ...

    @property
    def deliveries(self) -> Deliveries: ...

    @property
    def attempts(self) -> Attempts: ...

    @property
    def agenda(self) -> Agenda: ...

    @property
    def notices(self) -> Notices: ...

    @property
    def drafts(self) -> Drafts: ...


class Storage(Protocol):
    """Opens transactions. No network call may happen while one is open."""

    def writing(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Begin a transaction that commits on a clean exit and rolls back on an error."""
        ...

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Read without a transaction: each statement sees what is committed when it runs."""
        ...
