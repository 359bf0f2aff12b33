"""What the local Discord knows: users, servers, channels, messages, interactions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

EPOCH_MS = 1420070400000
ALL = (1 << 53) - 1
VIEW, SEND, EMBED, ATTACH, HISTORY = 1 << 10, 1 << 11, 1 << 14, 1 << 15, 1 << 16
THREADS, SEND_IN_THREADS, MANAGE_GUILD = 1 << 35, 1 << 38, 1 << 5
MEMBER_RIGHTS = VIEW | SEND | HISTORY
REACT = 1 << 6
BOT_RIGHTS = REACT | VIEW | SEND | EMBED | ATTACH | HISTORY | THREADS | SEND_IN_THREADS
TEXT, DIRECT, THREAD = 0, 1, 11


@dataclass
class User:
    """An account. `takes_messages`: direct ones from the bot."""

    id: int
    name: str
    bot: bool = False
    takes_messages: bool = True

    def to_json(self) -> dict[str, Any]:
        """As the API shows it."""
        shown = {"id": str(self.id), "username": self.name, "discriminator": "0"}
        return {**shown, "avatar": None, "global_name": None, "bot": self.bot}


@dataclass
class Channel:
    """A text channel, a thread or a direct conversation. `denied`: to the bot, as bits."""

    id: int
    name: str
    type: int = TEXT
    guild_id: int | None = None
    parent_id: int | None = None
    owner_id: int | None = None
    recipient: User | None = None
    denied: int = 0
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    nonces: dict[str, int] = field(default_factory=dict)

    def to_json(self, bot_id: int) -> dict[str, Any]:
        """As the API shows it."""
        shown: dict[str, Any] = {"id": str(self.id), "name": self.name, "type": self.type}
        if self.guild_id:
            shown["guild_id"] = str(self.guild_id)
        if self.type == TEXT:
            denied = {"id": str(bot_id), "type": 1, "allow": "0", "deny": str(self.denied)}
            shown |= {"position": 0, "permission_overwrites": [denied] if self.denied else []}
            shown |= {"parent_id": None, "nsfw": False, "topic": None, "rate_limit_per_user": 0}
        if self.type == DIRECT and self.recipient:
            shown |= {"recipients": [self.recipient.to_json()], "last_message_id": None}
        if self.type == THREAD:
            about = {"archived": False, "auto_archive_duration": 1440, "locked": False}
            about["archive_timestamp"] = "2026-01-01T00:00:00+00:00"  # type: ignore[assignment]
            shown |= {"parent_id": str(self.parent_id), "owner_id": str(self.owner_id)}
            shown |= {"thread_metadata": about, "member_count": 1, "message_count": 0}
        return shown


@dataclass
class GuildRole:
    """A role of a server without permissions of its own, and who has it."""

    id: int
    name: str
    members: set[int] = field(default_factory=set)


@dataclass
class Guild:
    """A server with its channels and members; `managers` have Manage Server."""

    id: int
    name: str
    owner_id: int
    bot_role_id: int
    channels: dict[int, Channel] = field(default_factory=dict)
    members: dict[int, User] = field(default_factory=dict)
    managers: set[int] = field(default_factory=set)
    roles: dict[int, GuildRole] = field(default_factory=dict)
    system_channel_id: int | None = None
    bot_rights: int = BOT_RIGHTS
    emojis: list[dict[str, Any]] = field(default_factory=list)

    def member_json(self, user: User) -> dict[str, Any]:
        """As the API shows a member."""
        roles = [str(self.bot_role_id)] if user.bot else []
        if user.id in self.managers:
            roles.append(str(self.id + 1))
        roles += [str(role.id) for role in self.roles.values() if user.id in role.members]
        base = {"roles": roles, "joined_at": "2026-01-01T00:00:00+00:00", "nick": None}
        return {**base, "user": user.to_json(), "deaf": False, "mute": False, "flags": 0}

    def rights_of(self, user_id: int) -> int:
        """Return a member's permissions in the server."""
        manages = user_id in self.managers or user_id == self.owner_id
        return MEMBER_RIGHTS | (MANAGE_GUILD if manages else 0)

    def to_json(self, bot: User) -> dict[str, Any]:
        """As GUILD_CREATE and the API show it."""
        channels = [c.to_json(bot.id) for c in self.channels.values() if c.type == TEXT]
        threads = [c.to_json(bot.id) for c in self.channels.values() if c.type == THREAD]
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.owner_id),
            "system_channel_id": str(self.system_channel_id) if self.system_channel_id else None,
            "system_channel_flags": 0,
            "roles": [
                _role(self.id, "@everyone", MEMBER_RIGHTS),
                _role(self.bot_role_id, "bot", self.bot_rights),
                _role(self.id + 1, "managers", MANAGE_GUILD),
                *(_role(role.id, role.name, 0) for role in self.roles.values()),
            ],
            "channels": channels,
            "threads": threads,
            "members": [self.member_json(bot)],
            "member_count": len(self.members) + 1,
            "emojis": self.emojis,
            "stickers": [],
            "features": [],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
            "unavailable": False,
            "large": False,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "afk_timeout": 300,
            "afk_channel_id": None,
            "nsfw_level": 0,
            "premium_tier": 0,
            "preferred_locale": "en-US",
            "icon": None,
            "splash": None,
            "banner": None,
            "description": None,
            "vanity_url_code": None,
            "discovery_splash": None,
            "application_id": None,
            "rules_channel_id": None,
            "public_updates_channel_id": None,
            "premium_progress_bar_enabled": False,
            "joined_at": "2026-01-01T00:00:00+00:00",
        }


