"""The local channel as a platform of the service: posts appear in its own output."""

from __future__ import annotations

from adapters.local.platform import NAME, LocalChat, LocalPlatform
from adapters.local.transcript import Transcript, print_line
from bot.ports import Clock, Handle


class LocalService:
    """Implements `bot.ports.Platform`; nobody can answer there."""

    name = NAME
    pace = None

    def __init__(self, clock: Clock) -> None:
        transcript = Transcript(print_line, clock.now, lambda: "UTC")
        self.chat = LocalChat(LocalPlatform(clock, transcript.show))

    def problem(self) -> str | None:
        """There is nothing that could break."""
        return None

    def share_limits(self, processes: int) -> None:
        """There are no limits."""

    async def start(self, handle: Handle) -> None:
        """There is nothing to connect to."""

    async def stop(self) -> None:
        """There is nothing to disconnect from."""
