"""Answers `practice`: due reviews one after another."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands import Call, Caller, handles
from bot.domain.cards import Reply
from bot.ports import Storage
from bot.services.reviewing import ask_due


@dataclass
class Practising:
    """Asks what is due; answers and ratings lead on from there (`reviewing.go_on`)."""

    storage: Storage

    @handles("practice")
    async def practise(self, call: Call) -> Reply:
        """Ask the next due review, or say when one is due."""
        return await self.ask(call.caller)

    async def ask(self, caller: Caller) -> Reply:
        """Ask the caller's longest due review."""
        async with self.storage.writing() as work:
            return Reply([await ask_due(work, caller)])
