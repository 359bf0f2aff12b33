"""Chat platforms, each with its SDK imported only where it is wanted."""

from __future__ import annotations

from collections.abc import Collection
from importlib.util import find_spec

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.core import build
from bot.config import Settings
from bot.errors import ConfigError
from bot.ports import NO_METER, Clock, Meter, Platform
from bot.services.reporting import Reporting
from storage.schema import current_revision

PLATFORMS = ("local", "discord", "slack")


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
    from adapters.slack.app import SlackPlatform, serves_many
    from storage.received import SqlReceivedEvents

    received = SqlReceivedEvents(engine, "slack")
    if not serves_many(settings.slack):
        return SlackPlatform(settings.slack, clock, received, meter=meter)
    from storage.installations import SqlInstallations, SqlOneTimeTokens
    from storage.secrets import Cipher

    if not settings.web.public_url:
        raise ConfigError(
            "web.public_url is missing: Slack sends people back to it when they install the "
            'app. Write it like public_url = "https://quiz.example.com"'
        )
    cipher = Cipher([key.get_secret_value() for key in settings.security.encryption_keys])
    return SlackPlatform(
        settings.slack,
        clock,
        received,
        SqlInstallations(engine, cipher, "slack"),
        SqlOneTimeTokens(engine, "slack-install"),
        settings.web.public_url,
        meter,
    )


async def examine_discord(settings: Settings) -> str:
    """Sign in at Discord, look at all channels with schedules, and say what is to be known.

    Raises:
        ConfigError: the token is refused, Discord does not answer, or rights are missing.
    """
    require_extra("discord", "discord")
    from adapters.discord.doctor import examine

    app = build(settings.database.url, {})
    try:
        places: set[tuple[str, str]] = set()
        if await current_revision(app.engine) is not None:
            async for workspace, schedule in Reporting(app.storage).schedules():
                if workspace.platform == "discord" and not schedule.paused_because:
                    places.add((workspace.external_id, schedule.channel))
    finally:
        await app.close()
    return await examine(settings.discord, sorted(places))
