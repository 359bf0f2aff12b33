"""The servers that the bot is in, by their names alone."""

from __future__ import annotations


class Servers:
    """Remembers what each server is called, as the gateway told last.

    discord.py would keep an object of 1.3 KB for each, without a channel, a role or an emoji. None
    is needed: what the bot may do is asked of Discord at the moment when it matters, and an
    interaction brings its server along.
    """

    def __init__(self) -> None:
        self._names: dict[int, str] = {}

    def note(self, server: int, name: str = "") -> None:
        """The bot is in this server; where no name is told, the last one stays."""
        self._names[server] = name or self._names.get(server, "")

    def forget(self, server: int) -> str | None:
        """Drop a server and return its name; None for one that the bot was not in."""
        return self._names.pop(server, None)

    def name_of(self, server: int) -> str:
        """Return a server's name; nothing where it was not told."""
        return self._names.get(server, "")
