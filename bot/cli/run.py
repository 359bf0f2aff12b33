"""`fastapi-quiz run` and `migrate`: the service and its database."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path

from bot.app import Service
from bot.cli.stopping import Ending
from bot.config import list_secrets, load_settings
from bot.domain.reading import did_you_mean
from bot.errors import ConfigError
from bot.logs import configure_logs
from storage.engine import open_engine
from storage.schema import migrate as migrate_database

GC_THRESHOLDS = (5_000, 20, 10)
"""How many new objects make the collector come; Python's own are 700, 10 and 10. With thousands
of requests under way little of what is new is rubbish, and each look holds up the event loop."""
PARTS = ("local", "discord", "slack", "scheduler", "web")


def run(config: Path | None, only: str | None, ending: Ending) -> None:
    """Run until SIGTERM or SIGINT, then drain and return."""
    settings = load_settings(config)
    secrets = list_secrets(settings)
    configure_logs(settings.logging.level, settings.logging.format, secrets, lasting=True)
    parts = [part.strip().lower() for part in only.split(",")] if only else list(PARTS)
    for part in parts:
        if part not in PARTS:
            hint = did_you_mean(part, PARTS)
            raise ConfigError(f'--only: "{part}" is no part.{hint} Parts: {", ".join(PARTS)}.')
    service = Service(settings, parts)
    service.prepare(ending.is_told)
    asyncio.run(_serve(service, ending))


async def _serve(service: Service, ending: Ending) -> None:
    gc.set_threshold(*GC_THRESHOLDS)
    try:
        await ending.serve(service.start())
    finally:
        await service.stop()


def migrate(config: Path | None) -> str:
    """Make the database or bring it to the newest schema; return the revision it has."""
    return asyncio.run(_migrate(load_settings(config).database.url))


async def _migrate(url: str) -> str:
    engine = open_engine(url, patience=None)
    try:
        return await migrate_database(engine)
    finally:
        await engine.dispose()
