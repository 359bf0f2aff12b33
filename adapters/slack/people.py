"""Who somebody is, as Slack knows it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from adapters.slack.backlog import Joint
from adapters.slack.clients import Clients
from adapters.slack.failures import CALL_ERRORS, explain
from bot.domain.events import Event, Origin
from bot.domain.newest import Newest
from bot.errors import ChatError
from bot.ports import Clock

KEPT_FOR = timedelta(minutes=10)
MOST_KEPT = 20_000
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Profile:
    """What `users.info` says of a member."""

    name: str = ""
    zone: str = ""
    is_bot: bool = False
    is_admin: bool = False
    is_gone: bool = False
    """Whether the account was deactivated."""


def read_profile(user: dict[str, Any], workspace: str) -> Profile:
    """Read the `user` object of `users.info`, as the workspace sees them."""
    shown = user.get("profile") or {}
    name = shown.get("display_name") or shown.get("real_name") or user.get("name") or ""
    return Profile(
        name=str(name),
        zone=str(user.get("tz") or ""),
        is_bot=bool(user.get("is_bot")) or user.get("id") == "USLACKBOT",
        is_admin=bool(user.get("is_admin") or user.get("is_owner")) and _is_of(user, workspace),
        is_gone=bool(user.get("deleted")),
    )


def _is_of(user: dict[str, Any], workspace: str) -> bool:
    """Tell who belongs to the workspace from who is in a channel that is shared with theirs.

    In an organization members belong to several (docs.slack.dev/reference/objects/user-object).
    """
    organization = user.get("enterprise_user") or {}
    return workspace in (user.get("team_id") or workspace, *(organization.get("teams") or ()))


@dataclass
class People:
    """Looks members up, and remembers them for a while."""

    clients: Clients
    clock: Clock
    _known: Newest[tuple[str, str], tuple[datetime, Profile]] = field(
        default_factory=lambda: Newest(MOST_KEPT)
    )
    _asking: Joint[tuple[str, str], Profile] = field(default_factory=Joint)

    async def fetch(self, workspace: str, member: str) -> Profile:
        """Ask Slack now.

        Raises:
            ChatError: it does not answer, or may not be asked.
        """
        client = await self.clients.of(workspace)
        try:
            answer = await client.users_info(user=member)
        except CALL_ERRORS as error:
            raise explain(error) from error
        profile = read_profile(answer.get("user") or {}, workspace)
        self._known[workspace, member] = (self.clock.now(), profile)
        return profile

    async def look_up(self, workspace: str, member: str) -> Profile:
        """Return what is known; a member whom Slack does not tell about is nobody special."""
        key = workspace, member
        known = self._known.get(key)
        if known and self.clock.now() - known[0] < KEPT_FOR:
            return known[1]
        try:
            return await self._asking.do(key, lambda: self.fetch(workspace, member))
        except ChatError as error:
            log.warning("profile_unknown", workspace=workspace, problem=str(error))
            return known[1] if known else Profile()

    def forget(self, workspace: str, member: str) -> None:
        """Drop what is remembered of a member."""
        self._known.pop((workspace, member), None)

    async def introduce(self, event: Event) -> Event:
        """Return the event with its member's name, zone and nature filled in."""
        return replace(event, origin=await self.describe(event.origin))

    async def describe(self, origin: Origin) -> Origin:
        """Return the origin with its member's name, zone and nature filled in."""
        return _fill(origin, await self.look_up(origin.workspace, origin.member))


def _fill(origin: Origin, profile: Profile) -> Origin:
    return replace(
        origin,
        member_name=profile.name or origin.member_name,
        zone=profile.zone,
        is_bot=profile.is_bot,
    )
