"""Discord as a platform of the service: connects, stays connected, and lets go."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import discord
import structlog
from discord.http import Route

from adapters.discord.chat import Chat
from adapters.discord.client import QuizClient
from adapters.discord.desk import Desk
from adapters.discord.failures import SIGN_IN_REFUSED
from adapters.discord.home import Homes
from adapters.discord.inbound import PLATFORM
from adapters.discord.memory import Memory
from adapters.discord.pacing import Pacer
from adapters.discord.pointing import Untold
from adapters.discord.servers import Servers
from bot.config import DiscordSettings
from bot.errors import ConfigError
from bot.ports import NO_METER, Handle, Meter
from bot.services.connecting import FIRST_WAIT, LONGEST_WAIT, Connection

log = structlog.get_logger(__name__)
DRAIN = 10.0
"""Seconds that members' questions under way may take when the service stops."""
_REFUSED = {
    4004: SIGN_IN_REFUSED,
    4010: "Discord knows no such shard. Look at discord.shard_ids and discord.shard_count.",
    4011: "The bot is in too many servers for so few shards. Leave discord.shard_count out.",
    4013: "Discord refuses the intents. Install a newer version of fastapi-quiz.",
    4014: "Discord refuses the intents. Install a newer version of fastapi-quiz.",
}
"""events/gateway, close codes after which nobody may try again."""
_RECONNECTS = (
    "It is connected again by itself; if this stays, look for not_connected in the log and at "
    "https://discordstatus.com."
)


class DiscordPlatform:
    """Implements `bot.ports.Platform`. `options` go to discord.py's client."""

    name = PLATFORM
    pace = None

    def __init__(
        self,
        settings: DiscordSettings,
        memory: Memory,
        meter: Meter = NO_METER,
        **options: Any,
    ) -> None:
        require_settings(settings)
        self._settings = settings
        self._memory = memory
        self._options = options
        self._client: QuizClient | None = None
        self._connection = Connection(PLATFORM)
        self._pacer = Pacer(
            settings.requests_per_second,
            settings.api_url,
            lambda: asyncio.get_running_loop().time(),
            meter,
        )
        self._homes = Homes(memory)
        self._servers = Servers()
        self.chat = Chat(
            self._ready_client, self._pacer, self._homes, self._servers, Untold(memory)
        )
        self._desk = Desk(self.chat, self._homes, self._servers)

    def _ready_client(self) -> discord.Client | None:
        client = self._client
        return client if client and client.user and not client.is_closed() else None

    def problem(self) -> str | None:
        """Look at the gateway: every shard that this process has must be connected."""
        if self._connection.refusal:
            return self._connection.refusal
        client = self._ready_client()
        if client is None or not isinstance(client, QuizClient):
            return f"The gateway is not connected. {_RECONNECTS}"
        missing = sorted(client.wanted_shards - client.connected_shards)
        if missing:
            shards = ", ".join(map(str, missing))
            return f"The gateway's shards {shards} are not connected. {_RECONNECTS}"
        if self._pacer.is_blocked:
            return (
                "Discord refused too many requests: the bot pauses before its address is "
                "blocked. Look in the log for what is refused, mostly missing rights."
            )
        return None

    def share_limits(self, processes: int) -> None:
        """Divide the bot's requests a second."""
        self._pacer.share(processes)

    async def start(self, handle: Handle) -> None:
        """Connect all shards.

        Discord being out of reach does not keep the service from starting: it goes on
        trying. Being refused does.
        """
        Route.BASE = self._settings.api_url.rstrip("/")
        self._desk.open(handle)
        await self._connection.begin(self._stay_connected())

    async def _stay_connected(self) -> None:
        """Run one client after another. discord.py reconnects by itself; what ends it is
        either for good, or a fault that a new session mends.

        Raises:
            ConfigError: for good.
        """
        wait = FIRST_WAIT
        while True:
            client = self._client = self._make_client()
            watching = asyncio.create_task(self._note_connected(client))
            try:
                await client.start(self._settings.token.get_secret_value())
                log.warning("disconnected", again_in=wait)
            except discord.LoginFailure:
                raise ConfigError(_REFUSED[4004]) from None
            except (discord.ConnectionClosed, discord.PrivilegedIntentsRequired) as error:
                code = getattr(error, "code", 4014)
                if code in _REFUSED:
                    raise ConfigError(_REFUSED[code]) from None
                log.warning("disconnected", code=code, again_in=wait)
            except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
                log.warning("not_connected", problem=str(error), again_in=wait)
                self._connection.tried.set()
            except Exception:
                log.exception("client_failed", again_in=wait)
            finally:
                watching.cancel()
                await _close(client)
            if client.all_connected.is_set():
                wait = FIRST_WAIT
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    async def _note_connected(self, client: QuizClient) -> None:
        await client.all_connected.wait()
        self._connection.tried.set()

    def _make_client(self) -> QuizClient:
        settings = self._settings
        return QuizClient(
            self._desk,
            self._memory,
            self._pacer,
            self._servers,
            guild_ids=settings.guild_ids,
            gateway_url=settings.gateway_url,
            shard_count=settings.shard_count or None,
            shard_ids=list(settings.shard_ids) or None,
            **self._options,
        )

    async def stop(self) -> None:
        """Answer what is under way, then disconnect."""
        await self._desk.close(DRAIN)
        await self._connection.end()
        await self.chat.seeder.stop()
        await self._homes.settle()
        await self._memory.close()


def require_settings(settings: DiscordSettings) -> None:
    """Refuse what can't work before anything is connected.

    Raises:
        ConfigError: names the setting, and what to write there.
    """
    if not settings.token.get_secret_value().strip():
        raise ConfigError(
            "discord.token is missing. Put your bot's token there, or into "
            "FASTAPI_QUIZ_DISCORD__TOKEN; docs/discord.md says where to find it."
        )
    for shard_id in settings.shard_ids:
        if not 0 <= shard_id < settings.shard_count:
            raise ConfigError(
                f"discord.shard_ids has {shard_id}, but discord.shard_count is "
                f"{settings.shard_count}. Shards count from 0 to one less than that."
            )


async def _close(client: QuizClient) -> None:
    """A client that never got to connect has nothing to close but its session."""
    try:
        await client.close()
    except AttributeError:
        await client.http.close()
