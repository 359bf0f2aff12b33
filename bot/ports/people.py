"""Workspaces, members and what admins are to be told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.domain.people import AwayPeriod, Member, MemberId, Workspace, WorkspaceId


class Workspaces(Protocol):
    """Tenants."""

    async def ensure(self, platform: str, external_id: str, name: str) -> Workspace:
        """Return the workspace, made if it is new."""
        ...

    async def find(self, platform: str, external_id: str) -> Workspace | None:
        """Return the workspace of the platform's own id, if anybody there ever did something."""
        ...

    async def get(self, workspace_id: WorkspaceId) -> Workspace:
        """Return a workspace that exists."""
        ...

    async def set_emoji(self, workspace_id: WorkspaceId, emoji: str) -> None:
        """Store which reaction shows the answer."""
        ...

    async def everyone(self) -> Sequence[Workspace]:
        """Return all workspaces, for the operator alone."""
        ...

    async def get_many(self, ids: Sequence[WorkspaceId]) -> Mapping[WorkspaceId, Workspace]:
        """Return the workspaces of these ids."""
        ...


class Members(Protocol):
    """Members and their own settings, always of one workspace."""

    async def identify(
        self, platform: str, workspace: str, member: str
    ) -> tuple[Workspace, Member] | None:
        """Return who that is in the platform's own ids, or None for somebody new."""
        ...

    async def ensure(self, workspace_id: WorkspaceId, external_id: str, name: str) -> Member:
        """Return the member, made if new; a changed display name is kept."""
        ...

    async def find(self, workspace_id: WorkspaceId, text: str) -> Member | None:
        """Find a member by platform id or display name, in any case."""
        ...

    async def find_all(self, workspace_id: WorkspaceId, text: str) -> Sequence[Member]:
        """Return the member with that platform id, or else all who call themselves so."""
        ...

    async def get(self, workspace_id: WorkspaceId, member_id: MemberId) -> Member | None:
        """Return a member."""
        ...

    async def hold(self, member: Member) -> Member | None:
        """Return the member as they are now; None where they were erased.

        Nobody else changes them until the end of the transaction.
        """
        ...

    async def save(self, member: Member) -> None:
        """Store the member's settings."""
        ...

    async def away(self, workspace_id: WorkspaceId, member_id: MemberId) -> Sequence[AwayPeriod]:
        """Return all announced absences."""
        ...

    async def announce_away(self, member: Member, since: datetime, until: date) -> None:
        """Open an absence."""
        ...

    async def end_away(self, member: Member, at: datetime) -> None:
        """End the absences that are still open."""
        ...

    async def admins(self, workspace_id: WorkspaceId) -> Sequence[Member]:
        """Return who was made an admin of this bot."""
        ...

    async def set_admin(self, member: Member, admin: bool) -> None:
        """Make the member an admin of this bot, or take that back."""
        ...

    async def erase(self, member: Member) -> None:
        """Erase the member and everything that hangs on them."""
        ...


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to one admin, kept until it was handed to the platform."""

    id: int
    workspace_id: WorkspaceId
    member_id: MemberId
    channel: str
    text: str


class Notices(Protocol):
    """What admins are to be told, committed with the fact that it tells of."""

    async def add(
        self, workspace_id: WorkspaceId, member_id: MemberId, channel: str, text: str, at: datetime
    ) -> None:
        """Queue a notice."""
        ...

    async def take_due(
        self,
        now: datetime,
        again_at: datetime,
        limit: int,
        platforms: Collection[str] | None = None,
    ) -> Sequence[Notice]:
        """Take notices that were not handed over; they come again at `again_at` if lost."""
        ...

    async def done(self, notices: Sequence[Notice]) -> None:
        """Forget notices that were handed over."""
        ...
