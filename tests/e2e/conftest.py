"""Transcripts are the main end-to-end tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stage import Play, Played, play_script


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Play a script and return what the bot said."""

    async def play(script: str) -> Played:
        return await play_script(script, tmp_path)

    return play
