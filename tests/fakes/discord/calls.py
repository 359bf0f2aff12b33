"""Slash commands as Discord's client sends them: only what was registered can be called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.discord.world import Channel, Guild, World

_SUBCOMMAND = 1
_USER, _CHANNEL, _MENTIONABLE, _FILE = 6, 7, 9, 11
_TYPES = {3: str, 4: int, 5: bool, _USER: str, _CHANNEL: str, _MENTIONABLE: str, _FILE: str}


def compose_call(
    world: World,
    channel: Channel,
    path: str,
    options: Mapping[str, Any],
    focused: str | None,
    describe_file: Callable[[str], dict[str, Any]],
) -> dict[str, Any]:
    """Return an interaction's data. `focused`: the option that is still being typed."""
    command, data, innermost = _find_command(world, path, channel)
    filled = [
        _fill(_option_of(command, name), value, focused == name) for name, value in options.items()
    ]
    innermost["options"] = filled
    guild = world.guilds.get(channel.guild_id or 0)
    resolved: dict[str, Any] = {}
    for option in filled:
        for kind, found in _resolve(world, guild, option, describe_file).items():
            resolved.setdefault(kind, {}).update(found)
    return {**data, "resolved": resolved} if resolved else data


def _find_command(
    world: World, path: str, channel: Channel
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return the registered command, the data that calls it, and the part for its options."""
    known = [*world.commands.get(channel.guild_id, ()), *world.commands[None]]
    command = root = next(c for c in known if c["name"] == "fastapi-quiz")
    data: dict[str, Any] = {"id": root["id"], "name": root["name"], "type": 1, "options": []}
    inner = data
    for word in path.split(" "):
        command = _option_of(command, word)
        step = {"name": word, "type": command["type"], "options": []}
        inner["options"] = [step]
        inner = step
    assert command["type"] == _SUBCOMMAND, f"{path} can't be called"
    return command, data, inner


def _resolve(
    world: World,
    guild: Guild | None,
    option: Mapping[str, Any],
    describe_file: Callable[[str], dict[str, Any]],
) -> dict[str, dict[str, Any]]:
    """Return what Discord tells beside an id that was chosen."""
    kind, value = option["type"], option["value"]
    if kind == _FILE:
        return {"attachments": describe_file(value)}
    if kind == _CHANNEL:
        shown = world.channels[int(value)].to_json(world.bot.id)
        return {"channels": {value: {**shown, "permissions": "0"}}}
    if kind not in (_USER, _MENTIONABLE):
        return {}
    if guild and int(value) in (guild.id, *guild.roles):
        roles = {role["id"]: role for role in guild.to_json(world.bot)["roles"]}
        return {"roles": {value: roles[value]}}
    user = next(user for user in world.users.values() if str(user.id) == value)
    if guild is None:
        return {"users": {value: user.to_json()}}
    member = {name: told for name, told in guild.member_json(user).items() if name != "user"}
    return {"users": {value: user.to_json()}, "members": {value: {**member, "permissions": "0"}}}


def _option_of(command: Mapping[str, Any], name: str) -> dict[str, Any]:
    for option in command.get("options", ()):
        if option["name"] == name:
            found: dict[str, Any] = option
            return found
    raise AssertionError(f"{command['name']} has no {name}")


def _fill(option: Mapping[str, Any], value: Any, focused: bool) -> dict[str, Any]:
    kind = str if focused else _TYPES[option["type"]]  # what is typed so far is text, also a number
    assert isinstance(value, kind), f"{option['name']} takes no {value!r}"
    words = [choice["value"] for choice in option.get("choices") or ()]
    assert not words or value in words, f"{option['name']} takes {words}"
    filled = {"name": option["name"], "type": option["type"], "value": value}
    return {**filled, "focused": True} if focused else filled
