"""The composition root: settings in, a wired application out; start, drain, stop."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.config import Settings
from bot.domain.cards import Reply
from bot.domain.events import Event
from bot.errors import ConfigError
from bot.grading.lexical import LexicalGrader
from bot.ports import ChatPort, Clock, Platform, QuestionWriter
from bot.scheduler import Ticker
from bot.services.administering import Administering
from bot.services.answering import Answering
from bot.services.authoring import Authoring
from bot.services.conversing import Conversing, collect_handlers
from bot.services.customising import Customising
from bot.services.deciding import Deciding
from bot.services.delivering import Delivering
from bot.services.dispatching import Dispatching
from bot.services.drafting import Drafting
from bot.services.forming import Forming
from bot.services.generating import Generating
from bot.services.helping import Helping
from bot.services.leaving import Leaving
from bot.services.notifying import Notifying
from bot.services.planning import Planning
from bot.services.profile import Profile
from bot.services.reconciling import Reconciling
from bot.services.revealing import Revealing
from bot.services.scheduling import Scheduling
from bot.services.standings import Standings
from storage.engine import hold_file, open_engine
from storage.schema import current_revision, migrate, require_current
from storage.unit_of_work import SqlStorage

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
        """Let go of the database."""
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
    writer: QuestionWriter | None = None,
) -> Application:
    """Wire the core to a database and to chat platforms; nothing is opened yet.

    Tests and simulations hand in their own clock and dice; `owner` names this process
    among those that share the database. A `writer` drafts questions beside the templates.
    """
    clock = clock or SystemClock()
    engine = open_engine(database) if isinstance(database, str) else database
    dice = dice or random.SystemRandom()
    storage = SqlStorage(engine, dice)
    reconciling = Reconciling(storage, chats, clock, lease, grace)
    answering = Answering(storage, LexicalGrader())
    revealing = Revealing(storage, reconciling, grace)
    profile = Profile(storage)
    services = (
        answering,
        revealing,
        profile,
        Administering(storage, chats),
        Customising(storage),
        Authoring(storage),
        Deciding(storage),
        Drafting(storage, Generating(), LexicalGrader(), dice, writer),
        Helping(storage, chats),
        Scheduling(storage, chats, grace),
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
            Leaving(storage, clock),
            Forming(storage),
            collect_handlers(services),
        ),
        Dispatching(
            storage,
            clock,
            Planning(storage, grace, spread),
            Delivering(storage, chats, clock, owner, lease, grace, concurrency),
            reconciling,
            Notifying(storage, chats, clock),
        ),
    )


PLATFORMS = ("local", "discord", "slack")


def make_platforms(
    settings: Settings, only: Collection[str], clock: Clock, engine: AsyncEngine
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
        platforms.append(DiscordPlatform(settings.discord, words))
    if settings.slack.enabled and "slack" in only:
        require_extra("slack_bolt", "slack")
        platforms.append(_make_slack(settings, clock, engine))
    return platforms


def require_extra(module: str, extra: str) -> None:
    """Check that an optional part is installed.

    Raises:
        ConfigError: it isn't; says how to install it.
    """
    if find_spec(module) is None:
        raise ConfigError(
            f"The {extra} part is not installed. Run: pip install 'fastapi-quiz[{extra}]'"
        )


def _make_slack(settings: Settings, clock: Clock, engine: AsyncEngine) -> Platform:
    from adapters.slack.app import SlackPlatform, serves_many
    from storage.received import SqlReceivedEvents

    received = SqlReceivedEvents(engine, "slack")
    if not serves_many(settings.slack):
        return SlackPlatform(settings.slack, clock, received)
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
    )


class Web(Protocol):
    """The web server, as the service needs it."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


def make_web(
    settings: Settings,
    only: Collection[str],
    platforms: Sequence[Platform],
    check: Callable[[], Awaitable[object]],
) -> Web | None:
    """Make the web server, if it is enabled, with the routes that platforms want served.

    Raises:
        ConfigError: a platform wants some, and the server is not enabled.
    """
    routes = [route for platform in platforms for route in getattr(platform, "routes", ())]
    if settings.web.enabled and "web" in only:
        require_extra("uvicorn", "web")
        from adapters.web.server import WebServer

        return WebServer(settings.web, routes, check)
    if routes:
        raise ConfigError(
            'slack.mode = "http" needs the web server. Set enabled = true under [web], or '
            'slack.mode = "socket".'
        )
    return None


class Service:
    """`fastapi-quiz run`: platforms, core and scheduler, until it is told to stop."""

    def __init__(self, settings: Settings, only: Collection[str]) -> None:
        clock = SystemClock()
        engine = open_engine(settings.database.url)
        self._platforms = make_platforms(settings, only, clock, engine)
        self._app = build(
            engine,
            {platform.name: platform.chat for platform in self._platforms},
            clock=clock,
            owner=f"{socket.gethostname()}/{os.getpid()}",
            grace=settings.scheduler.grace,
            lease=settings.scheduler.lease,
            spread=settings.scheduler.spread,
            concurrency=settings.scheduler.concurrency,
        )
        self._web = make_web(settings, only, self._platforms, self._app.next_wake_at)
        self._clock = clock
        self._delivers = settings.scheduler.enabled and "scheduler" in only
        self._started: list[Platform] = []
        self._ticker: Ticker | None = None
        self._lock: IO[str] | None = None

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
        for platform in self._platforms:
            await platform.start(self._handle)
            self._started.append(platform)
        if self._web:
            await self._web.start()
        if self._delivers:
            dispatching = self._app.dispatching
            self._ticker = Ticker(self._clock, dispatching.begin_due, dispatching.next_wake_at)
            self._ticker.start()
        log.info("started", platforms=[platform.name for platform in self._platforms])

    async def _handle(self, event: Event) -> Reply | None:
        """Answer an event, and look whether it made something due."""
        reply = await self._app.handle(event)
        if self._ticker:
            self._ticker.wake()
        return reply

    async def stop(self) -> None:
        """Drain: no more events, no more claims; what is being sent is settled."""
        if self._ticker:
            await self._ticker.stop()
            await self._app.dispatching.drain()
        if self._web:
            await self._web.stop()
        for platform in self._started:
            await platform.stop()
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
