"""What Discord says of a channel: its name, and what keeps the bot from posting there."""

from __future__ import annotations

import discord

from adapters.discord.failures import require_refusal
from adapters.discord.rights import explain_missing, missing_names


async def find_name(client: discord.Client, guild_id: int, channel_id: int) -> str | None:
    """Return a channel's name; None where the server has no such channel that the bot sees.

    Raises:
        discord.HTTPException: Discord does not say.
    """
    try:
        channel = await client.fetch_channel(channel_id)
    except discord.InvalidData:
        return None
    except discord.HTTPException as error:
        require_refusal(error)
        return None
    if isinstance(channel, discord.abc.GuildChannel) and channel.guild.id == guild_id:
        return f"#{channel.name}"
    return None


async def find_missing(client: discord.Client, guild_id: int, channel_id: int) -> str | None:
    """Ask Discord what the bot may do in a channel, and say what it lacks; None for nothing.

    Raises:
        discord.HTTPException: Discord does not say.
    """
    assert client.user is not None
    try:
        guild = await client.fetch_guild(guild_id, with_counts=False)
        me = await guild.fetch_member(client.user.id)
    except discord.HTTPException as error:
        require_refusal(error)
        return "The bot is not in this server. Invite it again with its link."
    try:
        channel = await guild.fetch_channel(channel_id)
    except discord.InvalidData:
        return "That channel is none of this server's. The option channel: takes one of them."
    except discord.HTTPException as error:
        require_refusal(error)
        return "The bot does not see that channel. Give its role View Channel there."
    if not isinstance(channel, discord.TextChannel):
        return "The bot posts to text channels and announcement channels alone. Choose one."
    missing = missing_names(channel.permissions_for(me))
    return explain_missing(missing, channel.name) if missing else None
