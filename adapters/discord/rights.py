"""What the bot may do in a channel, what it needs, and how to give it that."""

from __future__ import annotations

from urllib.parse import urlencode

import discord

NEEDED: dict[str, str] = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
    "add_reactions": "Add Reactions",
}
"""Permissions by discord.py's word, with the name that Discord's settings show."""


def needed_permissions() -> discord.Permissions:
    """Return exactly what the bot uses."""
    return discord.Permissions(**dict.fromkeys(NEEDED, True))


def missing_names(granted: discord.Permissions) -> list[str]:
    """Return the needed permissions that are not granted, as Discord's settings name them."""
    return [shown for word, shown in NEEDED.items() if not getattr(granted, word)]


def explain_missing(names: list[str], channel: str) -> str:
    """Say what is missing in a channel, by its name, and where to give it."""
    noun, them = ("permission", "it") if len(names) == 1 else ("permissions", "them")
    return (
        f"The bot lacks the {noun} {', '.join(names)} in #{channel}. Open that channel's "
        f"settings, Permissions, add the bot's role and allow {them}."
    )


def make_invite_link(application_id: str) -> str:
    """Return the link by which a server's owner adds the bot, with what it needs and no more."""
    query = {
        "client_id": application_id,
        "permissions": str(needed_permissions().value),
        "scope": "bot applications.commands",
    }
    return f"https://discord.com/oauth2/authorize?{urlencode(query)}"


async def find_name(client: discord.Client, guild_id: int, channel_id: int) -> str | None:
    """Return a channel's name; None where the server has no such channel that the bot sees.

    Raises:
        discord.HTTPException: Discord does not say.
    """
    try:
        channel = await client.fetch_channel(channel_id)
    except (discord.Forbidden, discord.NotFound, discord.InvalidData):
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
    except (discord.Forbidden, discord.NotFound):
        return "The bot is not in this server. Invite it again with its link."
    try:
        channel = await guild.fetch_channel(channel_id)
    except discord.InvalidData:
        return "That channel is none of this server's. The option channel: takes one of them."
    except (discord.Forbidden, discord.NotFound):
        return "The bot does not see that channel. Give its role View Channel there."
    if not isinstance(channel, discord.TextChannel):
        return "The bot posts to text channels and announcement channels alone. Choose one."
    missing = missing_names(channel.permissions_for(me))
    return explain_missing(missing, channel.name) if missing else None
