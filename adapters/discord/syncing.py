"""Hands the commands to Discord: where they changed, and to the servers that are to have them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from typing import Any

import discord
import structlog
from discord import app_commands

from adapters.discord.failures import is_refusal
from adapters.discord.memory import Memory

log = structlog.get_logger(__name__)
_EVERYWHERE = "commands"
_LISTED = "command_servers"


class Syncing:
    """Remembers what each place was handed: Discord allows few such requests a day.

    With `guild_ids` these servers have the commands, at once, and no other server has any.
    """

    def __init__(
        self, tree: app_commands.CommandTree[Any], guild_ids: Collection[int], memory: Memory
    ) -> None:
        self._tree = tree
        self._listed = set(map(str, guild_ids))
        self._memory = memory

    async def sync(self) -> None:
        """Hand the commands over where they changed, and take them from servers that are listed
        no more: there each would be shown twice. What fails is logged, and tried at the next start.
        """
        payload = await self._write_commands()
        before = set((await self._memory.recall(_LISTED) or "").split())
        held = set(self._listed)
        for guild in sorted(self._listed | before):
            is_done = await self._hand_over(guild, payload if guild in self._listed else [])
            held |= set() if is_done else {guild}
        await self._hand_over("", [] if self._listed else payload)
        if held != before:
            await self._memory.keep(_LISTED, " ".join(sorted(held)))

    async def note_joined(self, guild_id: int) -> None:
        """Hand a listed server the commands: whoever adds the bot again starts without any."""
        await self.note_left(guild_id)
        if str(guild_id) in self._listed:
            await self._hand_over(str(guild_id), await self._write_commands())

    async def note_left(self, guild_id: int) -> None:
        """Discord drops a server's commands with the bot."""
        await self._memory.forget(_name_place(str(guild_id)))

    async def _write_commands(self) -> list[dict[str, Any]]:
        """Return all that Discord is sent, translations included."""
        tree, translator = self._tree, self._tree.translator
        assert translator is not None
        return [
            await command.get_translated_payload(tree, translator)
            for command in tree.get_commands()
        ]

    async def _hand_over(self, guild: str, payload: Sequence[Any]) -> bool:
        """Return whether the server, or all of Discord, has these commands and no others."""
        client, name = self._tree.client, _name_place(guild)
        digest = _digest(client.application_id, payload) if payload else ""
        if (await self._memory.recall(name) or "") == digest:
            return True
        assert client.application_id is not None
        try:
            if guild:
                await client.http.bulk_upsert_guild_commands(
                    client.application_id, int(guild), payload=payload
                )
            else:
                await client.http.bulk_upsert_global_commands(
                    client.application_id, payload=payload
                )
        except discord.DiscordException as error:
            log.error("commands_not_synced", server=guild, problem=str(error))
            return isinstance(error, discord.HTTPException) and is_refusal(error)
        await self._memory.keep(name, digest)
        return True


def _name_place(guild: str) -> str:
    return f"{_EVERYWHERE}:{guild}" if guild else _EVERYWHERE


def _digest(application_id: int | None, payload: Sequence[Any]) -> str:
    """Return what changes with the commands, and with the bot that is to have them."""
    told = json.dumps([application_id, payload], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()
