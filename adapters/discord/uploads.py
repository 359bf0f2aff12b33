"""Files that members attach to a command."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import discord
import structlog

from bot.domain.events import MOST_UPLOADED, Upload

PATIENCE = 30.0
"""Seconds that fetching a file may take; the command was acknowledged before."""
_NAME = "attachment"
log = structlog.get_logger(__name__)


def keep_attachment(interaction: discord.Interaction[Any], file: discord.Attachment) -> None:
    """Remember the file until the command is handed on: options are texts."""
    interaction.extras[_NAME] = file


def find_attachment(interaction: discord.Interaction[Any]) -> discord.Attachment | None:
    """Return the file that came with a command."""
    found = interaction.extras.get(_NAME)
    return found if isinstance(found, discord.Attachment) else None


async def fetch_upload(file: discord.Attachment) -> Upload:
    """Fetch a file from Discord; one that is too large or does not come says so itself."""
    if file.size > MOST_UPLOADED:
        return Upload.too_large(file.filename)
    try:
        async with asyncio.timeout(PATIENCE):
            return Upload(file.filename, await file.read())
    except (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("upload_not_fetched", problem=str(error))
        problem = "Discord does not hand over the file just now. Try again in a minute."
        return Upload(file.filename, problem=problem)
