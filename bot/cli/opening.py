"""The core as an operator's commands open it: without any platform."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import Application


@asynccontextmanager
async def open_core(config: Path | None) -> AsyncIterator[Application]:
    """Open the core on the configured database.

    Raises:
        StorageError: the database can't be read, or its schema is not the newest.
    """
    from bot.app import build
    from bot.config import load_settings
    from storage.schema import require_current

    async with build(load_settings(config).database.url, {}) as app:
        await require_current(app.engine)
        yield app
