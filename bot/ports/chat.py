"""Chat platforms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.cards import Card, Reply
from bot.domain.events import Event, Origin
from bot.domain.pacing import Pace
from bot.domain.people import Role


@dataclass(frozen=True, slots=True)
class Found:
    """A post that was found on the platform by its key."""

    message_id: str
    posted_at: datetime


class ChatPort(Protocol):
    """A chat platform. Workspaces, channels and members are named by its own ids.

    Every call may raise ChatError: NotSent (provably without effect, try again later),
    Rejected (never, with the mend) or OutcomeUnknown (the reply was lost).
    """

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        """Post a card that carries `key` (25 characters at most) and return the message id."""
        ...

    async def find(
        self,
        workspace: str,
        channel: str,
        key: str,
        since: datetime,
        thread_of: str | None = None,
    ) -> Found | None:
        """Look for a post by its key; None means proven absent.

        `thread_of` is the card's own: what was posted into a thread is found there.

        Raises:
            NotSent: the platform can't be asked now.
            Rejected: it can't be searched at all, so nothing is proven.
        """
        ...

    async def tell(self, workspace: str, member: str, channel: str, card: Card) -> None:
        """Tell one member in private; `channel` is what it is about."""
        ...

    async def forget(self, workspace: str, member: str) -> None:
        """Erase what the adapter itself remembers of a member; raises nothing."""
        ...

    def channel_id(self, text: str) -> str:
        """Turn what somebody typed for a channel into the platform's id."""
        ...

    async def channel_name(self, workspace: str, channel: str) -> str | None:
        """Return what people call the channel, such as `#general`; None if that is not told."""
        ...

    def member_id(self, text: str) -> str:
        """Turn what somebody typed for a member into the platform's id or a display name."""
        ...

    async def introduce(self, origin: Origin) -> Origin:
        """Return the origin with what the platform tells of its member only if asked.

        Where it tells with each event, that is the origin itself. A platform that does not
        answer is no error: what is unknown stays empty.
        """
        ...

    async def missing_rights(self, workspace: str, channel: str) -> str | None:
        """Say what keeps the bot from posting in the channel and how to mend it, or None."""
        ...

    async def is_member(self, workspace: str, member: str) -> bool:
        """Tell whether the member belongs to the workspace at this moment."""
        ...

    async def is_admin(self, workspace: str, member: str, *, fresh: bool = True) -> bool:
        """Tell whether the platform itself takes the member for an admin.

        Where it need not be `fresh`, what was known some minutes ago will do.
        """
        ...

    async def find_role(self, workspace: str, text: str) -> Role | None:
        """Return the platform's role that the text names; None if it names none."""
        ...

    async def role_ids(self, workspace: str, member: str) -> Collection[str]:
        """Return the roles that the platform gives the member at this moment."""
        ...


Handle = Callable[[Event], Awaitable[Reply | None]]
"""What a platform calls for each event; the reply is to be shown to whoever caused it."""


class Platform(Protocol):
    """A connection to a chat platform, in both directions."""

    @property
    def name(self) -> str:
        """The platform's word in settings and in the database."""
        ...

    @property
    def chat(self) -> ChatPort:
        """The way out."""
        ...

    @property
    def pace(self) -> Pace | None:
        """What the platform allows, where deliveries have to keep to it; None if it does not
        matter or the platform's own client sees to it."""
        ...

    def problem(self) -> str | None:
        """Say what keeps it from working just now and what to do about it; None if nothing."""
        ...

    def share_limits(self, processes: int) -> None:
        """So many processes serve the platform together: keep a fair part of its limits."""
        ...

    async def start(self, handle: Handle) -> None:
        """Connect, and from now on hand in events. Returns once events can arrive, or once a
        first try has ended because the platform can't be reached: it is tried again by itself.

        Raises:
            ConfigError: what was configured is refused; says what to change.
        """
        ...

    async def stop(self) -> None:
        """Take no more events, answer those under way, and disconnect."""
        ...
