"""A bot in a local Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.slack_bot import Bot, run_bot


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot by Socket Mode."""
    async with run_bot(tmp_path) as running:
        yield running


@pytest.fixture
async def http_bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot by HTTP, for one workspace."""
    async with run_bot(tmp_path, "http") as running:
        yield running


@pytest.fixture
async def open_bot(tmp_path: Path, database_url: str) -> AsyncIterator[Bot]:
    """A bot by HTTP that nobody has installed yet, on both databases."""
    async with run_bot(tmp_path, "oauth", database_url) as running:
        yield running
