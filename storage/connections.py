"""Connections that stay open between two uses.

SQLAlchemy's pool hands out the driver's connection. To wrap it, to begin, to commit and to give it
back are four detours through a greenlet, as long as three small statements take. Here the wrapped
one is kept.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

MOST = {"sqlite": 2, "postgresql": 0}
"""How many are kept; what needs more at once opens more, for as long as it takes. A server may
have ended what was idle, which SQLAlchemy's pool looks at each time."""


@dataclass
class Connections:
    """Connections of one engine that wait for their next use."""

    engine: AsyncEngine
    _idle: list[AsyncConnection] = field(default_factory=list)

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection. One on which anything failed is not used again."""
        connection = self._idle.pop() if self._idle else await self.engine.connect()
        try:
            yield connection
        except BaseException:
            await connection.close()
            raise
        if len(self._idle) < MOST[self.engine.dialect.name]:
            self._idle.append(connection)
        else:
            await connection.close()

    async def close(self) -> None:
        """Close those that are idle."""
        while self._idle:
            await self._idle.pop().close()
