"""Discord's objects as the core's events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord

from adapters.discord.components import read_form_id, read_form_values
from adapters.discord.shapes import Reaction
from bot.domain.cards import Button
from bot.domain.emoji import name_emoji
from bot.domain.events import (
    ButtonPressed,
    FormSubmitted,
    Origin,
    ReactionAdded,
    Upload,
)

PLATFORM = "discord"


def make_origin(interaction: discord.Interaction[Any], guild: int, guild_name: str) -> Origin:
    """Return who acts and where; a thread counts as the channel it belongs to."""
    return Origin(
        platform=PLATFORM,
        workspace=str(guild),
        channel=str(_channel_of(interaction)),
        member=str(interaction.user.id),
        workspace_name=guild_name,
        member_name=interaction.user.display_name,
        is_bot=interaction.user.bot,
    )


def _channel_of(interaction: discord.Interaction[Any]) -> int:
    channel = interaction.channel
    parent = channel.parent_id if isinstance(channel, discord.Thread) else None
    return parent or interaction.channel_id or 0


def make_place(guild: int, name: str, channel: int | None = None) -> Origin:
    """Return a server, or a channel of it, to which something happened by itself."""
    return Origin(
        platform=PLATFORM,
        workspace=str(guild),
        channel=str(channel) if channel else "",
        member="",
        workspace_name=name,
    )


def make_press(
    origin: Origin, interaction: discord.Interaction[Any], button: Button
) -> ButtonPressed:
    """Return a pressed button."""
    message = interaction.message
    message_id = str(message.id) if message else ""
    return ButtonPressed(origin, button.action, button.key, button.value, message_id)


def make_submission(
    origin: Origin, data: Mapping[str, Any], upload: Upload | None = None
) -> FormSubmitted | None:
    """Return a filled form, or None if it is none of ours."""
    named = read_form_id(str(data.get("custom_id", "")))
    if named is None:
        return None
    form, key = named
    values = read_form_values(data.get("components"))
    return FormSubmitted(origin, form, key, _mention_roles(values, data.get("resolved")), upload)


def _mention_roles(values: Mapping[str, str], resolved: object) -> Mapping[str, str]:
    """Write chosen roles as mentions, which tell them from members."""
    roles = resolved.get("roles") if isinstance(resolved, Mapping) else None
    if not isinstance(roles, Mapping):
        return values
    return {name: f"<@&{word}>" if word in roles else word for name, word in values.items()}


def make_reaction(reaction: Reaction, server_name: str, me: int) -> ReactionAdded | None:
    """Return a reaction to one of the bot's messages in a server; None for any other.

    Whoever reacts to other people's messages is no business of the bot; nor are its own.
    """
    if reaction.guild_id is None or reaction.message_author_id not in (None, str(me)):
        return None
    if reaction.user_id == str(me):
        return None
    origin = Origin(
        platform=PLATFORM,
        workspace=reaction.guild_id,
        channel=reaction.channel_id,
        member=reaction.user_id,
        workspace_name=server_name,
        member_name=reaction.display_name,
        is_bot=reaction.is_bot,
    )
    return ReactionAdded(origin, reaction.message_id, name_emoji(reaction.emoji.name or ""))
