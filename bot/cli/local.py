"""What `simulate` and `demo` share: the real core on a local platform."""

from __future__ import annotations

import random
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.local.platform import NAME, LocalChat, LocalPlatform, Message
from adapters.local.simulation import MovableClock, Simulation
from bot.app import Application, build
from bot.config import GradingSettings, Settings
from bot.domain.cards import QuestionCard
from bot.domain.delivery import Purpose
from storage.engine import hold_file, open_engine

if TYPE_CHECKING:
    from bot.domain.events import Origin
    from bot.domain.people import Workspace
    from bot.ports import Storage, UnitOfWork

SEED = 20260105
"""Local channels roll the same dice each time, so that a script gives the same transcript."""
MOST_RECALLED = 500
"""Posts of a workspace that the local platform finds again in a kept database."""


@contextmanager
def open_database(url: str | None) -> Iterator[str]:
    """Yield the given URL, or that of a new SQLite file which is deleted afterwards.

    A given file is held: a service that has it open works on its own clock.

    Raises:
        StorageError: another process holds the file.
    """
    if url:
        with hold_file(open_engine(url)) or nullcontext():
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

    program = await start()
    platform.recall(await list_posted(program.storage))
    simulation = Simulation(program, start, platform, clock, hear)
    try:
        yield simulation
    finally:
        await simulation.program.close()


async def list_posted(storage: Storage) -> list[Message]:
    """Return the questions that a kept database says were posted, oldest first.

    A platform remembers its messages; the local one lives only as long as the process.
    """
    posted: list[Message] = []
    async with storage.reading() as work:
        for workspace in await work.workspaces.everyone():
            if workspace.platform == NAME:
                posted += await _list_posted_in(work, workspace)
    return sorted(posted, key=lambda message: message.at)


async def _list_posted_in(work: UnitOfWork, workspace: Workspace) -> list[Message]:
    deliveries = await work.posts.newest(workspace.id, MOST_RECALLED)
    keys = [each.question_key for each in deliveries if each.question_key is not None]
    questions = await work.questions.get_many(workspace.id, keys)
    posted = []
    for each in deliveries:
        question = questions.get(each.question_key) if each.question_key else None
        if question and each.purpose is Purpose.QUESTION and each.message_id and each.posted_at:
            message = Message(
                id=each.message_id,
                workspace=workspace.external_id,
                channel=each.channel,
                only=None,
                card=QuestionCard.of(each, question, workspace),
                key=each.key,
                at=each.posted_at,
                searchable_at=each.posted_at,
            )
            posted.append(message)
    return posted
