"""The composition root: the only place that knows services, adapters and storage."""

from bot.app.core import Application, SystemClock, build, store_packs
from bot.app.preparing import prepare_database
from bot.app.service import Service

__all__ = [
    "Application",
    "Service",
    "SystemClock",
    "build",
    "prepare_database",
    "store_packs",
]
