"""`fastapi-quiz run`: start, drain, stop."""

from __future__ import annotations

import gc
import os
import secrets
import socket
import time
from collections.abc import Callable, Collection
from datetime import datetime
from typing import IO

import structlog

from bot.app.core import SystemClock, build
from bot.app.platforms import PLATFORMS, list_enabled, make_platforms
from bot.app.preparing import prepare_database
from bot.app.serving import find_console, make_meter, make_web
from bot.config import Settings
from bot.domain.health import Fact, Tally
from bot.errors import ConfigError
from bot.ports import NO_METER, Platform
from bot.scheduler import Ticker
from bot.services.health import Health, Watched
from bot.services.pulse import Pulse
from bot.services.timekeeping import SharedClock
from bot.services.tracing import Tracing
from storage.engine import hold_file, open_engine
from storage.schema import require_current

log = structlog.get_logger(__name__)


class Service:
    """`fastapi-quiz run`: platforms, core and scheduler, until it is told to stop."""

    def __init__(self, settings: Settings, only: Collection[str]) -> None:
        clock = SharedClock(SystemClock(), time.monotonic)
        self._url = settings.database.url
        engine = open_engine(self._url)
        measured = make_meter(settings, only)
        meter = measured or NO_METER
        self._platforms = make_platforms(settings, only, clock, engine, meter)
        # two containers may have one host name, and the same process id
        owner = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(2)}"
        self._app = build(
            engine,
            {platform.name: platform.chat for platform in self._platforms},
            clock=clock,
            seconds=time.monotonic,
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
            console_address=lambda: find_console(settings),
        )
        self._clock = clock
        self._delivers = settings.scheduler.enabled and "scheduler" in only
        self._only = only
        self._left_out = [name for name in list_enabled(settings) if name not in only]
        self._started: list[Platform] = []
        self._ticker: Ticker | None = None
        self._lock: IO[str] | None = None
        self._commits = 0
        storage, seconds = self._app.storage, time.monotonic
        watched = Watched(self._platforms, self._delivers, self._last_round)
        self._health = Health(storage, clock, self._check_schema, watched)
        self._pulse = Pulse(storage, clock, owner, watched, seconds, meter, clock.agree_with)
        self._tracing = Tracing(self._app.handle, seconds, meter, self._wake)
        self._web = make_web(
            settings, self._platforms, self, self._app, self._tracing.handle, measured
        )

    def prepare(self, is_told_to_end: Callable[[], bool] = lambda: False) -> None:
        """Hold the database for this process and bring it up to date. Comes before `start`.

        Raises:
            ConfigError: there is no platform.
            StorageError: the database can't be used, or another process has its file.
        """
        if not self._platforms and self._left_out:
            raise ConfigError(
                "--only leaves out every platform that is enabled, so there is nothing to run. "
                f"Name one, too: --only {','.join([*self._only, *self._left_out])}"
            )
        if not self._platforms:
            raise ConfigError(
                "No platform is enabled, so there is nothing to run. Enable one in config.toml "
                f"({', '.join(PLATFORMS)}), or try it without any: fastapi-quiz demo"
            )
        self._lock = hold_file(self._app.engine)
        prepare_database(self._url, is_told_to_end)

    async def start(self) -> None:
        """Open the database, connect the platforms, then begin to deliver.

        Raises:
            ConfigError: a platform is refused.
            StorageError: the database can't be used.
        """
        await self._app.start()
        await self._app.graders.load()
        for platform in self._platforms:
            self._started.append(platform)
            await platform.start(self._tracing.handle)
        if self._web:
            await self._web.start()
        if self._delivers:
            await self._pulse.beat()  # says what time it is, and who else delivers
            dispatching = self._app.dispatching
            self._ticker = Ticker(self._clock.machine, dispatching.begin_due, self._next_wake_at)
            dispatching.wake_by(self._ticker.wake)
            self._ticker.start()
        self._pulse.start()
        gc.collect()
        gc.freeze()  # what is there now stays: the collector need not look through it again
        log.info("started", platforms=[platform.name for platform in self._platforms])

    def _wake(self) -> None:
        """An event may have made something due, if anything was written since the last one."""
        commits = self._app.storage.commits
        if self._ticker and commits != self._commits:
            self._commits = commits
            self._ticker.wake()

    async def _next_wake_at(self) -> datetime | None:
        """Return when the ticker has to come, by the machine's clock, which APScheduler goes by."""
        at = await self._app.dispatching.next_wake_at()
        return self._clock.to_machine(at) if at else None

    def _last_round(self) -> datetime | None:
        at = self._ticker.last_round_at if self._ticker else None
        return self._clock.from_machine(at) if at else None

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
