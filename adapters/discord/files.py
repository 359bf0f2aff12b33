"""Cards with their pictures and documents, as messages that carry files."""

from __future__ import annotations

from dataclasses import replace

from adapters.discord import limits
from adapters.discord.messages import Page
from adapters.discord.render import render_card
from bot.domain.cards import Card
from bot.pictures import Theme, collect_attachments

THEME = Theme.DARK
"""Discord's own; a picture brings its ground along, so that it can be read on the other."""


async def compose_card(card: Card) -> list[Page]:
    """Return the card's pages; the last one has its files."""
    pages = render_card(card)
    files = await collect_attachments(card, THEME)
    if files:
        pages[-1] = replace(pages[-1], files=files[: limits.FILES])
    return pages
