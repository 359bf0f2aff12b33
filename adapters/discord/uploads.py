"""Files that come along with a command or a form."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import discord
import structlog

from adapters.discord.failures import CALL_ERRORS
from bot.domain.events import MOST_UPLOADED, Upload

log = structlog.get_logger(__name__)
PATIENCE = 30.0
"""Seconds that fetching may take."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that lies at Discord's."""

    name: str
    url: str
    size: int


def read_enclosure(data: Mapping[str, Any]) -> Enclosure | None:
    """Return the first file among what an interaction brings along."""
    resolved = data.get("resolved")
    files = resolved.get("attachments") if isinstance(resolved, Mapping) else None
    if not isinstance(files, Mapping):
        return None
    for file in files.values():
        if isinstance(file, Mapping):
            name, url, size = (file.get(word) for word in ("filename", "url", "size"))
            if isinstance(name, str) and isinstance(url, str) and isinstance(size, int):
                return Enclosure(name, url, size)
    return None


async def fetch_upload(client: discord.Client, file: Enclosure) -> Upload:
    """Fetch a file; what keeps it from being fetched becomes a sentence."""
    if file.size > MOST_UPLOADED:
        return Upload.too_large(file.name)
    try:
        async with asyncio.timeout(PATIENCE):
            return Upload(file.name, await client.http.get_from_cdn(file.url))
    except CALL_ERRORS as error:
        log.warning("file_not_fetched", file=file.name, problem=repr(error))
        problem = "Discord does not hand out the file just now. Try again in a minute."
        return Upload(file.name, problem=problem)
