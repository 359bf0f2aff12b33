"""Makes what the database lacks in a process of its own, which gives its memory back."""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from bot.app.core import build


def prepare_database(url: str) -> None:
    """Make a new database, and bring the shipped packs into it where they changed.

    The modules, statements and questions that this takes are 8 MB, which nothing needs again
    and which would stay with the service for as long as it runs. Call this before there is a
    thread or a connection, which a forked process can't take over. Where forking is not safe
    the service does all of it itself when it starts.

    Raises:
        SchemaError: the database is older or newer than this program.
        StorageError: it can't be opened or written.
    """
    if sys.platform != "linux":
        return
    with ProcessPoolExecutor(1, get_context("fork")) as pool:
        pool.submit(_prepare, url).result()


def _prepare(url: str) -> None:
    asyncio.run(_start_and_close(url))


async def _start_and_close(url: str) -> None:
    app = build(url, {})
    try:
        await app.start()
    finally:
        await app.close()
