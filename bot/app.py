"""The composition root: settings in, a wired application out; start, drain, stop."""

from __future__ import annotations

import os
import random
import socket
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.config import AiSettings, GradingSettings, Settings
from bot.domain.cards import Reply
from bot.domain.events import Event
from bot.domain.health import Fact, Tally
from bot.domain.pacing import Pace
from bot.errors import ConfigError
from bot.graders import Graders, make_graders
from bot.grading.lexical import LexicalGrader
from bot.ports import NO_METER, ChatPort, Clock, Meter, Platform
from bot.scheduler import Ticker
from bot.services.administering import Administering
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
from bot.services.generating import GENERATED, Generating
from bot.services.health import Health, Watched
from bot.services.helping import Helping
from bot.services.importing import Importing
from bot.services.interviewing import InterviewEnding, Interviewing
from bot.services.leaving import Leaving
from bot.services.notifying import Notifying
from bot.services.pacing import Pacing
from bot.services.planning import Planning
from bot.services.practising import Practising
from bot.services.profile import Profile
from bot.services.pulse import Pulse
from bot.services.recalling import Recalling
from bot.services.reconciling import Reconciling
from bot.services.reminding import Reminding
from bot.services.reporting import Reporting
from bot.services.revealing import Revealing
from bot.services.scheduling import Scheduling
from bot.services.standings import Standings
from bot.services.tracing import Tracing
from storage.engine import hold_file, open_engine
from storage.schema import current_revision, migrate, require_current
from storage.unit_of_work import SqlStorage

if TYPE_CHECKING:
    from adapters.web.metrics import PrometheusMeter

log = structlog.get_logger(__name__)


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
    graders: Graders

    async def start(self, packs: Mapping[str, Path] | None = None) -> None:
        """Check the schema and bring the shipped bank, or other packs, into the database.

        A new database is made; an older one is refused, with the command that mends it.
        """
        if await current_revision(self.engine) is None:
            await migrate(self.engine)
        else:
            await require_current(self.engine)
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

    async def close(self) -> None:
        """Let go of the database and of the model."""
        await self.graders.close()
        await self.engine.dispose()


