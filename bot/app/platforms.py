"""Chat platforms, each with its SDK imported only where it is wanted."""

from __future__ import annotations

from collections.abc import Collection
from importlib.util import find_spec
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.config import Settings
from bot.errors import ConfigError
from bot.ports import NO_METER, Clock, Meter, Platform

if TYPE_CHECKING:
    from storage.installations import SqlInstallations

PLATFORMS = ("local", "discord", "slack")


def list_enabled(settings: Settings) -> list[str]:
    """Return the platforms that the settings enable."""
    return [name for name in PLATFORMS if getattr(settings, name).enabled]


def make_platforms(
    settings: Settings,
    only: Collection[str],
    clock: Clock,
    engine: AsyncEngine,
    meter: Meter = NO_METER,
) -> list[Platform]:
    """Make the platforms that are enabled and wanted; each SDK is imported here, if at all."""
    platforms: list[Platform] = []
    if settings.local.enabled and "local" in only:
        from adapters.local.service import LocalService

        platforms.append(LocalService(clock))
    if settings.discord.enabled and "discord" in only:
        require_extra("discord", "discord")
        from adapters.discord.platform import DiscordPlatform
        from storage.adapter_words import AdapterWords

        words = AdapterWords(engine, "discord")
        platforms.append(DiscordPlatform(settings.discord, words, meter))
    if settings.slack.enabled and "slack" in only:
        require_extra("slack_bolt", "slack")
        platforms.append(_make_slack(settings, clock, engine, meter))
    return platforms


def require_extra(module: str, extra: str) -> None:
    """Check that an optional part is installed.

    Raises:
        ConfigError: it isn't; says how to install it.
    """
    if find_spec(module) is None:
        raise ConfigError(
            f"The {extra} part is not installed. Run: pip install 'fastapi-quiz[{extra}]'"
        )


def _make_slack(settings: Settings, clock: Clock, engine: AsyncEngine, meter: Meter) -> Platform:
    from adapters.slack.app import SlackPlatform
    from adapters.slack.settings import serves_many
    from storage.received import SqlReceivedEvents

    received = SqlReceivedEvents(engine, "slack")
    if not serves_many(settings.slack):
        return SlackPlatform(settings.slack, clock, received, meter=meter)
    from storage.installations import SqlOneTimeTokens

    return SlackPlatform(
        settings.slack,
        clock,
        received,
        open_installations(settings, engine),
        SqlOneTimeTokens(engine, "slack-install"),
        settings.web.public_url,
        meter,
    )


def open_installations(settings: Settings, engine: AsyncEngine) -> SqlInstallations:
    """Open what is stored of the workspaces that installed the Slack app.

    Raises:
        ConfigError: there is no address to install it at, or no key for its tokens.
    """
    from storage.installations import SqlInstallations
    from storage.secrets import Cipher

    if not settings.web.public_url:
        raise ConfigError(
            "web.public_url is missing: Slack sends people back to it when they install the "
            'app. Write it like public_url = "https://quiz.example.com"'
        )
    cipher = Cipher([key.get_secret_value() for key in settings.security.encryption_keys])
    return SqlInstallations(engine, cipher, "slack")
