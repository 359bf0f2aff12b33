"""A chat platform in memory: channels, reactions, rights, outages, faults.

It stands for the other side of the wire, so it outlives the bot's crashes. Tests and
simulations use it as their fake; `demo` shows it to people.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from bot.domain.cards import Button, Card, MockCard, QuestionCard
from bot.domain.events import Origin
from bot.domain.people import Role
from bot.errors import NotSent, OutcomeUnknown, Rejected, RejectReason
from bot.ports import Clock, Found

NAME = "local"
HOME = "local"
"""The workspace that a script begins in; a transcript names the others."""


class Fault(Enum):
    """What can go wrong with one call."""

    REPLY_LOST = "the post arrives, its reply does not"
    POST_LOST = "neither arrives"
    REFUSED = "refused for now, with a delay"
    REJECTED = "refused for good"
    HIDDEN = "the post arrives, its reply does not, and the search finds it only later"
    BLIND = "the platform can't be searched"


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the bot; `only` is the one member who sees it, None for all."""

    id: str
    workspace: str
    channel: str
    only: str | None
    card: Card
    key: str
    at: datetime
    searchable_at: datetime

    @property
    def buttons(self) -> tuple[Button, ...]:
        """The buttons under it."""
        return getattr(self.card, "buttons", ())


@dataclass
class LocalWorkspace:
    """What the platform knows of one tenant."""

    admins: set[str] = field(default_factory=set)
    bots: set[str] = field(default_factory=set)
    roles: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    revoked: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    """Members who are in it no more."""
    is_gone: bool = False
    """Whether the bot was thrown out of it."""


@dataclass
class LocalPlatform:
    """Holds messages and hands each new one to `show`."""

    clock: Clock
    show: Callable[[Message], None]
    workspaces: dict[str, LocalWorkspace] = field(
        default_factory=lambda: defaultdict(LocalWorkspace)
    )
    messages: list[Message] = field(default_factory=list)
    reactions: set[tuple[str, str, str]] = field(default_factory=set)
    outage_until: datetime | None = None
    faults: deque[Fault] = field(default_factory=deque)
    refuse_for: timedelta = timedelta(seconds=30)
    hide_for: timedelta = timedelta(minutes=2)
    newest_id: int = 0
    recalled: set[str] = field(default_factory=set)
    """The ids of messages that an earlier process showed."""

    def recall(self, messages: Sequence[Message]) -> None:
        """Take over what was posted before, so that members can act on it; nothing is shown."""
        self.messages[:0] = messages
        self.recalled |= {message.id for message in messages}
        numbers = [int(message.id) for message in messages if message.id.isdecimal()]
        self.newest_id = max([self.newest_id, *numbers])

    @property
    def is_out(self) -> bool:
        """Whether no call is answered now."""
        return self.outage_until is not None and self.clock.now() < self.outage_until

    def put(
        self,
        workspace: str,
        channel: str,
        card: Card,
        *,
        only: str | None = None,
        key: str = "",
        hide_for: timedelta = timedelta(0),
    ) -> Message:
        """Add a message and show it."""
        now = self.clock.now()
        self.newest_id += 1
        message = Message(
            str(self.newest_id), workspace, channel, only, card, key, now, now + hide_for
        )
        self.messages.append(message)
        self.show(message)
        return message

    def seen_by(self, workspace: str, channel: str, member: str) -> Iterator[Message]:
        """Yield the channel's messages that the member sees, newest first."""
        for message in reversed(self.messages):
            here = message.workspace == workspace and message.channel == channel
            if here and message.only in (None, member):
                yield message

    def questions_seen_by(
        self, workspace: str, channel: str, member: str, *, public: bool = False
    ) -> Iterator[Message]:
        """Yield the questions among them, each key once; `public` leaves private ones out."""
        keys: set[str] = set()
        for message in self.seen_by(workspace, channel, member):
            is_question = isinstance(message.card, QuestionCard | MockCard)
            if is_question and message.key not in keys and not (public and message.only):
                keys.add(message.key)
                yield message


