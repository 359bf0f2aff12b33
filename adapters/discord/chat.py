"""The way out: implements `bot.ports.ChatPort` with discord.py."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from time import monotonic

import discord
import structlog

from adapters.discord import limits
from adapters.discord.channels import find_missing, find_name
from adapters.discord.components import carries_key
from adapters.discord.failures import UNKNOWN_CHANNEL, explaining_failures, require_refusal
from adapters.discord.files import compose_card
from adapters.discord.home import Homes
from adapters.discord.ids import read_channel, read_member, read_number
from adapters.discord.membership import (
    Membership,
    Memberships,
    Presence,
    fetch_membership,
    fetch_role,
)
from adapters.discord.messages import make_message
from adapters.discord.pacing import Pacer
from adapters.discord.pointing import Untold, make_pointer
from adapters.discord.posting import Post, send_page
from adapters.discord.seeding import Seeder
from adapters.discord.servers import Servers
from bot.domain.cards import Card, QuestionCard, RevealCard
from bot.domain.events import Origin
from bot.domain.newest import Newest
from bot.domain.people import Role
from bot.errors import NotSent, Rejected, RejectReason
from bot.ports import Found

log = structlog.get_logger(__name__)
_MOST_LOOKED_AT = 1000
"""Messages that `find` reads back at most, from the newest; it says so where there are more."""
_REMEMBERED = 10_000
_MOST_UNFINISHED = 1000
"""Posts under way or in doubt, of which more is to be done once they are there."""
POINTED_AGAIN = 3600.0
"""Seconds after which somebody who takes no direct messages is told again that there is news."""


class Chat:
    """Posts, finds and tells through whichever client is connected now."""

    def __init__(
        self,
        client: Callable[[], discord.Client | None],
        pacer: Pacer,
        homes: Homes,
        servers: Servers,
        untold: Untold,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._client = client
        self._homes = homes
        self._servers = servers
        self.untold = untold
        self._pacer = pacer
        self.memberships = Memberships()
        self.presence = Presence()
        self.seconds = seconds
        self._pointed: Newest[tuple[str, str], None] = Newest(_REMEMBERED)
        self._unfinished: Newest[str, Post] = Newest(_MOST_UNFINISHED)
        self._posting = 0
        self.seeder = Seeder(client, lambda: self._posting > 0 or pacer.is_busy)

    def channel_id(self, text: str) -> str:
        """Read `<#123>`, `123`, or the channel's link."""
        return read_channel(text)

    def member_id(self, text: str) -> str:
        """Read `<@123>` or `123`; anything else is taken for a name."""
        return read_member(text)

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        """Post the card; the key is its nonce and sits in its buttons."""
        client = self._connected()
        post = Post(workspace, channel, card, key, await compose_card(card))
        self._unfinished[key] = post
        self._posting += 1
        try:
            message_id, place = await post.send(client)
            await self._finish(client, key, message_id, place)
        finally:
            self._posting -= 1
        return message_id

    async def _finish(self, client: discord.Client, key: str, message_id: str, place: str) -> None:
        """Do what belongs to a post, once, when it is known to be there.

        A scheduled question gets the reaction that shows its answer, later.
        """
        post = self._unfinished.pop(key, None)
        if post is None:
            return
        await post.finish(client, message_id, place)
        card = post.card
        if isinstance(card, QuestionCard) and card.schedule_number:
            self.seeder.add(read_number(post.channel), int(message_id), card.emoji)

    async def find(
        self,
        workspace: str,
        channel: str,
        key: str,
        since: datetime,
        thread_of: str | None = None,
    ) -> Found | None:
        """Read back the channel's own messages, and those of the message's thread.

        A channel or a thread that does not exist holds no post.
        """
        client = self._connected()
        for place in (channel, thread_of):
            with explaining_failures():
                try:
                    found = await self._find_in(client, place, key, since) if place else None
                except discord.NotFound as error:
                    if error.code != UNKNOWN_CHANNEL:
                        raise
                    found = None
            if place and found:
                await self._finish(client, key, found.message_id, place)
                return found
        return None

    async def _find_in(
        self, client: discord.Client, channel: str, key: str, since: datetime
    ) -> Found | None:
        assert client.user is not None
        place = client.get_partial_messageable(read_number(channel))
        first, count = discord.utils.time_snowflake(since), 0
        async for message in place.history(limit=_MOST_LOOKED_AT):
            if message.id < first:
                return None
            count += 1
            if message.author.id == client.user.id and carries_key(message.components, key):
                return Found(str(message.id), message.created_at)
        if count == _MOST_LOOKED_AT:
            raise Rejected(RejectReason.INVALID, "The channel has too many messages since.", "")
        return None

    async def tell(self, workspace: str, member: str, channel: str, card: Card) -> None:
        """Send a direct message; who takes none is pointed to a button in the channel."""
        client = self._connected()
        with explaining_failures():
            try:
                direct = await client.create_dm(discord.Object(read_number(member)))
                server = self._servers.name_of(read_number(workspace))
                for page in await compose_card(card):
                    await direct.send(**make_message(page, workspace, server))
            except discord.Forbidden as error:
                require_refusal(error)
                await self._point(client, workspace, member, channel, card)

    async def _point(
        self, client: discord.Client, workspace: str, member: str, channel: str, card: Card
    ) -> None:
        """Say in the channel where to press; nothing private is said.

        An answer's button is there once, for all; news are told to each member once an hour.
        """
        await self.untold.keep(workspace, member, card)
        hour = int(self.seconds() // POINTED_AGAIN)
        key = card.key if isinstance(card, RevealCard) else f"{hour}/{member}"
        if (channel, key) in self._pointed:
            return
        page = make_pointer(member, card)
        await send_page(client, workspace, channel, page, f"p{key}{member}"[: limits.NONCE])
        self._pointed[channel, key] = None

    async def introduce(self, origin: Origin) -> Origin:
        """Every event tells who it is."""
        return origin

    async def missing_rights(self, workspace: str, channel: str) -> str | None:
        """Compare what the bot may do in the channel with what it needs."""
        client = self._connected()
        with explaining_failures():
            return await find_missing(client, read_number(workspace), read_number(channel))

    async def channel_name(self, workspace: str, channel: str) -> str | None:
        """Ask; of another server's channel nothing is told."""
        client = self._connected()
        with explaining_failures():
            return await find_name(client, read_number(workspace), read_number(channel))

    async def is_member(self, workspace: str, member: str) -> bool:
        """Tell who is in the server."""
        return (await self._find_membership(workspace, member)).is_here

    async def is_admin(self, workspace: str, member: str, *, fresh: bool = True) -> bool:
        """Tell who has the permission Manage Server."""
        return (await self._find_membership(workspace, member)).manages

    async def find_role(self, workspace: str, text: str) -> Role | None:
        """Read `<@&123>`, as an option that takes roles carries them."""
        with explaining_failures():
            return await fetch_role(self._connected(), read_number(workspace), text)

    async def role_ids(self, workspace: str, member: str) -> Collection[str]:
        """Tell which roles a member has."""
        return (await self._find_membership(workspace, member)).roles

    async def learn_membership(self, workspace: str, member: str) -> Membership:
        """Return what a member is, and remember it as if an interaction had said so."""
        membership = await self._find_membership(workspace, member)
        self.memberships.note(workspace, member, membership)
        return membership

    async def _find_membership(self, workspace: str, member: str) -> Membership:
        known = self.memberships.recall(workspace, member)
        if known is not None:
            return known
        with explaining_failures():
            return await fetch_membership(
                self._connected(), read_number(workspace), read_number(member)
            )

    async def forget(self, workspace: str, member: str) -> None:
        """Drop where the member writes from, what they may, that they were there, and what
        waits for them."""
        self.memberships.note(workspace, member, None)
        self.presence.forget(workspace, member)
        await self.untold.forget(workspace, member)
        await self._homes.forget(member, read_number(workspace))

    def _connected(self) -> discord.Client:
        client = self._client()
        if client is None:
            raise NotSent("The bot is not connected to Discord yet.", timedelta(seconds=5))
        if self._pacer.is_blocked:
            raise NotSent(
                "Discord refused too many requests: the bot pauses before it gets blocked.",
                timedelta(minutes=1),
            )
        return client