def build(
    database: str | AsyncEngine,
    chats: Mapping[str, ChatPort],
    *,
    clock: Clock | None = None,
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
) -> Application:
    """Wire the core to a database and to chat platforms; nothing is opened yet.

    Tests and simulations hand in their own clock and dice; `owner` names this process
    among those that share the database.
    """
    from bot.questions.pack_files import shipped_packs

    clock = clock or SystemClock()
    engine = open_engine(database) if isinstance(database, str) else database
    dice = dice or random.SystemRandom()
    storage = SqlStorage(engine, dice)
    reconciling = Reconciling(storage, chats, clock, lease, grace, meter=meter)
    graders = make_graders(grading, ai, clock, storage)
    answering = Answering(storage, graders.grader)
    interviewing = Interviewing(storage, graders.grader, answering)
    practising = Practising(storage, Generating())
    revealing = Revealing(storage, reconciling, grace)
    profile = Profile(storage, chats)
    reserved = {*shipped_packs(), GENERATED}
    services = (
        answering,
        revealing,
        profile,
        practising,
        interviewing,
        Administering(storage, chats, graders.describe),
        Customising(storage),
        Authoring(storage),
        Deciding(storage),
        Drafting(storage, Generating(), LexicalGrader(), dice, graders.writer),
        Curating(storage, Importing(storage, reserved)),
        Helping(storage, chats),
        Recalling(storage),
        Scheduling(storage, chats, grace, GeneratedPack(storage, Generating())),
        Standings(storage, chats),
    )
    return Application(
        engine,
        storage,
        Conversing(
            storage,
            chats,
            clock,
            answering,
            revealing,
            profile,
            practising,
            interviewing,
            Leaving(storage, clock, keep_after_leaving),
            Forming(storage),
            collect_handlers(services),
        ),
        Dispatching(
            storage,
            clock,
            Planning(storage, grace, spread, meter),
            Delivering(
                storage,
                chats,
                clock,
                owner,
                lease,
                grace,
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
    )


PLATFORMS = ("local", "discord", "slack")


def make_platforms(
    settings: Settings,
    only: Collection[str],
    clock: Clock,
    engine: AsyncEngine,
    meter: Meter = NO_METER,
) -> list[Platform]:
    """Make the platforms that are enabled and wanted; each SDK is imported here, if at all."""
    platforms: list[Platform] = []
    if settings.local.enabled and "local" in only:
        from adapters.local.service import LocalService

        platforms.append(LocalService(clock))
    if settings.discord.enabled and "discord" in only:
        require_extra("discord", "discord")
        from adapters.discord.platform import DiscordPlatform
        from storage.adapter_words import AdapterWords

        words = AdapterWords(engine, "discord")
        platforms.append(DiscordPlatform(settings.discord, words, meter))
    if settings.slack.enabled and "slack" in only:
        require_extra("slack_bolt", "slack")
        platforms.append(_make_slack(settings, clock, engine, meter))
    return platforms


async def examine_discord(settings: Settings) -> str:
    """Sign in at Discord, look at all channels with schedules, and say what is to be known.

    Raises:
        ConfigError: the token is refused, Discord does not answer, or rights are missing.
    """
    require_extra("discord", "discord")
    from adapters.discord.doctor import examine

    app = build(settings.database.url, {})
    try:
        places: set[tuple[str, str]] = set()
        if await current_revision(app.engine) is not None:
            async for workspace, schedule in Reporting(app.storage).schedules():
                if workspace.platform == "discord" and not schedule.paused_because:
                    places.add((workspace.external_id, schedule.channel))
    finally:
        await app.close()
    return await examine(settings.discord, sorted(places))


def require_extra(module: str, extra: str) -> None:
    """Check that an optional part is installed.

    Raises:
        ConfigError: it isn't; says how to install it.
    """
    if find_spec(module) is None:
        raise ConfigError(
            f"The {extra} part is not installed. Run: pip install 'fastapi-quiz[{extra}]'"
        )


def _make_slack(settings: Settings, clock: Clock, engine: AsyncEngine, meter: Meter) -> Platform:
    from adapters.slack.app import SlackPlatform, serves_many
    from storage.received import SqlReceivedEvents

    received = SqlReceivedEvents(engine, "slack")
    if not serves_many(settings.slack):
        return SlackPlatform(settings.slack, clock, received, meter=meter)
    from storage.installations import SqlInstallations, SqlOneTimeTokens
    from storage.secrets import Cipher

    if not settings.web.public_url:
        raise ConfigError(
            "web.public_url is missing: Slack sends people back to it when they install the "
            'app. Write it like public_url = "https://quiz.example.com"'
        )
    cipher = Cipher([key.get_secret_value() for key in settings.security.encryption_keys])
    return SlackPlatform(
        settings.slack,
        clock,
        received,
        SqlInstallations(engine, cipher, "slack"),
        SqlOneTimeTokens(engine, "slack-install"),
        settings.web.public_url,
        meter,
    )


class Web(Protocol):
    """The web server, as the service needs it."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


def make_web(
    settings: Settings,
    only: Collection[str],
    platforms: Sequence[Platform],
    service: Service,
    meter: PrometheusMeter | None,
) -> Web | None:
    """Make the web server, if it is enabled, with the routes that platforms want served.

    Raises:
        ConfigError: a platform wants some, and the server is not enabled.
    """
    routes = [route for platform in platforms for route in getattr(platform, "routes", ())]
    if serves_web(settings, only):
        from adapters.web.server import WebServer

        return WebServer(settings.web, routes, service, meter)
    if routes:
        raise ConfigError(
            'slack.mode = "http" needs the web server. Set enabled = true under [web], or '
            'slack.mode = "socket".'
        )
    return None


def serves_web(settings: Settings, only: Collection[str]) -> bool:
    """Tell whether this process has a web server.

    Raises:
        ConfigError: it should, and the part that it takes is not installed.
    """
    if not settings.web.enabled or "web" not in only:
        return False
    for module in ("uvicorn", "fastapi", "prometheus_client"):
        require_extra(module, "web")
    return True


def make_meter(settings: Settings, only: Collection[str]) -> PrometheusMeter | None:
    """Make what counts, where there is a web server to show it."""
    if not serves_web(settings, only):
        return None
    from adapters.web.metrics import PrometheusMeter

    return PrometheusMeter(version("fastapi-quiz"))


class Service:
    """`fastapi-quiz run`: platforms, core and scheduler, until it is told to stop."""

    def __init__(self, settings: Settings, only: Collection[str]) -> None:
        clock = SystemClock()
        engine = open_engine(settings.database.url)
        measured = make_meter(settings, only)
        meter = measured or NO_METER
        self._platforms = make_platforms(settings, only, clock, engine, meter)
        owner = f"{socket.gethostname()}/{os.getpid()}"
        self._app = build(
            engine,
            {platform.name: platform.chat for platform in self._platforms},
            clock=clock,
            owner=owner,
            grace=settings.scheduler.grace,
            lease=settings.scheduler.lease,
            spread=settings.scheduler.spread,
            concurrency=settings.scheduler.concurrency,
            grading=settings.grading,
            ai=settings.ai,
            keep_after_leaving=settings.privacy.keep_after_leaving,
            meter=meter,
            paces={one.name: one.pace for one in self._platforms if one.pace is not None},
        )
        self._web = make_web(settings, only, self._platforms, self, measured)
        self._clock = clock
        self._delivers = settings.scheduler.enabled and "scheduler" in only
        self._started: list[Platform] = []
        self._ticker: Ticker | None = None
        self._lock: IO[str] | None = None
        storage, seconds = self._app.storage, time.monotonic
        watched = Watched(self._platforms, self._delivers, self._last_round)
        self._health = Health(storage, clock, self._check_schema, watched)
        self._pulse = Pulse(storage, clock, owner, watched, seconds, meter)
        self._tracing = Tracing(self._app.handle, seconds, meter, self._wake)

    async def start(self) -> None:
        """Open the database, connect the platforms, then begin to deliver.

        Raises:
            ConfigError: there is no platform, or one is refused.
            StorageError: the database can't be used, or another process has its file.
        """
        if not self._platforms:
            raise ConfigError(
                "No platform is enabled, so there is nothing to run. Enable one in config.toml "
                f"({', '.join(PLATFORMS)}), or try it without any: fastapi-quiz demo"
            )
        self._lock = hold_file(self._app.engine)
        await self._app.start()
        await self._app.graders.load()
        for platform in self._platforms:
            await platform.start(self._tracing.handle)
            self._started.append(platform)
        if self._web:
            await self._web.start()
        if self._delivers:
            dispatching = self._app.dispatching
            self._ticker = Ticker(self._clock, dispatching.begin_due, dispatching.next_wake_at)
            dispatching.wake_by(self._ticker.wake)
            self._ticker.start()
        self._pulse.start()
        log.info("started", platforms=[platform.name for platform in self._platforms])

    def _wake(self) -> None:
        """An event may have made something due."""
        if self._ticker:
            self._ticker.wake()

    def _last_round(self) -> datetime | None:
        return self._ticker.last_round_at if self._ticker else None

    async def _check_schema(self) -> None:
        await require_current(self._app.engine)

    async def examine(self) -> list[Fact]:
        """Return whether each part does its work."""
        return await self._health.examine()

    async def tally(self) -> Tally:
        """Count what waits in the database."""
        return await self._health.tally()

    def count_flying(self) -> int:
        """Return how many posts are under way here."""
        return self._app.dispatching.delivering.count_flying()

    def count_circuits(self) -> int:
        """Return how many workspaces are left alone here because of failures."""
        return self._app.dispatching.delivering.holding.count_open(self._clock.now())

    async def stop(self) -> None:
        """Drain: no more events, no more claims; what is being sent is settled."""
        if self._ticker:
            await self._ticker.stop()
            await self._app.dispatching.drain()
        if self._web:
            await self._web.stop()
        for platform in self._started:
            await platform.stop()
        await self._pulse.stop()
        await self._app.close()
        if self._lock:
            self._lock.close()
        if self._started:
            log.info("stopped")


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
