"""What a member finds on the app's own page: their own things, and what admins look after."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.commands import BY_PATH, Call, Caller
from bot.domain.cards import Card, Reply
from bot.errors import CommandError

FOR_ADMINS = ("status", "questions list")


async def compose_overview(
    handlers: Mapping[str, Callable[[Call], Awaitable[Reply]]],
    tell_due: Callable[[Caller], Awaitable[Card]],
    caller: Caller,
    *,
    is_admin: bool,
) -> Reply:
    """Return streak, due reviews and settings, then for admins posts and the queue.

    They are the cards of the commands; what can't be shown now is left out.
    """

    async def show(path: str) -> Sequence[Card]:
        try:
            return (await handlers[path](Call(BY_PATH[path], caller))).cards
        except CommandError:
            return ()

    own = [*await show("streak"), await tell_due(caller), *await show("settings")]
    managed = [card for path in FOR_ADMINS if is_admin for card in await show(path)]
    return Reply([*own, *managed])
