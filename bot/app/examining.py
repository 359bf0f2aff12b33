"""What `fastapi-quiz check` asks of the database's questions and of chat platforms, each of whose
SDKs is imported here, if at all."""

from __future__ import annotations

from itertools import starmap

from bot.app.core import Application, SystemClock, build
from bot.app.platforms import PLATFORMS, list_enabled, open_installations, require_extra
from bot.app.serving import NEEDS_WEB, serves_web
from bot.config import Settings
from bot.domain.bank import StoredPack
from bot.domain.formatting import plural
from bot.domain.people import Workspace
from bot.domain.schedule import Schedule
from bot.errors import ConfigError
from bot.services.reporting import Reporting
from storage.schema import has_tables


async def examine_questions(settings: Settings) -> str:
    """Read all questions of the database, imported ones too, and look whether schedules find any.

    Raises:
        ConfigError: a pack can't be read, or an active schedule has nothing to post.
        StorageError: the database can't be read.
    """
    none_yet = "none yet; `run` stores the shipped ones"
    async with build(settings.database.url, {}) as app:
        if not await has_tables(app.engine):
            return none_yet
        reporting = Reporting(app.storage)
        packs = [pair async for pair in reporting.packs()]
        if not packs:
            return none_yet
        broken = [pair for pair in packs if not await reporting.is_readable(*pair)]
        idle = await reporting.idle_schedules()
    if broken or idle:
        raise ConfigError(" ".join([*starmap(_tell_broken, broken), *starmap(_tell_idle, idle)]))
    total = plural(sum(pack.questions for _, pack in packs), "question")
    return f"{plural(len(packs), 'pack')} with {total}; every active schedule finds some"


def _tell_broken(owner: Workspace | None, pack: StoredPack) -> str:
    whose = f" --workspace {owner.platform}:{owner.external_id}" if owner else ""
    return (
        f"The pack {pack.name} can't be read. Store it again: fastapi-quiz questions import FILE "
        f"--pack {pack.name}{whose}."
    )


def _tell_idle(workspace: Workspace, schedule: Schedule) -> str:
    return (
        f"Schedule {schedule.number} of {workspace.name} ({workspace.platform}:"
        f"{workspace.external_id}) has nothing to post: no question fits ({schedule.wanted}). "
        f"Import or restore some, or let an admin there widen it: /fastapi-quiz schedule edit "
        f"{schedule.number} level:any topic:any pack:any."
    )


async def examine_choice(settings: Settings) -> str:
    """Say which platforms are enabled; none has to be where nothing is set for any.

    Raises:
        ConfigError: one was set up, and none is enabled.
    """
    enabled = list_enabled(settings)
    if enabled:
        return f"enabled: {', '.join(enabled)}"
    started = [
        name for name in PLATFORMS if getattr(settings, name) != type(getattr(settings, name))()
    ]
    if started:
        raise ConfigError(
            f"[{started[0]}] has settings, but no platform is enabled, so run has nothing to do. "
            f"Set enabled = true under [{started[0]}] (in the environment "
            f"FASTAPI_QUIZ_{started[0].upper()}__ENABLED)."
        )
    return (
        "none is enabled, which demo and simulate don't need; for run, enable one in "
        f"config.toml ({', '.join(PLATFORMS)})"
    )


async def examine_discord(settings: Settings) -> str:
    """Sign in at Discord, look at all channels with schedules, and say what is to be known.

    Raises:
        ConfigError: the token is refused, Discord does not answer, or rights are missing.
        StorageError: the database can't be read.
    """
    require_extra("discord", "discord")
    from adapters.discord.doctor import examine

    async with build(settings.database.url, {}) as app:
        places = await _read_places(app, "discord") if await has_tables(app.engine) else []
    return await examine(settings.discord, places)


async def examine_slack(settings: Settings) -> str:
    """Try Slack's tokens, look at all channels with schedules, and say what is to be known.

    Raises:
        ConfigError: settings are missing, a token is refused, Slack does not answer, or scopes
            or rights are missing.
        StorageError: the database or a token in it can't be read.
    """
    require_extra("slack_bolt", "slack")
    from adapters.slack.doctor import examine
    from adapters.slack.settings import require_settings, serves_many

    require_settings(settings.slack)
    if settings.slack.mode == "http" and not serves_web(settings, ["web"]):
        raise ConfigError(NEEDS_WEB)
    many = serves_many(settings.slack)
    async with build(settings.database.url, {}) as app:
        installations = open_installations(settings, app.engine) if many else None
        ready = await has_tables(app.engine)
        places = await _read_places(app, "slack") if ready else []
        installed = await installations.everyone() if installations and ready else []
    if not many:
        return await examine(settings.slack, SystemClock(), places)
    return await examine(settings.slack, SystemClock(), places, installed, settings.web.public_url)


async def _read_places(app: Application, platform: str) -> list[tuple[str, str]]:
    """Return where active schedules post: the platform's ids of workspaces and channels."""
    return sorted(
        {
            (workspace.external_id, schedule.channel)
            async for workspace, schedule in Reporting(app.storage).schedules()
            if workspace.platform == platform and not schedule.paused_because
        }
    )
