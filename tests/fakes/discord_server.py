"""A local Discord: REST and gateway on a real socket, for the real discord.py.

Members act through `call`, `press`, `submit` and `react`; `until` waits for what the bot
does. `problems` lists every request that Discord would not have liked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from aiohttp import web

from tests.fakes.discord.calls import compose_call
from tests.fakes.discord.checks import find_texts, walk
from tests.fakes.discord.faults import Fault
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.interactions import Callbacks
from tests.fakes.discord.rest import BASE, Rest
from tests.fakes.discord.world import Channel, Guild, Interaction, User, World

TOKEN = "local.token.of-a-test"
PATIENCE = 60.0


class DiscordServer:
    """The whole of it. One server with one channel is there from the start."""

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self.world = World(now)
        self.guild = self.world.add_guild("Acme")
        self.general = next(iter(self.guild.channels.values()))
        self.rest = Rest(self.world, TOKEN, lambda: self.gateway_url)
        self.gateway = Gateway(self.world, TOKEN, lambda: self.gateway_url)
        self.rest.tell_reaction = self._tell_own_reaction
        self.left: dict[int, Guild] = {}
        self.port = 0
        self._runner: web.AppRunner | None = None

    @property
    def api_url(self) -> str:
        """What `discord.api_url` is to be."""
        return f"http://127.0.0.1:{self.port}{BASE}"

    @property
    def gateway_url(self) -> str:
        """What `discord.gateway_url` is to be."""
        return f"ws://127.0.0.1:{self.port}/gateway"

    @property
    def problems(self) -> list[str]:
        """What Discord would not have liked."""
        return [*self.rest.problems, *self.gateway.problems]

    async def start(self) -> None:
        """Listen on a free port, or on the one from before."""
        app = self.rest.make_app()
        Callbacks(self.rest).add_to(app)
        app.router.add_get("/gateway", self.gateway.connect)
        app.router.add_get("/gateway/", self.gateway.connect)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close every connection and the port."""
        await self.gateway.drop(1001)
        if self._runner:
            await self._runner.cleanup()

    def fail(self, pattern: str, kind: str, **more: Any) -> Fault:
        """Make trouble for the next requests that fit."""
        fault = Fault(pattern, kind, **more)
        self.rest.faults.append(fault)
        return fault

    async def until(self, happened: Callable[[], Any], patience: float = PATIENCE) -> Any:
        """Wait until something is true, and return it."""
        try:
            async with asyncio.timeout(patience):
                while True:
                    changed = self.world.changed
                    if found := happened():
                        return found
                    await changed.wait()
        except TimeoutError:
            raise AssertionError(f"It did not happen in {patience} s: {self.problems}") from None

    def member(self, name: str, guild: Guild | None = None, *, manages: bool = False) -> User:
        """Return a member of the server, made if new."""
        guild = guild or self.guild
        user = self.world.user(name)
        guild.members[user.id] = user
        if manages:
            guild.managers.add(user.id)
        return user

    async def call(
        self,
        user: User,
        path: str,
        options: Mapping[str, Any] | None = None,
        channel: Channel | None = None,
        *,
        focused: str | None = None,
    ) -> Interaction:
        """Call a slash command as Discord's client does: only what was registered can be."""
        channel = channel or self.general
        data = compose_call(self.world, channel, path, options or {}, focused, self._describe_files)
        return await self._interact(user, channel, 4 if focused else 2, data)

    def add_file(self, name: str, content: bytes) -> str:
        """Put a file on Discord's servers, as its client does, and return its id."""
        file_id = str(self.world.new_id())
        self.world.files[file_id] = (name, content)
        return file_id

    def _describe_files(self, file_id: str) -> dict[str, Any]:
        name, content = self.world.files[file_id]
        url = f"http://127.0.0.1:{self.port}/cdn/{file_id}"
        shown = {"id": file_id, "filename": name, "size": len(content), "url": url}
        return {file_id: {**shown, "proxy_url": url, "content_type": "text/plain"}}

    async def press(
        self, user: User, message: Mapping[str, Any], label: str, *, custom_id: str | None = None
    ) -> Interaction:
        """Press a button under a message, or one that is not there any more."""
        found = custom_id or find_button(message, label)
        channel = self.world.channels[int(message["channel_id"])]
        data = {"id": 2, "custom_id": found, "component_type": 2}
        return await self._interact(user, channel, 3, data, message=dict(message))

    async def submit(
        self, user: User, opened: Interaction, values: Mapping[str, str]
    ) -> Interaction:
        """Fill in the form that an interaction opened, as Discord lets one fill it."""
        assert opened.modal is not None, "no form was opened"
        labels: list[dict[str, Any]] = []
        files: dict[str, Any] = {}
        for label in opened.modal["components"]:
            if label["type"] == 10:
                labels.append({"type": 10, "id": 1})
                continue
            inner = label["component"]
            value = values.get(inner["custom_id"], "")
            assert value or not inner.get("required", True), f"{inner['custom_id']} is required"
            filled = {"type": inner["type"], "custom_id": inner["custom_id"], "id": 2}
            if inner["type"] == 4:
                assert len(value) <= inner.get("max_length", 4000)
                filled["value"] = value
            else:
                filled["values"] = [value] if value else []
                files |= self._describe_files(value) if inner["type"] == 19 and value else {}
            labels.append({"type": 18, "id": 1, "component": filled})
        data = {"custom_id": opened.modal["custom_id"], "components": labels}
        data |= {"resolved": {"attachments": files}} if files else {}
        return await self._interact(user, opened.channel, 5, data)

    async def _interact(
        self, user: User, channel: Channel, kind: int, data: dict[str, Any], **more: Any
    ) -> Interaction:
        guild = {**self.left, **self.world.guilds}.get(channel.guild_id or 0)
        interaction_id = self.world.new_id()
        payload: dict[str, Any] = {
            "id": str(interaction_id),
            "application_id": str(self.world.bot.id),
            "type": kind,
            "data": data,
            "channel_id": str(channel.id),
            "channel": channel.to_json(self.world.bot.id),
            "token": f"token-{interaction_id}",
            "version": 1,
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {},
            "attachment_size_limit": 10_000_000,
            "app_permissions": str(self.world.rights_in(channel)),
            **more,
        }
        if guild:
            rights = str(guild.rights_of(user.id))
            payload["member"] = {**guild.member_json(user), "permissions": rights}
            payload |= {"guild_id": str(guild.id), "context": 0, "guild_locale": "en-US"}
            payload["guild"] = {"id": str(guild.id), "locale": "en-US", "features": []}
        else:
            payload |= {"user": user.to_json(), "context": 1}
        interaction = Interaction(
            interaction_id, payload["token"], user, channel, self.world.now(), payload
        )
        self.world.interactions[interaction.token] = interaction
        await self.gateway.dispatch("INTERACTION_CREATE", payload, channel.guild_id)
        return interaction

    async def answered(self, interaction: Interaction) -> Interaction:
        """Wait until the bot has come to an end with an interaction."""
        await self.until(lambda: interaction.is_answered)
        return interaction

    async def react(
        self, user: User, message: Mapping[str, Any], emoji: str = "💡", *, bare: bool = False
    ) -> None:
        """React to a message. `bare`: as Discord tells it without the message's author."""
        channel = self.world.channels[int(message["channel_id"])]
        guild = self.world.guilds.get(channel.guild_id or 0)
        payload: dict[str, Any] = {
            "user_id": str(user.id),
            "channel_id": str(channel.id),
            "message_id": str(message["id"]),
            "emoji": {"id": None, "name": emoji},
            "burst": False,
            "type": 0,
        }
        if not bare:
            payload["message_author_id"] = message["author"]["id"]
        if guild:
            payload |= {"guild_id": str(guild.id), "member": guild.member_json(user)}
        await self.gateway.dispatch("MESSAGE_REACTION_ADD", payload, channel.guild_id)

    async def _tell_own_reaction(
        self, _channel: Channel, message: dict[str, Any], emoji: str
    ) -> None:
        """The bot is told of its own reactions like of anybody's."""
        await self.react(self.world.bot, message, emoji)

    async def invite(self, name: str) -> Guild:
        """Let another server add the bot, while it runs."""
        guild = self.world.add_guild(name)
        await self.show_guild(guild)
        return guild

    async def invite_again(self, guild: Guild) -> None:
        """Let a server that threw the bot out add it again."""
        self.world.guilds[guild.id] = self.left.pop(guild.id)
        self.world.channels |= guild.channels
        await self.show_guild(guild)

    async def show_guild(self, guild: Guild) -> None:
        """Tell the bot that it is in a server now."""
        payload = guild.to_json(self.world.bot)
        del payload["unavailable"]
        await self.gateway.dispatch("GUILD_CREATE", payload, guild.id)

    async def remove(self, guild: Guild) -> None:
        """Throw the bot out of a server."""
        self.left[guild.id] = self.world.guilds.pop(guild.id)
        self.world.commands.pop(guild.id, None)
        for channel in guild.channels.values():
            self.world.channels.pop(channel.id, None)
        await self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild.id)

    async def delete_channel(self, channel: Channel) -> None:
        """Delete a channel."""
        assert channel.guild_id is not None
        del self.world.channels[channel.id]
        del self.world.guilds[channel.guild_id].channels[channel.id]
        shown = channel.to_json(self.world.bot.id)
        await self.gateway.dispatch("CHANNEL_DELETE", shown, channel.guild_id)

    async def deny(self, channel: Channel, rights: int) -> None:
        """Take rights in a channel from the bot, or give all back with 0."""
        channel.denied = rights
        shown = channel.to_json(self.world.bot.id)
        await self.gateway.dispatch("CHANNEL_UPDATE", shown, channel.guild_id)

    def posts(self, channel: Channel | None = None) -> list[dict[str, Any]]:
        """Return the channel's messages, oldest first."""
        messages = (channel or self.general).messages
        return [messages[key] for key in sorted(messages)]

    def told(self, user: User) -> list[dict[str, Any]]:
        """Return the direct messages that a user got."""
        return self.posts(self.world.direct(user))


def has_button(message: Mapping[str, Any], label: str) -> bool:
    """Tell whether there is a button of that label."""
    return any(part.get("label") == label for part in walk(message["components"]))


def find_button(message: Mapping[str, Any], label: str) -> str:
    """Return the `custom_id` of a button by its label."""
    for component in walk(message["components"]):
        if component["type"] == 2 and component.get("label") == label:
            return str(component["custom_id"])
    raise AssertionError(f"There is no button {label}")


def text_of(message: Mapping[str, Any]) -> str:
    """Return all that a message shows."""
    parts = [message["content"], *find_texts(message["components"])]
    for embed in message["embeds"]:
        footer = (embed.get("footer") or {}).get("text")
        parts += [embed.get("title"), embed.get("description"), footer]
    return "\n".join(part for part in parts if part)


@asynccontextmanager
async def run_discord(now: Callable[[], datetime] | None = None) -> AsyncIterator[DiscordServer]:
    """Run a local Discord for as long as it is needed."""
    server = DiscordServer(now)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
