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
from bot.domain.delivery import Delivery, Purpose
from storage.engine import hold_file, open_engine

if TYPE_CHECKING:
    from bot.domain.events import Origin
    from bot.domain.people import Workspace
    from bot.domain.question import Question, QuestionKey
    from bot.ports import Storage

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
    posted = []
    async with storage.reading() as work:
        for workspace in await work.workspaces.everyone():
            if workspace.platform != NAME:
                continue
            deliveries = await work.deliveries.newest_of_workspace(workspace.id, MOST_RECALLED)
            keys = [each.question_key for each in deliveries if each.question_key is not None]
            questions = await work.questions.get_many(workspace.id, keys)
            for each in deliveries:
                card = _show_again(workspace, each, questions)
                if card and each.message_id and each.posted_at:
                    posted.append(
                        Message(
                            each.message_id,
                            workspace.external_id,
                            each.channel,
                            None,
                            card,
                            each.key,
                            each.posted_at,
                            each.posted_at,
                        )
                    )
    return sorted(posted, key=lambda message: message.at)


def _show_again(
    workspace: Workspace, delivery: Delivery, questions: Mapping[QuestionKey, Question]
) -> QuestionCard | None:
    question = questions.get(delivery.question_key) if delivery.question_key else None
    if question is None or delivery.purpose is not Purpose.QUESTION:
        return None
    return QuestionCard(
        question=question,
        workspace=workspace.external_id,
        slot=delivery.slot,
        key=delivery.key,
        schedule_number=delivery.schedule_number,
        emoji=workspace.emoji,
    )
