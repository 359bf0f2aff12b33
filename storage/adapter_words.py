"""Words that a platform's adapter keeps between two runs."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.engine import WRITE, explaining_errors
from storage.tables import AdapterWordRow


class AdapterWords:
    """Named words of one platform, on an engine of their own: `close` disposes of it."""

    def __init__(self, engine: AsyncEngine, platform: str) -> None:
        self._engine = engine
        self._platform = platform

    async def recall(self, name: str) -> str | None:
        """Return the word kept under the name."""
        async with explaining_errors(), AsyncSession(self._engine) as session:
            row = await session.get(AdapterWordRow, (self._platform, name))
            return row.word if row else None

    async def keep(self, name: str, word: str) -> None:
        """Keep a word, in place of the one before."""
        async with explaining_errors(), AsyncSession(self._engine) as session:
            await session.connection(execution_options=WRITE)
            await session.merge(AdapterWordRow(platform=self._platform, name=name, word=word))
            await session.commit()

    async def forget(self, name: str) -> None:
        """Drop a word, if it is there."""
        async with explaining_errors(), AsyncSession(self._engine) as session:
            await session.connection(execution_options=WRITE)
            await session.exec(
                delete(AdapterWordRow).where(
                    col(AdapterWordRow.platform) == self._platform,
                    col(AdapterWordRow.name) == name,
                )
            )
            await session.commit()

    async def close(self) -> None:
        """Let go of the database."""
        await self._engine.dispose()
