"""What language models cost: counted by workspace and day, with a limit."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.writing import Asker
from bot.errors import ModelError
from bot.ports import Clock, Storage


@dataclass
class StoredMeter:
    """Counts in the database, so that a restart gives no new calls. A day is one of UTC."""

    storage: Storage
    clock: Clock
    daily_limit: int
    """Calls of a workspace a day; 0: no limit."""

    async def take_call(self, asker: Asker | None) -> None:
        """Count a call; one of nobody's is the operator's own and has no limit."""
        if asker is None:
            return
        today = self.clock.now().date()
        async with self.storage.writing() as work:
            if not await work.model_book.take_call(asker.workspace_id, today, self.daily_limit):
                raise ModelError(
                    f"This workspace has used up its {self.daily_limit:,} model calls of today. "
                    "There are new ones after midnight UTC; the operator can raise "
                    "ai.daily_limit_per_workspace."
                )

    async def book(self, asker: Asker | None, tokens_in: int, tokens_out: int) -> None:
        """Add tokens to the asker's workspace."""
        if asker is None or not (tokens_in or tokens_out):
            return
        today = self.clock.now().date()
        async with self.storage.writing() as work:
            await work.model_book.add_tokens(asker.workspace_id, today, tokens_in, tokens_out)


class FreeMeter:
    """Lets every call through: for the operator's own commands, which have no database."""

    def __init__(self) -> None:
        self.calls = 0
        self.tokens = 0

    async def take_call(self, asker: Asker | None) -> None:
        """Count a call."""
        self.calls += 1

    async def book(self, asker: Asker | None, tokens_in: int, tokens_out: int) -> None:
        """Add up."""
        self.tokens += tokens_in + tokens_out
