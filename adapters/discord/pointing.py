"""What stands in the channel for somebody who takes no direct messages."""

from __future__ import annotations

from adapters.discord.messages import Page
from bot.domain.cards import Button, Card, MockReportCard, NoticeCard, RevealCard


def make_pointer(member: str, card: Card) -> Page:
    """Say where to press for what the card would have told; nothing private is said."""
    button = _find_way(card)
    text = f"<@{member}> takes no direct messages from me, and there is something to see: press "
    return Page(f"{text}**{button.label}**. Only you will see it.", buttons=(button,))


def _find_way(card: Card) -> Button:
    match card:
        case RevealCard():
            return Button("Reveal", "reveal", card.key)
        case MockReportCard():
            return Button("My interviews", "command", "history", "mock")
        case NoticeCard(buttons=(button, *_)):
            return button
    return Button("Status", "command", "", "status")
