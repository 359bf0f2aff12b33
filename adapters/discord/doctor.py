"""What `fastapi-quiz check` asks Discord: is the token good, and may the bot post."""

from __future__ import annotations

from collections.abc import Sequence

import aiohttp
import discord
from discord.http import Route

from adapters.discord.channels import find_missing
from adapters.discord.failures import SIGN_IN_REFUSED, require_refusal
from adapters.discord.platform import require_settings
from adapters.discord.rights import make_invite_link
from bot.config import DiscordSettings
from bot.domain.formatting import count_part
from bot.errors import ConfigError

MOST_CHANNELS = 50


async def examine(settings: DiscordSettings, places: Sequence[tuple[str, str]]) -> str:
    """Sign in without connecting, look at channels (server and channel ids) that are posted
    to, and say who the bot is and by which link it is invited.

    Raises:
        ConfigError: says what is wrong and how to mend it.
    """
    require_settings(settings)
    Route.BASE = settings.api_url.rstrip("/")
    client = discord.Client(intents=discord.Intents.none())
    try:
        await client.login(settings.token.get_secret_value())
        problems = [
            f"Channel {channel} of server {guild}: {problem}"
            for guild, channel in places[:MOST_CHANNELS]
            if (problem := await find_missing(client, int(guild), int(channel)))
        ]
        problems += [await _miss_server(client, guild) for guild in settings.guild_ids]
    except discord.LoginFailure:
        raise ConfigError(SIGN_IN_REFUSED) from None
    except (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError) as error:
        raise ConfigError(
            f"Discord does not answer at {settings.api_url} ({error}). Look at discord.api_url "
            "and at the way to it."
        ) from None
    finally:
        await client.close()
    if any(problems):
        raise ConfigError(" ".join(filter(None, problems)))
    seen = count_part(min(len(places), MOST_CHANNELS), len(places), "scheduled channel")
    return (
        f"signed in as {client.user}, may post in {seen}; "
        f"invite it by {make_invite_link(str(client.application_id))}"
    )


async def _miss_server(client: discord.Client, guild: int) -> str:
    """Say how to mend a server of the settings that the bot is not in; nothing if it is."""
    try:
        await client.fetch_guild(guild, with_counts=False)
    except discord.HTTPException as error:
        require_refusal(error)
        return (
            f"discord.guild_ids has {guild}, a server that the bot is not in, and commands are in "
            f"those servers alone. Correct the number, or invite the bot by "
            f"{make_invite_link(str(client.application_id))}"
        )
    return ""
