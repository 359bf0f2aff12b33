"""Makes what the database lacks in a process of its own, which gives its memory back."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context

from bot.app.core import build

LOOK_EVERY = 0.05
"""Seconds between two looks whether there still is time for it."""


def prepare_database(url: str, is_told_to_end: Callable[[], bool] = lambda: False) -> None:
    """Make a new database, and bring the shipped packs into it where they changed.

    The modules, statements and questions that this takes are 8 MB, which nothing needs again
    and which would stay with the service for as long as it runs. Call this before there is a
    thread or a connection, which a forked process can't take over. Where forking is not safe,
    or something is wrong with the database, `Application.start` does it, or says what it is.
    Once this process is told to end, the forked one is ended: what it writes it writes whole or
    not at all.
    """
    if sys.platform == "linux":
        process = get_context("fork").Process(target=_prepare, args=(url,), daemon=True)
        process.start()
        while process.is_alive() and not is_told_to_end():
            process.join(LOOK_EVERY)
        process.terminate()
        process.join()


def _prepare(url: str) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the service sends it when it is told to end
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which says goodbye
    with suppress(Exception):  # the service meets it again when it starts, and says it
        asyncio.run(_start_and_close(url))


async def _start_and_close(url: str) -> None:
    async with build(url, {}) as app:
        await app.start()
