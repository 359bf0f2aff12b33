"""The first words in a server that the bot was invited to."""

from __future__ import annotations

import discord
import structlog

from adapters.discord.failures import explaining_failures
from adapters.discord.memory import Memory
from adapters.discord.render import make_message, render_card
from bot.domain.cards import Button, NoticeCard
from bot.errors import ChatError

log = structlog.get_logger(__name__)
HELLO = NoticeCard(
    "Hello! I post a FastAPI interview question each day. An admin sets the time: press "
    "Schedule, or type /fastapi-quiz schedule add. Everybody can try /fastapi-quiz ask now.",
    buttons=(
        Button("Schedule", "form", value="schedule add"),
        Button("Help", "command", value="help"),
    ),
)


async def greet(client: discord.Client, guild: discord.Guild, memory: Memory) -> None:
    """Say hello in the system channel, or else to the owner; never twice."""
    name = f"greeted:{guild.id}"
    if await memory.recall(name):
        return
    await memory.keep(name, "yes")
    page = render_card(HELLO)[0]
    channel = guild.system_channel
    try:
        with explaining_failures():
            if channel and channel.permissions_for(guild.me).send_messages:
                await channel.send(**make_message(page))
            elif guild.owner_id:
                owner = await client.create_dm(discord.Object(guild.owner_id))
                await owner.send(**make_message(page, str(guild.id)))
    except ChatError as error:
        log.warning("not_greeted", guild=guild.id, problem=str(error))
