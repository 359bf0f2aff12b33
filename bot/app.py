"""The composition root: settings in, a wired application out; start, drain, stop."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.cards import Reply
from bot.domain.events import Event
from bot.grading.lexical import LexicalGrader
from bot.ports import ChatPort, Clock
from bot.services.administering import Administering
from bot.services.answering import Answering
from bot.services.conversing import Conversing, collect_handlers
from bot.services.delivering import Delivering
from bot.services.dispatching import Dispatching
from bot.services.helping import Helping
from bot.services.notifying import Notifying
from bot.services.planning import Planning
from bot.services.profile import Profile
from bot.services.reconciling import Reconciling
from bot.services.revealing import Revealing
from bot.services.scheduling import Scheduling
from bot.services.standings import Standings
from storage.engine import open_engine
from storage.schema import current_revision, migrate, require_current
from storage.unit_of_work import SqlStorage


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present time, in UTC."""
        return datetime.now(UTC)


@dataclass
class Application:
    """The wired core, for whoever drives it: a scheduler, a platform, a simulation."""

    engine: AsyncEngine
    storage: SqlStorage
    conversing: Conversing
    dispatching: Dispatching

    async def start(self) -> None:
        """Check the schema and bring the shipped bank into the database.

        A new database is made; an older one is refused, with the command that mends it.
        """
        if await current_revision(self.engine) is None:
            await migrate(self.engine)
        else:
            await require_current(self.engine)
        await store_shipped_packs(self.storage)

    async def handle(self, event: Event) -> Reply | None:
        """Answer an event from a platform."""
        return await self.conversing.handle(event)

    async def run_due(self) -> None:
        """Do all that is due now."""
        await self.dispatching.run_due()

    async def next_wake_at(self) -> datetime | None:
        """Return when the next thing is due."""
        return await self.dispatching.next_wake_at()

    async def close(self) -> None:
        """Let go of the database."""
        await self.engine.dispose()


def build(
    database_url: str,
    chats: Mapping[str, ChatPort],
    *,
    clock: Clock | None = None,
    dice: random.Random | None = None,
    owner: str = "one",
    grace: timedelta = timedelta(hours=6),
    lease: timedelta = timedelta(seconds=60),
) -> Application:
    """Wire the core to a database and to chat platforms; nothing is opened yet.

    Tests and simulations hand in their own clock and dice; `owner` names this process
    among those that share the database.
    """
    clock = clock or SystemClock()
    engine = open_engine(database_url)
    storage = SqlStorage(engine, dice or random.SystemRandom())
    reconciling = Reconciling(storage, chats, clock, lease, grace)
    answering = Answering(storage, LexicalGrader())
    revealing = Revealing(storage, reconciling, grace)
    profile = Profile(storage)
    services = (
        answering,
        revealing,
        profile,
        Administering(storage, chats),
        Helping(storage, chats),
        Scheduling(storage, chats, grace),
        Standings(storage, chats),
    )
    return Application(
        engine,
        storage,
        Conversing(
            storage, chats, clock, answering, revealing, profile, collect_handlers(services)
        ),
        Dispatching(
            storage,
            clock,
            Planning(storage, grace),
            Delivering(storage, chats, clock, owner, lease, grace),
            reconciling,
            Notifying(storage, chats, clock),
        ),
    )


async def store_shipped_packs(storage: SqlStorage) -> None:
    """Bring the shipped packs into the database where their files changed."""
    from bot.questions.loader import load_pack, pack_digest, shipped_packs

    for name, folder in shipped_packs().items():
        digest = pack_digest(folder)
        async with storage.reading() as work:
            if await work.questions.pack_digest(name) == digest:
                continue
        questions = load_pack(folder)
        async with storage.writing() as work:
            await work.questions.store_pack(name, digest, questions)
