"""What stands in the channel for somebody who takes no direct messages, and what it leads to."""

from __future__ import annotations

import json
from collections.abc import Sequence

from adapters.discord.memory import Memory
from adapters.discord.messages import Page
from bot.domain.cards import (
    Button,
    Card,
    ErrorCard,
    GradeCard,
    MockCard,
    MockReportCard,
    NoticeCard,
    RevealCard,
)

UNTOLD = "untold"
"""The action of a button that shows what somebody could not be told."""
_MOST_KEPT = 10


def make_pointer(member: str, card: Card) -> Page:
    """Say where to press for what the card would have told; nothing private is said."""
    button = _find_way(card)
    text = f"<@{member}> takes no direct messages from me, and there is something to see: press "
    return Page(f"{text}**{button.label}**. Only you will see it.", buttons=(button,))


def _find_way(card: Card) -> Button:
    match card:
        case RevealCard():
            return Button("Reveal", "reveal", card.key)
        case GradeCard():
            return Button("My answers", "command", value="history")
        case MockCard():
            return Button("Mock interview", "command", value="mock")
        case MockReportCard():
            return Button("My interviews", "command", value="mock history")
        case NoticeCard(buttons=(button, *_)):
            return button
        case NoticeCard() | ErrorCard():
            return Button("Show", UNTOLD)
    return Button("Status", "command", value="status")


class Untold:
    """Notices that nothing else shows again, until whom they are for asks for them."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def keep(self, guild: str, member: str, card: Card) -> None:
        """Keep the words of such a card beside those that wait already, the newest few.

        They come again where the pointer to them could not be posted.
        """
        if isinstance(card, NoticeCard | ErrorCard) and _find_way(card).action == UNTOLD:
            others = [text for text in await self.recall(guild, member) if text != card.text]
            await self._store(guild, member, [*others, card.text][-_MOST_KEPT:])

    async def recall(self, guild: str, member: str) -> list[str]:
        """Return what waits for somebody, oldest first."""
        kept = await self._memory.recall(_name(guild, member))
        try:
            return json.loads(kept) if kept else []
        except ValueError:  # kept by an older version, as plain text
            return str(kept).split("\x1e")

    async def drop(self, guild: str, member: str, shown: Sequence[str]) -> None:
        """Drop what was shown; what came meanwhile waits on."""
        waiting = await self.recall(guild, member)
        await self._store(guild, member, [text for text in waiting if text not in shown])

    async def forget(self, guild: str, member: str) -> None:
        """Drop all that waits for somebody."""
        await self._store(guild, member, [])

    async def _store(self, guild: str, member: str, texts: Sequence[str]) -> None:
        if texts:
            await self._memory.keep(_name(guild, member), json.dumps(texts))
        else:
            await self._memory.forget(_name(guild, member))


def _name(guild: str, member: str) -> str:
    return f"{UNTOLD}:{guild}:{member}"
