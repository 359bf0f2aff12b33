"""The pack of generated questions, made when somebody first chooses it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from bot.ports import Storage
from bot.services.generating import GENERATED, Generating

SEED = 2026
SIZE = 240
"""A year of workdays."""


@dataclass
class GeneratedPack:
    """Stores verified questions as a pack for all that is in no deck unless it is named.

    Its seed is fixed: every installation with the same FastAPI has the same pack.
    """

    storage: Storage
    generating: Generating
    size: int = SIZE

    async def ensure(self) -> None:
        """Make the pack, unless it is there as the installed FastAPI answers it.

        Raises:
            CommandError: it isn't there, and FastAPI is not installed; says how to install it.
        """
        digest = self._digest()
        async with self.storage.reading() as work:
            known = await work.questions.pack_digest(GENERATED)
        if known is not None and digest in (None, known):
            return
        questions = await self.generating.draft_questions(None, None, self.size, SEED)
        async with self.storage.writing() as work:
            await work.questions.store_pack(GENERATED, digest or "", questions, on_request=True)

    def _digest(self) -> str | None:
        """Return what the pack follows from; None where FastAPI is not installed."""
        try:
            return f"{SEED}/{self.size}/fastapi {version('fastapi')}"
        except PackageNotFoundError:
            return None
