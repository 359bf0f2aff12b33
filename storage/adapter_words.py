"""Words that a platform's adapter keeps between two runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.engine import WRITE, explaining_errors, queue_writers
from storage.statements import insert_or_replace
from storage.tables import AdapterWordRow


class AdapterWords:
    """Named words of one platform. One call at a time; none after `close` has any effect."""

    def __init__(self, engine: AsyncEngine, platform: str) -> None:
        self._engine = engine
        self._platform = platform
        self._turn = asyncio.Lock()
        self._closed = False

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[AsyncSession | None]:
        async with self._turn:
            if self._closed:
                yield None
                return
            async with explaining_errors(), AsyncSession(self._engine) as session:
                yield session

    async def recall(self, name: str) -> str | None:
        """Return the word kept under the name."""
        async with self._session() as session:
            key = (self._platform, name)
            row = await session.get(AdapterWordRow, key) if session else None
            return row.word if row else None

    async def keep(self, name: str, word: str) -> None:
        """Keep a word, in place of the one before."""
        async with queue_writers(self._engine), self._session() as session:
            if session is None:
                return
            connection = await session.connection(execution_options=WRITE)
            values = {"platform": self._platform, "name": name, "word": word}
            await insert_or_replace(connection, AdapterWordRow, values, ("platform", "name"))
            await session.commit()

    async def forget(self, name: str) -> None:
        """Drop a word, if it is there."""
        async with queue_writers(self._engine), self._session() as session:
            if session is None:
                return
            await session.connection(execution_options=WRITE)
            await session.exec(
                delete(AdapterWordRow).where(
                    col(AdapterWordRow.platform) == self._platform,
                    col(AdapterWordRow.name) == name,
                )
            )
            await session.commit()

    async def close(self) -> None:
        """Wait for the call under way; the engine belongs to somebody else."""
        async with self._turn:
            self._closed = True
