"""What is read of the gateway's events: the few that are used, and little of those."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from pydantic import BaseModel

from adapters.discord.servers import Servers
from adapters.discord.shapes import DeletedChannel, Interaction, LeftServer, Reaction, Server

log = structlog.get_logger(__name__)
Parse = Callable[[Any], None]
Tell = Callable[..., None]
_KEPT = ("READY", "RESUMED", "USER_UPDATE")
"""Events that the library reads alone."""


def choose_parsers(parsers: Mapping[str, Parse], servers: Servers, tell: Tell) -> dict[str, Parse]:
    """Return the parsers of the used events, guarded: the library's, and ours where it would
    keep a whole server or tell only of what it keeps.

    `tell` dispatches `servers_listed` with a shard and ids, `server_joined` and `reacted` with
    what was read, `server_left` with an id and a name, and `channel_deleted` with two ids.
    """
    reader = _Reader(servers, tell)
    chosen: dict[str, Parse] = {
        **{name: parsers[name] for name in _KEPT},
        "READY": partial(reader.read_ready, parsers["READY"]),
        "GUILD_CREATE": reader.read_created,
        "GUILD_UPDATE": reader.read_updated,
        "GUILD_DELETE": reader.read_deleted,
        "CHANNEL_DELETE": reader.read_channel,
        "MESSAGE_REACTION_ADD": reader.read_reaction,
        "INTERACTION_CREATE": _check(Interaction, parsers["INTERACTION_CREATE"]),
    }
    return {name: _guard(name, parse) for name, parse in chosen.items()}


@dataclass(frozen=True, slots=True)
class _Reader:
    servers: Servers
    tell: Tell

    def read_ready(self, parse: Parse, data: Any) -> None:
        """It only names the servers, which come one by one later."""
        listed = [int(server["id"]) for server in data["guilds"]]
        for server_id in listed:
            self.servers.note(server_id)
        parse({**data, "guilds": []})
        self.tell("servers_listed", data["shard"][0], listed)

    def read_created(self, data: Any) -> None:
        """A server that the bot was in before says whether it is available; a new one does not."""
        server = self._note(data)
        if server.unavailable is None:
            self.tell("server_joined", server)

    def read_updated(self, data: Any) -> None:
        """It may be called something else now."""
        self._note(data)

    def _note(self, data: Any) -> Server:
        server = Server.model_validate(data)
        self.servers.note(int(server.id), server.name)
        return server

    def read_deleted(self, data: Any) -> None:
        """A server in an outage is still the bot's."""
        server = LeftServer.model_validate(data)
        name = None if server.unavailable else self.servers.forget(int(server.id))
        if name is not None:
            self.tell("server_left", int(server.id), name)

    def read_channel(self, data: Any) -> None:
        channel = DeletedChannel.model_validate(data)
        self.tell("channel_deleted", int(channel.guild_id), int(channel.id))

    def read_reaction(self, data: Any) -> None:
        self.tell("reacted", Reaction.model_validate(data))


def _check(shape: type[BaseModel], parse: Parse) -> Parse:
    """The library reads some parts at once, where a fault is caught, and others in tasks of its
    own: look at all of it first."""

    def parse_checked(data: Any) -> None:
        shape.model_validate(data)
        parse(data)

    return parse_checked


def _guard(name: str, parse: Parse) -> Parse:
    """discord.py gives up its connection on a payload that it can't read: log it instead."""

    def parse_or_log(data: Any) -> None:
        try:
            parse(data)
        except Exception as error:
            log.warning("payload_not_read", event_type=name, problem=repr(error)[:300])

    return parse_or_log
