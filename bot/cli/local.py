"""What `simulate` and `demo` share: the real core on a local platform."""

from __future__ import annotations

import random
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.local.platform import NAME, LocalChat, LocalPlatform, Message
from adapters.local.simulation import MovableClock, Simulation
from bot.app import Application, build
from bot.config import GradingSettings, Settings

if TYPE_CHECKING:
    from bot.domain.events import Origin

SEED = 20260105
"""Local channels roll the same dice each time, so that a script gives the same transcript."""


@contextmanager
def open_database(url: str | None) -> Iterator[str]:
    """Yield the given URL, or that of a new SQLite file which is deleted afterwards."""
    if url:
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="fastapi-quiz-") as folder:
        yield f"sqlite+aiosqlite:///{folder}/local.db"


@asynccontextmanager
async def open_simulation(
    url: str,
    clock: MovableClock,
    show: Callable[[Message], None],
    hear: Callable[[Origin, str], None],
    packs: Mapping[str, Path] | None = None,
    settings: Settings = Settings(grading=GradingSettings(grader="lexical")),  # noqa: B008 - frozen
    console_address: Callable[[], str | None] = lambda: None,
) -> AsyncIterator[Simulation]:
    """Start the core on a local platform; each crash starts it again on the same database.

    `packs` replaces the shipped question packs. Of the settings those of grading count.
    """
    platform = LocalPlatform(clock, show)
    dice = random.Random(SEED)  # noqa: S311 - shuffles questions, guards nothing

    async def start() -> Application:
        program = build(
            url,
            {NAME: LocalChat(platform)},
            clock=clock,
            dice=dice,
            grading=settings.grading,
            ai=settings.ai,
            console_address=console_address,
        )
        await program.start(packs)
        return program

    simulation = Simulation(await start(), start, platform, clock, hear)
    try:
        yield simulation
    finally:
        await simulation.program.close()
