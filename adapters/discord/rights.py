"""What the bot needs to be allowed, and how to give it that."""

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