@dataclass
class LocalChat:
    """The bot's side of the wire; implements `bot.ports.ChatPort`."""

    platform: LocalPlatform

    def channel_id(self, text: str) -> str:
        """Channels are written `#general`."""
        return "#" + text.strip().lstrip("#")

    def member_id(self, text: str) -> str:
        """Members are written `@ana`."""
        return text.strip().lstrip("@")

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        """Put a message, unless a fault or the platform's state says otherwise."""
        self._require_answer()
        fault = self.platform.faults.popleft() if self.platform.faults else None
        if fault is Fault.REFUSED:
            raise NotSent("The platform asks to wait.", self.platform.refuse_for)
        if fault is Fault.POST_LOST:
            raise OutcomeUnknown("The connection was lost.")
        if fault is Fault.REJECTED:
            raise Rejected(
                RejectReason.CHANNEL_GONE,
                f"The channel {channel} does not exist any more.",
                "Choose another with /fastapi-quiz schedule edit.",
            )
        problem = await self.missing_rights(workspace, channel)
        if problem:
            raise Rejected(RejectReason.NO_RIGHTS, problem, "")
        hide_for = self.platform.hide_for if fault is Fault.HIDDEN else timedelta(0)
        message = self.platform.put(workspace, channel, card, key=key, hide_for=hide_for)
        if fault in (Fault.REPLY_LOST, Fault.HIDDEN):
            raise OutcomeUnknown("The connection was lost.")
        return message.id

    async def find(
        self,
        workspace: str,
        channel: str,
        key: str,
        since: datetime,
        thread_of: str | None = None,
    ) -> Found | None:
        """Search the channel's messages."""
        self._require_answer()
        if Fault.BLIND in self.platform.faults:
            raise Rejected(RejectReason.NO_RIGHTS, "The channel can't be searched.", "")
        now = self.platform.clock.now()
        for message in reversed(self.platform.messages):
            here = message.workspace == workspace and message.channel == channel
            if here and message.key == key and message.at >= since:
                if message.searchable_at > now:
                    raise NotSent("The platform is still indexing.", timedelta(seconds=10))
                return Found(message.id, message.at)
        return None

    async def tell(self, workspace: str, member: str, channel: str, card: Card) -> None:
        """Put a message that only one member sees."""
        self._require_answer()
        self.platform.put(workspace, channel, card, only=member)

    async def introduce(self, origin: Origin) -> Origin:
        """Every event tells who it is."""
        return origin

    async def forget(self, workspace: str, member: str) -> None:
        """There is nothing that the bot's side remembers."""

    async def missing_rights(self, workspace: str, channel: str) -> str | None:
        """Say that the bot was shut out of the channel."""
        self._require_answer()
        if self.platform.workspaces[workspace].is_gone:
            return "The bot is not in this workspace any more. Invite it again."
        if channel in self.platform.workspaces[workspace].revoked:
            return (
                f"The bot may not post in {channel}. Give it back the right to (here: type "
                f"'platform restores' in that channel)."
            )
        return None

    async def is_member(self, workspace: str, member: str) -> bool:
        """Tell who has not left the workspace."""
        self._require_answer()
        return member not in self.platform.workspaces[workspace].left

    async def is_admin(self, workspace: str, member: str, *, fresh: bool = True) -> bool:
        """Tell who was made an admin of the workspace."""
        self._require_answer()
        return member in self.platform.workspaces[workspace].admins

    async def channel_name(self, workspace: str, channel: str) -> str | None:
        """Channels are called by their names."""
        return channel

    async def find_role(self, workspace: str, text: str) -> Role | None:
        """Roles are written `@&mods`, and are there once somebody has them."""
        name = text.strip().removeprefix("@&")
        known = self.platform.workspaces[workspace].roles
        return Role(name, name) if text.strip().startswith("@&") and name in known else None

    async def role_ids(self, workspace: str, member: str) -> Collection[str]:
        """Tell which roles the member was given."""
        self._require_answer()
        roles = self.platform.workspaces[workspace].roles
        return [name for name, members in roles.items() if member in members]

    def _require_answer(self) -> None:
        if self.platform.is_out:
            raise OutcomeUnknown("The platform does not answer.")
