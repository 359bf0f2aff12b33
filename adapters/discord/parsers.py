"""What is read of the gateway's events: the few that are used, and little of those."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from pydantic import BaseModel

from adapters.discord.shapes import SHAPES

log = structlog.get_logger(__name__)
Parse = Callable[[Any], None]
USED = frozenset(
    {
        "READY",
        "RESUMED",
        "USER_UPDATE",
        "GUILD_CREATE",
        "GUILD_UPDATE",
        "GUILD_DELETE",
        "CHANNEL_DELETE",
        "MESSAGE_REACTION_ADD",
        "INTERACTION_CREATE",
    }
)
_OF_A_SERVER = ("id", "member_count", "name", "owner_id", "system_channel_id", "unavailable")
"""What is read of every server. discord.py would keep all of it: channels and roles are only
looked at when a schedule is made, and then as Discord has them at that moment; and the bot as a
member of each is made by discord.py itself where somebody calls the bot."""
_UNUSED = {"verification_level": 0, "default_message_notifications": 0}
"""For a server without these discord.py makes values of its own, which take as much as its name."""


def choose_parsers(
    parsers: Mapping[str, Parse], channel_deleted: Callable[[int, int], None]
) -> dict[str, Parse]:
    """Return the library's parsers of the used events, guarded and without what it would keep.

    `channel_deleted` takes a server's id and a channel's: the library tells only of channels
    that it keeps.
    """

    def parse_channel(data: Any) -> None:
        channel_deleted(int(data["guild_id"]), int(data["id"]))

    chosen = {name: parse for name, parse in parsers.items() if name in USED}
    chosen["CHANNEL_DELETE"] = parse_channel
    for name, shape in SHAPES.items():
        chosen[name] = _check(shape, chosen[name])
    for name in ("GUILD_CREATE", "GUILD_UPDATE"):
        chosen[name] = _lighten(chosen[name])
    chosen["READY"] = _fill(chosen["READY"])
    return {name: _guard(name, parse) for name, parse in chosen.items()}


def _check(shape: type[BaseModel], parse: Parse) -> Parse:
    def parse_checked(data: Any) -> None:
        shape.model_validate(data)
        parse(data)

    return parse_checked


def _lighten(parse: Parse) -> Parse:
    """Where the bot was just invited, the one channel stays in which it may say hello."""

    def parse_lightened(data: Any) -> None:
        has_joined = data.get("unavailable") is None
        hello = str(data.get("system_channel_id") or "") if has_joined else ""
        channels = [one for one in data.get("channels", ()) if one["id"] == hello]
        kept = {name: data[name] for name in _OF_A_SERVER if name in data}
        parse({**_UNUSED, **kept, "channels": channels})

    return parse_lightened


def _fill(parse: Parse) -> Parse:
    """READY only names the servers, which come one by one later."""

    def parse_filled(data: Any) -> None:
        for server in data["guilds"]:
            server.update(_UNUSED)
        parse(data)

    return parse_filled


def _guard(name: str, parse: Parse) -> Parse:
    """discord.py gives up its connection on a payload that it can't read: log it instead."""

    def parse_or_log(data: Any) -> None:
        try:
            parse(data)
        except Exception as error:
            log.warning("payload_not_read", event_type=name, problem=repr(error)[:300])

    return parse_or_log
