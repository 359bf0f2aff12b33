"""The first words in a server that the bot was invited to."""

from __future__ import annotations

import discord
import structlog

from adapters.discord.failures import explaining_failures
from adapters.discord.memory import Memory
from adapters.discord.messages import Page, make_message
from adapters.discord.render import render_card
from adapters.discord.shapes import Server
from bot.domain.cards import Button, NoticeCard
from bot.errors import ChatError, Rejected

log = structlog.get_logger(__name__)
HELLO = NoticeCard(
    "Hello! I post a FastAPI interview question each day. An admin sets the time: press "
    "Schedule, or type /fastapi-quiz schedule add. Everybody can try /fastapi-quiz ask now.",
    buttons=(
        Button("Schedule", "form", value="schedule add"),
        Button("Help", "command", value="help"),
    ),
)


async def greet(client: discord.Client, server: Server, memory: Memory) -> None:
    """Say hello in the system channel, or else to the owner; never twice."""
    name = f"greeted:{server.id}"
    if await memory.recall(name):
        return
    await memory.keep(name, "yes")
    page = render_card(HELLO)[0]
    try:
        if server.system_channel_id:
            lobby = client.get_partial_messageable(int(server.system_channel_id))
            if await _said(lobby, page, ""):
                return
        if server.owner_id:
            with explaining_failures():
                owner = await client.create_dm(discord.Object(int(server.owner_id)))
            await _said(owner, page, server.id)
    except ChatError as error:
        log.warning("not_greeted", guild=server.id, problem=str(error))


async def _said(place: discord.abc.Messageable, page: Page, carried: str) -> bool:
    """Say hello; False where the bot may not."""
    try:
        with explaining_failures():
            await place.send(**make_message(page, carried))
    except Rejected:
        return False
    return True
