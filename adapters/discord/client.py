"""The gateway's side: discord.py's client, and what it does with each event."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket

from adapters.discord import inbound
from adapters.discord.buckets import Buckets
from adapters.discord.completing import Completer
from adapters.discord.components import QuizButton, read_button_id
from adapters.discord.desk import Desk
from adapters.discord.greeting import greet
from adapters.discord.memory import Memory
from adapters.discord.pacing import Pacer
from adapters.discord.parsers import choose_parsers
from adapters.discord.rights import make_invite_link
from adapters.discord.roster import Roster
from adapters.discord.servers import Servers
from adapters.discord.shapes import Reaction, Server
from adapters.discord.syncing import Syncing
from adapters.discord.translating import Words
from adapters.discord.tree import Tree, make_group
from bot.commands import COMMANDS
from bot.commands.localising import load_languages
from bot.domain.cards import Button
from bot.domain.events import AccessLost, AccessRegained

log = structlog.get_logger(__name__)


def make_intents() -> discord.Intents:
    """Return the three intents, none of them privileged."""
    return discord.Intents(guilds=True, guild_reactions=True, dm_reactions=True)


class QuizClient(discord.AutoShardedClient):
    """Connects the desk to Discord. Nothing here decides what is answered."""

    def __init__(
        self,
        desk: Desk,
        memory: Memory,
        pacer: Pacer,
        servers: Servers,
        *,
        guild_ids: Sequence[int] = (),
        gateway_url: str = "",
        **options: Any,
    ) -> None:
        voice = discord.VoiceClient
        voice.warn_nacl = voice.warn_dave = False  # nobody misses what a bot without voice lacks
        super().__init__(
            intents=make_intents(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
            http_trace=pacer.make_trace(),
            max_ratelimit_timeout=30.0,
            **options,
        )
        self.http._buckets = Buckets()  # noqa: SLF001 - it has no other way in; see there
        self.desk = desk
        self.connected_shards: set[int] = set()
        self.all_connected = asyncio.Event()
        self._memory = memory
        self._gateway_url = gateway_url
        self._tree = Tree(self, fallback_to_global=True)
        self._roster = Roster(self, memory)
        self._syncing = Syncing(self._tree, guild_ids, memory)
        completer = Completer(desk, asyncio.get_running_loop().time)
        self._tree.add_command(make_group(COMMANDS, desk.call, completer.complete))
        self.add_dynamic_items(QuizButton)
        self._servers = servers
        self._connection.parsers = choose_parsers(self._connection.parsers, servers, self.dispatch)

    async def setup_hook(self) -> None:
        """Choose the gateway and hand over the commands; runs once, after the login.

        Raises:
            DiscordException: the day's starts are used up. One more, and Discord resets the token.
        """
        recommended, answered, starts = await self.http.get_bot_gateway()
        if self.shard_count is None:
            self.shard_count = recommended
        if starts["remaining"] < len(self.wanted_shards):
            hours = starts["reset_after"] / 3_600_000
            raise discord.DiscordException(
                f"All {starts['total']} starts that Discord allows a bot within a day are used up, "
                f"for another {hours:.1f} hours. Look in the log for what ended the connections."
            )
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self._gateway_url or answered)
        await self._tree.set_translator(Words(load_languages()))
        await self._syncing.sync()

    async def on_shard_connect(self, shard_id: int) -> None:
        """A shard can receive events from now on; this comes again after each new session."""
        self.connected_shards.add(shard_id)
        if self.connected_shards >= self.wanted_shards and not self.all_connected.is_set():
            self.all_connected.set()
            log.info("connected", invite=make_invite_link(str(self.application_id)))

    @property
    def wanted_shards(self) -> set[int]:
        """The shards that this process has."""
        return set(self.shard_ids or range(self.shard_count or 1))

    async def on_shard_resumed(self, shard_id: int) -> None:
        """A shard goes on where it was cut off."""
        self.connected_shards.add(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """A shard receives nothing until it connects again."""
        self.connected_shards.discard(shard_id)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answer forms, and buttons that are none of ours or none any more.

        Commands go through the tree, and buttons that can be read through QuizButton.
        """
        data: Mapping[str, Any] = dict(interaction.data or {})
        is_button = interaction.type is discord.InteractionType.component
        if interaction.type is discord.InteractionType.modal_submit:
            await self.desk.submit(interaction)
        elif is_button and read_button_id(str(data.get("custom_id", ""))) is None:
            await self.desk.press(interaction, Button("", "unknown"))

    async def on_reacted(self, reaction: Reaction) -> None:
        """Answer a reaction to any of the bot's messages, however old."""
        await self.desk.react(reaction, self.user.id if self.user else 0)

    async def on_servers_listed(self, shard_id: int, listed: Sequence[int]) -> None:
        """Find out who removed the bot while it was not connected."""
        for server_id in await self._roster.find_left(shard_id, listed):
            await self.on_server_left(server_id, self._servers.forget(server_id) or "")

    async def on_server_joined(self, server: Server) -> None:
        """Say hello, once; whoever comes back finds everything as it was."""
        await self.desk.report(AccessRegained(inbound.make_place(int(server.id), server.name)))
        await self._roster.note(int(server.id), is_in=True)
        await self._syncing.note_joined(int(server.id))
        await greet(self, server, self._memory)

    async def on_server_left(self, server_id: int, name: str) -> None:
        """Pause what posts there, and forget the greeting: it may invite the bot again."""
        await self._memory.forget(f"greeted:{server_id}")
        await self._syncing.note_left(server_id)
        place = inbound.make_place(server_id, name)
        if await self.desk.report(AccessLost(place, "The bot was removed from this server.")):
            await self._roster.note(server_id, is_in=False)

    async def on_channel_deleted(self, server_id: int, channel_id: int) -> None:
        """Pause what posts there."""
        place = inbound.make_place(server_id, self._servers.name_of(server_id), channel_id)
        await self.desk.report(AccessLost(place, "The channel was deleted.", for_good=True))

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """A fault in one event must not end the connection."""
        log.exception("event_failed", event_type=event_method)
