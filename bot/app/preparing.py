"""Makes what the database lacks in a process of its own, which gives its memory back."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from multiprocessing import get_context

from bot.app.core import build


def prepare_database(url: str) -> None:
    """Make a new database, and bring the shipped packs into it where they changed.

    The modules, statements and questions that this takes are 8 MB, which nothing needs again
    and which would stay with the service for as long as it runs. Call this before there is a
    thread or a connection, which a forked process can't take over. Where forking is not safe,
    or something is wrong with the database, `Application.start` does it, or says what it is.
    """
    if sys.platform == "linux":
        process = get_context("fork").Process(target=_prepare, args=(url,))
        process.start()
        process.join()


def _prepare(url: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which says goodbye
    with suppress(Exception):  # the service meets it again when it starts, and says it
        asyncio.run(_start_and_close(url))


async def _start_and_close(url: str) -> None:
    app = build(url, {})
    try:
        await app.start()
    finally:
        await app.close()
