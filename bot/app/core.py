"""The wired core: settings and platforms in, an application out."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.config import AiSettings, GradingSettings
from bot.domain.cards import Reply
from bot.domain.events import Event
from bot.domain.pacing import Pace
from bot.graders import Graders, WordGrader, make_graders
from bot.ports import NO_METER, ChatPort, Clock, Meter
from bot.services.administering import Administering
from bot.services.admitting import Admitting
from bot.services.answering import Answering
from bot.services.authoring import Authoring
from bot.services.conversing import Conversing, collect_handlers
from bot.services.curating import Curating
from bot.services.customising import Customising
from bot.services.deciding import Deciding
from bot.services.delivering import Delivering
from bot.services.digesting import Digesting
from bot.services.dispatching import Dispatching
from bot.services.drafting import Drafting
from bot.services.erasing import Erasing
from bot.services.forming import Forming
from bot.services.generated_pack import GeneratedPack
from bot.services.generating import MADE_HERE, Generating
from bot.services.helping import Helping
from bot.services.importing import Importing
from bot.services.interviewing import InterviewEnding, Interviewing
from bot.services.leaving import Leaving
from bot.services.naming import ChannelNames
from bot.services.notifying import Notifying
from bot.services.pacing import Pacing
from bot.services.planning import Planning
from bot.services.practising import Practising
from bot.services.profile import Profile
from bot.services.recalling import Recalling
from bot.services.reconciling import Reconciling
from bot.services.reminding import Reminding
from bot.services.resolving import Resolving
from bot.services.revealing import Revealing
from bot.services.scheduling import Scheduling
from bot.services.standings import Standings
from bot.services.timekeeping import ClockWatch
from bot.services.visiting import Visiting
from storage.engine import open_engine
from storage.schema import has_tables, migrate
from storage.unit_of_work import SqlStorage


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present time, in UTC."""
        return datetime.now(UTC)


@dataclass
class Application:
    """The wired core, for whoever drives it: a scheduler, a platform, a simulation.

    As a context it is closed at the end.
    """

    engine: AsyncEngine
    storage: SqlStorage
    conversing: Conversing
    dispatching: Dispatching
    graders: Graders
    visiting: Visiting
    naming: ChannelNames

    async def start(self, packs: Mapping[str, Path] | None = None) -> None:
        """Check the schema and bring the shipped bank, or other packs, into the database.

        A new database is made; an older one is refused, with the command that mends it.
        """
        if not await has_tables(self.engine):
            await migrate(self.engine)
        await store_packs(self.storage, packs)

    async def handle(self, event: Event) -> Reply | None:
        """Answer an event from a platform."""
        return await self.conversing.handle(event)

    async def run_due(self) -> None:
        """Do all that is due now."""
        await self.dispatching.run_due()

    async def next_wake_at(self) -> datetime | None:
        """Return when the next thing is due."""
        return await self.dispatching.next_wake_at()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the database and of the model."""
        await self.graders.close()
        await self.engine.dispose()


def build(
    database: str | AsyncEngine,
    chats: Mapping[str, ChatPort],
    *,
    clock: Clock | None = None,
    seconds: Callable[[], float] | None = None,
    dice: random.Random | None = None,
    owner: str = "one",
    grace: timedelta = timedelta(hours=6),
    lease: timedelta = timedelta(seconds=60),
    spread: timedelta = timedelta(0),
    concurrency: int = 100,
    grading: GradingSettings = GradingSettings(grader="lexical"),  # noqa: B008 - frozen
    ai: AiSettings = AiSettings(),  # noqa: B008 - frozen
    keep_after_leaving: timedelta = timedelta(days=30),
    meter: Meter = NO_METER,
    paces: Mapping[str, Pace] | None = None,
    console_address: Callable[[], str | None] = lambda: None,
) -> Application:
    """Wire the core to a database and to chat platforms; nothing is opened yet.

    Tests and simulations hand in their own clock and dice; `seconds` is a clock that nobody sets,
    which tells when the other was, None where that one is set by nobody; `owner` names this process
    among those that share the database; `console_address` says where the console is, if anywhere.
    """
    from bot.questions.pack_files import shipped_packs

    clock = clock or SystemClock()
    engine = open_engine(database) if isinstance(database, str) else database
    dice = dice or random.SystemRandom()
    storage = SqlStorage(engine, dice)
    watch = ClockWatch(clock, seconds or (lambda: clock.now().timestamp()), lease)
    reconciling = Reconciling(storage, chats, clock, lease, watch, meter=meter)
    graders = make_graders(grading, ai, clock, storage)
    admitting = Admitting(storage, chats)
    answering = Answering(storage, graders.grader)
    interviewing = Interviewing(storage, graders.grader, answering)
    generating = Generating()
    practising = Practising(storage, generating)
    revealing = Revealing(storage, reconciling)
    visiting = Visiting(storage, chats, clock, console_address)
    reserved = {*shipped_packs(), *MADE_HERE}
    services = (
        answering,
        revealing,
        Profile(storage, chats),
        practising,
        interviewing,
        Administering(storage, chats, graders.describe),
        Customising(storage),
        Authoring(storage),
        Deciding(storage),
        Drafting(storage, generating, WordGrader(), dice, graders.writer),
        Curating(storage, Importing(storage, reserved)),
        Helping(storage, admitting),
        Recalling(storage),
        Resolving(storage, clock, grace),
        Scheduling(storage, chats, grace, GeneratedPack(storage, generating)),
        Standings(storage, chats),
        visiting,
    )
    return Application(
        engine,
        storage,
        Conversing(
            storage,
            chats,
            clock,
            admitting,
            answering,
            revealing,
            practising,
            interviewing,
            Leaving(storage, clock, keep_after_leaving),
            Forming(storage),
            collect_handlers(services),
        ),
        Dispatching(
            storage,
            clock,
            Planning(grace, spread, meter),
            Delivering(
                storage,
                chats,
                clock,
                owner,
                lease,
                concurrency,
                meter=meter,
                pacing=Pacing(paces or {}),
            ),
            reconciling,
            Notifying(storage, chats, clock),
            Reminding(storage, chats, clock),
            InterviewEnding(storage, chats, clock),
            Erasing(storage, clock),
            Digesting(storage, grace),
        ),
        graders,
        visiting,
        ChannelNames(chats, clock),
    )


async def store_packs(storage: SqlStorage, packs: Mapping[str, Path] | None = None) -> None:
    """Bring packs (by default the shipped ones) into the database where files changed."""
    from bot.questions.pack_files import pack_digest, shipped_packs

    for name, folder in (shipped_packs() if packs is None else packs).items():
        digest = pack_digest(folder)
        async with storage.reading() as work:
            if await work.questions.pack_digest(name) == digest:
                continue
        from bot.questions.loader import load_pack

        questions = load_pack(folder)
        async with storage.writing() as work:
            await work.questions.store_pack(name, digest, questions)
