"""The local channel, which the others are compared to."""

from __future__ import annotations

from pathlib import Path

from tests.parity.stage import Shown, describe_shown
from tests.stage import play_script


class LocalStage:
    """Plays in memory."""

    async def play(self, script: str, folder: Path) -> list[Shown]:
        """Play a script."""
        played = await play_script(script, folder)
        return [
            describe_shown(said.kind, said.only, said.channel, said.text)
            for said in played.messages
        ]
