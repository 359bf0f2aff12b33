"""What members are in a server: managers of it, and holders of its roles."""

from __future__ import annotations

import re
from dataclasses import dataclass

import discord

from adapters.discord.failures import require_refusal
from bot.domain.newest import Newest
from bot.domain.people import Role

_ROLE = re.compile(r"<@&(\d{1,20})>")
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether a member has the permission Manage Server, the ids of their roles, and whether
    they are in the server at all."""

    manages: bool = False
    roles: tuple[str, ...] = ()
    is_here: bool = True


class Memberships:
    """Remembers what Discord said with an interaction, for as long as that is answered."""

    def __init__(self) -> None:
        self._known: Newest[tuple[str, str], Membership] = Newest(_REMEMBERED)

    def note(self, workspace: str, member: str, membership: Membership | None) -> None:
        """Remember it, so that it need not be asked; None where Discord said nothing, and
        what it said before may be out of date.
        """
        self._known.pop((workspace, member), None)
        if membership:
            self._known[workspace, member] = membership

    def recall(self, workspace: str, member: str) -> Membership | None:
        """Return what is remembered."""
        return self._known.get((workspace, member))


class Presence:
    """Remembers for a while who was in which server, by a clock of seconds.

    Whoever acts in a server is there, and Discord can be asked of the others. But whoever practises
    in direct messages presses button after button, and each question takes from what the bot may
    ask a second. Rights are never taken from here.
    """

    def __init__(self, lasts: float = 600.0) -> None:
        self.lasts = lasts
        self._seen: Newest[tuple[str, str], float] = Newest(_REMEMBERED)

    def note(self, workspace: str, member: str, now: float) -> None:
        """The member is there."""
        self._seen[workspace, member] = now

    def forget(self, workspace: str, member: str) -> None:
        """Drop what is remembered of the member."""
        self._seen.pop((workspace, member), None)

    def is_fresh(self, workspace: str, member: str, now: float) -> bool:
        """Tell whether the member was there a moment ago."""
        seen = self._seen.get((workspace, member))
        return seen is not None and now - seen < self.lasts


def read_membership(interaction: discord.Interaction[discord.Client]) -> Membership:
    """Read what an interaction in a server says of whoever did it."""
    user = interaction.user
    # `Member.roles` shows cached roles alone, and none are
    ids = user._roles if isinstance(user, discord.Member) else ()  # noqa: SLF001
    return Membership(interaction.permissions.manage_guild, tuple(map(str, ids)))


async def fetch_membership(client: discord.Client, guild_id: int, member_id: int) -> Membership:
    """Ask Discord; who has left the server is nobody there.

    Raises:
        discord.HTTPException: Discord does not say.
    """
    guild = await client.fetch_guild(guild_id, with_counts=False)
    try:
        member = await guild.fetch_member(member_id)
    except discord.NotFound as error:
        require_refusal(error)
        return Membership(is_here=False)
    ids = tuple(str(role.id) for role in member.roles)
    return Membership(member.guild_permissions.manage_guild, ids)


async def fetch_role(client: discord.Client, guild_id: int, text: str) -> Role | None:
    """Return the server's role that a mention `<@&123>` names; @everyone is none.

    Raises:
        discord.HTTPException: Discord does not say.
    """
    match = _ROLE.fullmatch(text.strip())
    if match is None or int(match[1]) == guild_id:
        return None
    guild = await client.fetch_guild(guild_id, with_counts=False)
    found = guild.get_role(int(match[1]))
    return Role(str(found.id), found.name) if found else None
