"""What ends a service from outside."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine

STOPS = (signal.SIGTERM, signal.SIGINT)


class Ending:
    """Hears SIGTERM and Ctrl-C from the moment it is made, and says so to whoever asks.

    Nothing is raised: an exception is lost where a signal meets a callback, such as one of a fork.
    """

    def __init__(self) -> None:
        self._told = asyncio.Event()
        for number in STOPS:
            signal.signal(number, lambda *_: self._told.set())

    def is_told(self) -> bool:
        """Tell whether a signal came."""
        return self._told.is_set()

    async def serve(self, start: Coroutine[object, object, None]) -> None:
        """Start, and return when a signal comes; a start that is not done then is broken off.

        Raises what the start raises.
        """
        for number in STOPS:
            asyncio.get_running_loop().add_signal_handler(number, self._told.set)
        if self.is_told():
            start.close()
            return
        starting = asyncio.create_task(start)
        waiting = asyncio.create_task(self._told.wait())
        await asyncio.wait([starting, waiting], return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            await waiting
            return
        starting.cancel()
        await asyncio.wait([starting])
