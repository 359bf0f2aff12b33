"""The few words that the adapter keeps for itself between two runs."""

from __future__ import annotations

from typing import Protocol


class Memory(Protocol):
    """Named words: hashes of synced commands, the servers that the bot is in and those that were
    greeted, members' home servers, and what members could not be told."""

    async def recall(self, name: str) -> str | None:
        """Return the word kept under the name."""
        ...

    async def keep(self, name: str, word: str) -> None:
        """Keep a word, in place of the one before."""
        ...

    async def forget(self, name: str) -> None:
        """Drop a word, if it is there."""
        ...

    async def close(self) -> None:
        """Let go of the store."""
        ...