def _role(role_id: int, name: str, rights: int) -> dict[str, Any]:
    plain = {"color": 0, "hoist": False, "position": 0, "managed": False, "mentionable": False}
    colours = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    shown = {"id": str(role_id), "name": name, "permissions": str(rights), "flags": 0}
    return {**plain, **shown, "colors": colours, "icon": None, "unicode_emoji": None}


@dataclass
class Interaction:
    """Something a member did, and what the bot answered."""

    id: int
    token: str
    user: User
    channel: Channel
    created_at: datetime
    payload: dict[str, Any]
    callback: dict[str, Any] | None = None
    original: dict[str, Any] | None = None
    followups: list[dict[str, Any]] = field(default_factory=list)
    deleted: bool = False

    @property
    def is_deferred(self) -> bool:
        """Whether the bot said that an answer is coming."""
        return bool(self.callback and self.callback["type"] == 5)

    @property
    def private(self) -> bool:
        """Whether the first answer is for the caller alone."""
        data = (self.callback or {}).get("data") or {}
        return bool(data.get("flags", 0) & 64)

    @property
    def modal(self) -> dict[str, Any] | None:
        """The form that was opened."""
        opened = self.callback and self.callback["type"] == 9
        return dict(self.callback["data"]) if self.callback and opened else None

    @property
    def choices(self) -> list[dict[str, Any]] | None:
        """What was suggested."""
        is_it = self.callback and self.callback["type"] == 8
        return list(self.callback["data"]["choices"]) if self.callback and is_it else None

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What the bot showed, in order."""
        return [*([self.original] if self.original else []), *self.followups]

    @property
    def is_answered(self) -> bool:
        """Whether the bot has come to an end with it."""
        opened = self.modal is not None or self.choices is not None
        return opened or bool(self.messages) or self.deleted


@dataclass(frozen=True)
class Said:
    """Something the bot showed, as it was then; a form has no message. `only`: who saw it."""

    channel: Channel
    only: User | None
    message: dict[str, Any] | None


class World:
    """Everything there is. `now` tells the time, so that a test can move it."""

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self.now = now or (lambda: datetime.now(UTC))
        self._serial = count(1)
        self._guild_serial = count()
        self._born = (self.new_id() >> 22) - 100_000
        self.bot = User(self.new_id(), "quiz", bot=True)
        self.users: dict[str, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.interactions: dict[str, Interaction] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.commands: dict[int | None, list[dict[str, Any]]] = {}
        self.changed = asyncio.Event()
        self.said: list[Said] = []

    def new_id(self) -> int:
        """Return a snowflake of this moment."""
        ms = int(self.now().timestamp() * 1000) - EPOCH_MS
        return (ms << 22) | (next(self._serial) & 0xFFF)

    def touch(self) -> None:
        """Wake whoever waits for something to happen."""
        self.changed.set()
        self.changed = asyncio.Event()

    def user(self, name: str, *, bot: bool = False) -> User:
        """Return the account of that name, made if new."""
        if name not in self.users:
            self.users[name] = User(self.new_id(), name, bot=bot)
        return self.users[name]

    def add_guild(self, name: str, owner: str = "olga") -> Guild:
        """Make a server with a channel `general`; each next one is on the next shard."""
        user = self.user(owner)
        guild_id = (self._born + next(self._guild_serial)) << 22
        guild = Guild(guild_id, name, user.id, self.new_id())
        self.guilds[guild.id] = guild
        guild.members[user.id] = user
        guild.system_channel_id = self.add_channel(guild, "general").id
        return guild

    def add_channel(self, guild: Guild, name: str) -> Channel:
        """Make a text channel."""
        channel = Channel(self.new_id(), name, guild_id=guild.id)
        guild.channels[channel.id] = channel
        self.channels[channel.id] = channel
        return channel

    def add_role(self, guild: Guild, name: str) -> GuildRole:
        """Make a role that nobody has yet."""
        role = GuildRole(self.new_id(), name)
        guild.roles[role.id] = role
        return role

    def direct(self, user: User) -> Channel:
        """Return the bot's conversation with a user."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.new_id(), "", DIRECT, recipient=user)
        self.channels[channel.id] = channel
        return channel

    def rights_in(self, channel: Channel) -> int:
        """Return what the bot may do in a channel."""
        if channel.guild_id is None:
            return ALL
        guild = self.guilds.get(channel.guild_id)
        parent = self.channels.get(channel.parent_id or 0)
        return (
            (guild.bot_rights if guild else 0) & ~channel.denied & ~(parent.denied if parent else 0)
        )

    def put_message(
        self, channel: Channel, payload: dict[str, Any], author: User, **more: Any
    ) -> dict[str, Any]:
        """Store a message and return it as the API shows it."""
        nonce = str(payload.get("nonce") or "")
        if nonce and payload.get("enforce_nonce") and nonce in channel.nonces:
            return channel.messages[channel.nonces[nonce]]
        message = self.make_message(channel, payload, author, **more)
        channel.messages[int(message["id"])] = message
        if nonce:
            channel.nonces[nonce] = int(message["id"])
        if author is self.bot:
            self.said.append(Said(channel, channel.recipient, dict(message)))
        self.touch()
        return message

    def make_message(
        self, channel: Channel, payload: dict[str, Any], author: User, **more: Any
    ) -> dict[str, Any]:
        """Return a new message that is kept nowhere."""
        return {
            "id": str(self.new_id()),
            "channel_id": str(channel.id),
            "author": author.to_json(),
            "content": payload.get("content") or "",
            "embeds": payload.get("embeds") or [],
            "components": payload.get("components") or [],
            "flags": payload.get("flags", 0),
            "timestamp": self.now().isoformat(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": payload.get("attachments") or [],
            "pinned": False,
            "type": 0,
            **more,
        }

    def is_stale(self, interaction: Interaction, limit: timedelta) -> bool:
        """Tell whether an interaction is older than that."""
        return self.now() - interaction.created_at > limit
