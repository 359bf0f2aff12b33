"""What the settings for Slack must hold, and what to do where Slack refuses them."""

from __future__ import annotations

import aiohttp

from adapters.slack.failures import explain, word_of
from bot.config import SlackSettings
from bot.domain.formatting import format_duration
from bot.errors import ConfigError, NotSent, Rejected

_GUIDE = "See docs/slack/guide.md for where Slack shows it."
_MENDS = {
    "bot_token": "Copy the Bot User OAuth Token again; if the app was removed, install it first.",
    "app_token": "Generate an app-level token with the scope connections:write, and copy it.",
}


def serves_many(settings: SlackSettings) -> bool:
    """Tell whether any workspace may install the app, or one token is all there is."""
    return settings.mode == "http" and bool(settings.client_id)


def require_settings(settings: SlackSettings) -> None:
    """Refuse settings that lack what their mode needs.

    Raises:
        ConfigError: names what is missing.
    """
    needed = {"app_token": "xapp-"} if settings.mode == "socket" else {"signing_secret": ""}
    more = {"client_secret": ""} if serves_many(settings) else {"bot_token": "xoxb-"}
    for name, prefix in (needed | more).items():
        value = getattr(settings, name).get_secret_value()
        if not value.startswith(prefix) or not value:
            begins = f" It begins with {prefix}." if prefix else ""
            raise ConfigError(
                f'slack.mode = "{settings.mode}" needs slack.{name} (in the environment '
                f"FASTAPI_QUIZ_SLACK__{name.upper()}).{begins} {_GUIDE}"
            )


def explain_refusal(name: str, error: Exception) -> ConfigError | NotSent:
    """Say why a call with the token that stands in the setting did not work, and the mend.

    Only what Slack refuses is a fault of the settings.
    """
    if isinstance(explain(error), Rejected):
        word = word_of(error)
        return ConfigError(f'Slack refuses slack.{name} ("{word}"). {_MENDS[name]} {_GUIDE}')
    return explain_silence(error)


def explain_silence(error: Exception) -> NotSent:
    """Say why Slack said nothing of what it was asked, and how long it asks to wait."""
    meaning = explain(error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return NotSent(f"Slack can't be reached ({error.host}). Check slack.base_url.")
    if isinstance(meaning, NotSent):
        wait = meaning.retry_after
        return NotSent(f"Slack asks to wait {format_duration(wait)}. Try again then.", wait)
    return NotSent(f"Slack does not answer: {meaning} Check slack.base_url.")
