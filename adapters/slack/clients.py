"""One web client a workspace, over one connection pool for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp
import structlog

from adapters.slack.client import Watch, WatchedClient
from adapters.slack.log import SDK_LOG
from bot.domain.installation import Installation
from bot.errors import NotSent, Rejected, RejectReason
from bot.ports import Clock, Installations

CONNECTIONS = 500
"""aiohttp's own default of 100 would cap what is sent at once to a slow API."""
TIMEOUT_SECONDS = 20
RENEW_BEFORE = timedelta(hours=2)
"""Tokens live 12 hours; whoever finds one this near its end renews it."""
RENEWAL_TAKES = timedelta(seconds=30)
NOT_CONNECTED, SOON = "Slack is not connected yet.", timedelta(seconds=5)

log = structlog.get_logger(__name__)

Renew = Callable[[Installation], Awaitable[Installation]]


@dataclass
class Clients:
    """Hands out clients whose token is valid, inside requests and outside them.

    No client re-sends after a broken connection or a 5xx: the first try may have posted.
    A `patient` one waits as long as a 429 asks for, which provably had no effect.
    """

    clock: Clock
    base_url: str
    installations: Installations
    renew: Renew | None = None
    watch: Watch | None = None
    _session: aiohttp.ClientSession | None = None
    _known: dict[str, Installation] = field(default_factory=dict)
    _moulds: dict[bool, WatchedClient] = field(default_factory=dict)
    _renewals: set[asyncio.Task[Installation]] = field(default_factory=set)

    def open(self) -> None:
        """Open the connection pool. No cookie goes from one workspace's calls to another's."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS, limit_per_host=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
        )

    async def close(self) -> None:
        """Close it."""
        await self.finish_renewals()
        if self._session:
            await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """The session that all clients share, between `open` and `close`."""
        if self._session is None:
            raise NotSent(NOT_CONNECTED, SOON)
        return self._session

    async def installation(self, workspace: str) -> Installation | None:
        """Return the workspace's installation with a token that is valid now."""
        found = self._known.get(workspace) or await self.installations.find(workspace)
        if found is None:
            return None
        if found.expires_at and found.expires_at - self.clock.now() < RENEW_BEFORE:
            renewal = asyncio.create_task(self._renewed(found))
            self._renewals.add(renewal)
            renewal.add_done_callback(self._end_renewal)
            found = await asyncio.shield(renewal)
        self._known[workspace] = found
        return found

    def _end_renewal(self, renewal: asyncio.Task[Installation]) -> None:
        self._renewals.discard(renewal)
        if not renewal.cancelled() and renewal.exception():
            log.warning("token_not_renewed", problem=str(renewal.exception()))

    async def finish_renewals(self) -> None:
        """Wait until none is under way."""
        if self._renewals:
            await asyncio.wait(self._renewals)

    async def _renewed(self, stale: Installation) -> Installation:
        """Renew the tokens, unless another task or process does or has done it.

        A task of its own does it: a refresh token is good once, and whoever waits may give up
        while Slack's answer with the next one is on its way.
        """
        assert self.renew is not None
        assert stale.expires_at is not None
        now = self.clock.now()
        if await self.installations.claim_rotation(stale.workspace, now, now + RENEWAL_TAKES):
            current = await self.installations.find(stale.workspace) or stale
            if current.token == stale.token:
                current = await self.renew(current)
            await self.installations.save(current)
            return current
        current = await self.installations.find(stale.workspace) or stale
        if current.expires_at and current.expires_at <= now:
            raise NotSent("The app's token is being renewed.", timedelta(seconds=2))
        return current

    def forget(self, workspace: str) -> None:
        """Read the installation anew next time: it was changed or removed."""
        self._known.pop(workspace, None)

    async def has_other_token(self, workspace: str, token: str | None) -> bool:
        """Look whether another process stored another token, after this one was refused."""
        self.forget(workspace)
        found = await self.installation(workspace)
        return found is not None and found.token != token

    async def of(self, workspace: str, *, patient: bool = False) -> WatchedClient:
        """Return the workspace's client.

        Raises:
            Rejected: the app is not installed there.
            NotSent: its token is being renewed.
        """
        installation = await self.installation(workspace)
        if installation is None:
            raise Rejected(
                RejectReason.REVOKED,
                "The app is not installed in that workspace.",
                "An admin of the workspace must install it again.",
            )
        return self.make(installation.token, workspace, patient=patient)

    def make(
        self, token: str | None = None, workspace: str = "", *, patient: bool = False
    ) -> WatchedClient:
        """Return a client with that token: a copy, since making one reads the environment."""
        mould = self._moulds.get(patient)
        if mould is None or mould.session is not self.session:
            mould = self._moulds[patient] = WatchedClient(
                self.watch or Watch(self.clock),
                patient=patient,
                base_url=self.base_url,
                session=self.session,
                timeout=TIMEOUT_SECONDS,
                logger=SDK_LOG,
            )
        return mould.copy_for(workspace, token)


class OneInstallation:
    """The only workspace there is: its token stands in the settings, which people change."""

    def __init__(self) -> None:
        self.only: Installation | None = None
        self._is_known = False

    async def find(self, workspace: str) -> Installation | None:
        """Return it, if it is the one asked for.

        Raises:
            NotSent: Slack did not say yet which one it is.
        """
        if not self._is_known:
            raise NotSent(NOT_CONNECTED, SOON)
        return self.only if self.only and self.only.workspace == workspace else None

    async def find_by_bot(self, bot_user: str) -> Installation | None:
        """Return it, if the bot is this one."""
        return self.only if self.only and self.only.bot_user == bot_user else None

    async def save(self, installation: Installation) -> None:
        """Take it for as long as the program runs."""
        self.only, self._is_known = installation, True

    async def remove(self, workspace: str, before: datetime) -> None:
        """Forget it until the program starts again, unless it signed in at `before` or later."""
        if self.only and not self.only.is_made_since(before):
            self.only = None

    async def unannounced(self) -> Sequence[Installation]:
        """The core knows of it from each start."""
        return ()

    async def claim_rotation(self, workspace: str, now: datetime, until: datetime) -> bool:
        """There is nothing to rotate."""
        return False
