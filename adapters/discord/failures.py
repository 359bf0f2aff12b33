"""What Discord's errors mean for a call: not sent, refused for good, or nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from json import JSONDecodeError

import aiohttp
import discord

from adapters.discord.rights import NEEDED
from bot.errors import ChatError, NotSent, OutcomeUnknown, Rejected, RejectReason

UNKNOWN_CHANNEL = 10003
UNKNOWN_GUILD = 10004
THREAD_EXISTS = 160004
_CLOUDFLARE = 40333
_AUTOMOD = 200000
"""topics/opcodes-and-status-codes, JSON error codes."""

CALL_ERRORS = (
    discord.HTTPException,
    discord.RateLimited,
    aiohttp.ClientError,
    JSONDecodeError,
    TimeoutError,
    OSError,
)
"""What a call by discord.py raises where it fails."""
SIGN_IN_REFUSED = "Discord refuses the token. Put the bot's present token into discord.token."
_SOON = timedelta(seconds=10)
_BLOCKED = timedelta(minutes=1)
_LONGEST = 86_400.0
"""Seconds. No date can be reckoned from what is longer by far."""


@contextmanager
def explaining_failures() -> Iterator[None]:
    """Turn the SDK's and the network's errors into those of `bot.ports.ChatPort`."""
    try:
        yield
    except ChatError:
        raise
    except discord.RateLimited as error:
        wait = timedelta(seconds=min(error.retry_after, _LONGEST))
        raise NotSent("Discord asks to wait.", wait) from error
    except discord.HTTPException as error:
        raise explain_answer(error) from error
    except aiohttp.ClientConnectorError as error:
        raise NotSent("Discord can't be reached.", _SOON) from error
    except (aiohttp.ClientError, JSONDecodeError, TimeoutError, OSError) as error:
        raise OutcomeUnknown(f"The connection to Discord was lost: {error!r}") from error


def explain_answer(error: discord.HTTPException) -> ChatError:
    """Return what an answer of Discord's API means.

    A 5xx comes after discord.py's own tries, each with the same nonce: posted or not,
    nobody knows. An error that is no JSON comes from a proxy or from Cloudflare, not from Discord.
    """
    if error.status == 429:
        return NotSent("Discord asks to wait.", _read_wait(error))
    if error.status >= 500:
        return OutcomeUnknown(f"Discord answered {error.status}.")
    if not _is_from_discord(error) or error.code == _CLOUDFLARE:
        return NotSent(f"What stands before Discord answered {error.status}.", _BLOCKED)
    if error.status == 401:
        # the bot's own trouble, and no server's: none is left for it
        return NotSent(SIGN_IN_REFUSED, _BLOCKED)
    if error.code == UNKNOWN_CHANNEL:
        return Rejected(
            RejectReason.CHANNEL_GONE,
            "The channel does not exist any more.",
            "Choose another with /fastapi-quiz schedule edit.",
        )
    if error.code == UNKNOWN_GUILD:
        return Rejected(
            RejectReason.REVOKED,
            "The bot is not in this server any more.",
            "Invite it again with its link.",
        )
    if error.status == 403:
        return Rejected(
            RejectReason.NO_RIGHTS,
            "Discord does not let the bot do that in this channel.",
            f"Allow the bot's role {', '.join(NEEDED.values())} in the channel's settings.",
        )
    if error.code == _AUTOMOD:
        return Rejected(
            RejectReason.INVALID,
            "The server's AutoMod blocks the message.",
            "Exempt the bot's role from its rules in Server Settings, AutoMod.",
        )
    return Rejected(
        RejectReason.INVALID,
        f"Discord refuses the message: {error.text[:200]}",
        "Report it with the question's id.",
    )


def is_refusal(error: discord.HTTPException) -> bool:
    """Tell whether Discord itself says no: there is no such thing, or the bot may not."""
    refused = isinstance(error, discord.Forbidden | discord.NotFound)
    return refused and isinstance(explain_answer(error), Rejected)


def require_refusal(error: discord.HTTPException) -> None:
    """Raise the error again, unless Discord itself says no."""
    if not is_refusal(error):
        raise error


def _is_from_discord(error: discord.HTTPException) -> bool:
    return error.response.headers.get("Content-Type", "").startswith("application/json")


def _read_wait(error: discord.HTTPException) -> timedelta:
    """A 429 that discord.py did not wait out: Discord blocks this address for a while."""
    text = error.response.headers.get("Retry-After", "")
    seconds = float(text) if text.replace(".", "", 1).isdecimal() else 0.0
    return max(_BLOCKED, timedelta(seconds=min(seconds, _LONGEST)))
