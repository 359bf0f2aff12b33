"""What Slack's answers mean: worth another try, refused for good, or nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.errors import ChatError, NotSent, OutcomeUnknown, Rejected, RejectReason

_WAIT = timedelta(seconds=30)
_BUSY = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(hours=1)
"""What is asked for beyond that is asked for again then: one header must not silence a workspace
for days."""

_NOT_DONE = {
    "ratelimited",
    "rate_limited",
    "request_timeout",
    "message_limit_exceeded",
    "team_added_to_org",
}
"""Errors after which nothing was posted and the same call may work later."""

_NOBODY_KNOWS = {"fatal_error", "internal_error", "service_unavailable"}
"""Slack's reference: "some aspect of the operation" may have succeeded before these."""

_INVITE = "Type /invite @FastAPI Quiz in that channel."
_REINSTALL = "An admin of the workspace must install the app again."
_CHOOSE = "Choose another channel with /fastapi-quiz schedule edit."

REMOVED = "account_inactive"
"""Slack's word for the token of an app that was removed, or switched off."""

_REFUSALS: Mapping[str, tuple[RejectReason, str, str]] = {
    "channel_not_found": (
        RejectReason.CHANNEL_GONE,
        "The bot can't see the channel: it was deleted, or the bot is not in it.",
        _INVITE,
    ),
    "is_archived": (
        RejectReason.CHANNEL_GONE,
        "The channel is archived.",
        f"Unarchive it. {_CHOOSE}",
    ),
    "not_in_channel": (RejectReason.NO_RIGHTS, "The bot is not in the channel.", _INVITE),
    "restricted_action": (
        RejectReason.NO_RIGHTS,
        "The workspace's rules keep the bot from posting in the channel.",
        "Let an admin of the workspace allow it.",
    ),
    REMOVED: (RejectReason.REVOKED, "The app was removed from Slack.", _REINSTALL),
    "token_revoked": (RejectReason.REVOKED, "The app's token was revoked.", _REINSTALL),
    "invalid_auth": (RejectReason.REVOKED, "Slack refuses the app's token.", _REINSTALL),
    "not_authed": (RejectReason.REVOKED, "Slack got no token from the app.", _REINSTALL),
    "token_expired": (RejectReason.REVOKED, "The app's token has expired.", _REINSTALL),
    "not_installed": (RejectReason.REVOKED, "The app is not installed there.", _REINSTALL),
    "team_access_not_granted": (
        RejectReason.REVOKED,
        "The app may not act in this workspace.",
        "Let an admin of the organization grant it.",
    ),
}
_RESTRICTED = ("restricted_action_", "cannot_", "no_permission", "not_allowed", "access_denied")


def explain(error: Exception) -> ChatError:
    """Return what a failed call to Slack means for the caller.

    A connection that was never made sent nothing; one that broke later may have.
    """
    if isinstance(error, ChatError):
        return error
    if isinstance(error, SlackApiError):
        return _explain_answer(error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return NotSent("Slack can't be reached.", _BUSY)
    return OutcomeUnknown(f"The connection to Slack was lost ({type(error).__name__}).")


def _explain_answer(error: SlackApiError) -> ChatError:
    status = getattr(error.response, "status_code", None)
    data = getattr(error.response, "data", None)
    answer: Mapping[str, Any] = data if isinstance(data, dict) else {}
    word = str(answer.get("error", ""))
    if status == 429 or word in _NOT_DONE:
        headers = getattr(error.response, "headers", None) or {}
        return NotSent("Slack asks to wait.", read_wait(headers))
    if status is None or status >= 500 or word in _NOBODY_KNOWS or not word:
        return OutcomeUnknown(f"Slack failed with status {status}.")
    return _refuse(word, answer)


def _refuse(word: str, answer: Mapping[str, Any]) -> Rejected:
    if word == "missing_scope":
        needed = answer.get("needed", "")
        mend = f"Add the scope {needed} on the app's page and install it again."
        return Rejected(RejectReason.NO_RIGHTS, "The app lacks a scope.", mend)
    if word in _REFUSALS:
        return Rejected(*_REFUSALS[word])
    if word.startswith(_RESTRICTED):
        return Rejected(*_REFUSALS["restricted_action"])
    problem = f'Slack refuses that ("{word}").'
    return Rejected(RejectReason.INVALID, problem, "Report this with the time it happened.")


def word_of(error: Exception) -> str:
    """Return Slack's own word for an error, such as `expired_trigger_id`, or nothing."""
    if not isinstance(error, SlackApiError):
        return ""
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def read_wait(headers: Mapping[str, str]) -> timedelta:
    """Return how long an answer's headers ask to wait; half a minute where they don't say it in
    seconds."""
    value = next((headers[name] for name in headers if name.lower() == "retry-after"), "")
    try:
        seconds = min(float(value), _LONGEST_WAIT.total_seconds())
    except ValueError:
        return _WAIT
    return timedelta(seconds=seconds) if seconds >= 0 else _WAIT


TOKEN_ERRORS = frozenset({REMOVED, "invalid_auth", "token_expired", "token_revoked", "not_authed"})
"""Slack's words for a token that is good no more."""

CALL_ERRORS = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError)
"""What a call through slack_sdk may raise."""
