"""A question posted and looked for through the port, without a schedule."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.adapters.discord.conftest import Stage
from tests.adapters.discord.questions import make_card

POST = "POST .*/channels/[0-9]+/messages$"
"""Fits the requests that post."""
KEY = "abcdefghijklmnopqrst"


async def post(stage: Stage, key: str = KEY, **changes: Any) -> str:
    """Post a question through the port."""
    assert stage.platform is not None
    guild, channel = str(stage.server.guild.id), str(stage.server.general.id)
    return await stage.platform.chat.post(guild, channel, make_card(key=key, **changes), key)


async def find(stage: Stage, key: str = KEY, thread_of: str | None = None) -> str | None:
    """Look for a post by its key."""
    assert stage.platform is not None
    guild, channel = str(stage.server.guild.id), str(stage.server.general.id)
    since = stage.clock.now() - timedelta(minutes=2)
    found = await stage.platform.chat.find(guild, channel, key, since, thread_of)
    return found.message_id if found else None
