"""Transactions over all repositories."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.ports.attempts import Attempts
from bot.ports.bank import Questions
from bot.ports.deliveries import Deliveries
from bot.ports.digests import Digests
from bot.ports.people import Members, Notices, Workspaces
from bot.ports.scheduling import Agenda, Schedules
from bot.ports.standings import Streaks, Totals


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
    def deliveries(self) -> Deliveries: ...

    @property
    def attempts(self) -> Attempts: ...

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


class Storage(Protocol):
    """Opens transactions. No network call may happen while one is open."""

    def writing(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Begin a transaction that commits on a clean exit and rolls back on an error."""
        ...

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Read without a transaction: each statement sees what is committed when it runs."""
        ...
