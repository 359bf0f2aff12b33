"""What keeps the bot from posting in a channel, and how to let it."""

from __future__ import annotations

from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import word_of


async def find_missing(client: AsyncWebClient, channel: str) -> str | None:
    """Ask Slack what the channel is and whether the bot is in it; None if it may post there.

    Raises what `adapters.slack.failures.CALL_ERRORS` names where Slack does not say.
    """
    if channel.startswith("D"):
        return await _find_missing_in_direct(client, channel)
    try:
        answer = await client.conversations_info(channel=channel)
    except SlackApiError as error:
        if word_of(error) == "channel_not_found":
            return (
                "The bot can't see that channel. Name one as #channel; if it is private, "
                "type /invite @FastAPI Quiz there first."
            )
        raise
    found: dict[str, Any] = answer.get("channel") or {}
    name = f"#{found.get('name', channel)}"
    if found.get("is_archived"):
        return f"{name} is archived. Unarchive it, or choose another channel."
    if not found.get("is_member"):
        return f"The bot is not in {name}. Type /invite @FastAPI Quiz there."
    return None


async def _find_missing_in_direct(client: AsyncWebClient, channel: str) -> str | None:
    """Commands can be typed also where two people write to each other.

    Asking what the conversation is would take one more scope; reading tells, or nobody knows.
    """
    try:
        await client.conversations_history(channel=channel, limit=1)
    except SlackApiError as error:
        if word_of(error) == "channel_not_found":
            return (
                "The bot is not part of that direct message. Name a channel, or type this in the "
                "bot's own messages."
            )
        if word_of(error) != "missing_scope":
            raise
    return None
