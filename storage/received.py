"""Events that came in, so that none counts twice; shared by all processes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, delete

from storage.engine import WRITE, explaining_errors, queue_writers
from storage.statements import insert_into
from storage.tables import ReceivedEventRow, table_of


@dataclass
class SqlReceivedEvents:
    """Implements `bot.ports.ReceivedEvents`."""

    engine: AsyncEngine
    platform: str

    async def add(self, key: str, now: datetime, keep_until: datetime) -> bool:
        """Note that the event came; what was kept long enough is swept away."""
        table = table_of(ReceivedEventRow)
        insert = insert_into(table, self.engine.dialect.name)
        values = {"digest": self._digest(key), "keep_until": keep_until}
        queue = queue_writers(self.engine)
        async with queue, explaining_errors(), self.engine.connect() as connection:
            await connection.execution_options(**WRITE)
            async with connection.begin():
                await connection.execute(
                    delete(ReceivedEventRow).where(col(ReceivedEventRow.keep_until) <= now)
                )
                result = await connection.execute(insert.values(values).on_conflict_do_nothing())
        return bool(result.rowcount)

    def _digest(self, key: str) -> str:
        return hashlib.sha256(f"{self.platform}\0{key}".encode()).hexdigest()
