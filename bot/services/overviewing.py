"""What a member finds on the app's own page: their own things, and what admins look after."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.commands import BY_PATH, Call, Caller
from bot.domain.cards import Card, Reply
from bot.errors import CommandError

OWN = ("streak", "settings")
FOR_ADMINS = ("status", "questions list")


async def compose_overview(
    handlers: Mapping[str, Callable[[Call], Awaitable[Reply]]], caller: Caller, *, is_admin: bool
) -> Reply:
    """Return the cards of these commands, in order; what can't be shown is left out."""
    cards: list[Card] = []
    for path in (*OWN, *(FOR_ADMINS if is_admin else ())):
        try:
            cards += (await handlers[path](Call(BY_PATH[path], caller))).cards
        except CommandError:
            continue
    return Reply(cards)
