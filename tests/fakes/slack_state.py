"""What the local Slack knows: teams, people, channels, messages, and faults to come."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack_limits import kind_of

BOT_SCOPES = frozenset(
    {
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "mpim:history",
        "mpim:read",
        "reactions:read",
        "users:read",
    }
)


@dataclass
class User:
    """Somebody in a team."""

    id: str
    name: str
    tz: str = "UTC"
    is_admin: bool = False
    is_owner: bool = False
    is_bot: bool = False
    is_deleted: bool = False
    home: str = ""
    """The team that somebody in a shared channel comes from; empty: this one."""


@dataclass
class Channel:
    """A conversation and who is in it: `kind` is channel, group, mpim or im.

    Scopes are named after it: `channels:history`, `groups:history`, `mpim:history`.
    """

    id: str
    name: str
    members: set[str] = field(default_factory=set)
    kind: str = "channel"
    archived: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the bot sees it without being in it."""
        return self.kind == "channel"

    def scope(self, what: str) -> str:
        """Return the scope that reading it takes."""
        return f"{self.kind}{'' if 'im' in self.kind else 's'}:{what}"


@dataclass
class Message:
    """A message. `only` names the one user who sees it, None is for all in the channel."""

    ts: str
    team: str
    channel: str
    text: str
    blocks: list[dict[str, Any]]
    only: str | None = None
    thread: str | None = None
    metadata: dict[str, Any] | None = None
    via: str = "chat.postMessage"
    edits: int = 0
    shown: bool = True

    @property
    def kind(self) -> str:
        """The kind of card that it shows: the name of its first block."""
        return kind_of(self.blocks)

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """Its buttons."""
        return [
            element
            for block in self.blocks
            if block["type"] == "actions"
            for element in block["elements"]
        ]

    def button(self, label: str) -> dict[str, Any]:
        """Return the button with that label."""
        found = [b for b in self.buttons if b["text"]["text"].casefold() == label.casefold()]
        assert found, f"no button {label!r} under {self.text!r}"
        return found[0]


@dataclass
class File:
    """An uploaded file. It has a title once its upload was completed."""

    id: str
    team: str
    name: str
    length: int
    content: bytes | None = None
    title: str = ""
    reads_left: int = 0
    deleted: bool = False
    shared_in: list[str] = field(default_factory=list)


@dataclass
class Team:
    """A workspace with the app in it. Tokens that are not in `tokens` are refused."""

    id: str
    name: str
    bot_user: str
    bot_id: str
    tokens: set[str]
    scopes: frozenset[str] = BOT_SCOPES
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    installed: bool = True
    organization: str = ""
    """Installed for a whole organization, by its id, and not for this workspace alone."""


@dataclass
class Fault:
    """What goes wrong with the next call of a method.

    `status` answers with it; `drop` closes the connection, before or after the call did
    its work; `error` answers ok: false; `delay` waits first.
    """

    status: int | None = None
    retry_after: int | str | None = None
    drop: bool = False
    after: bool = False
    error: str | None = None
    delay: float = 0.0


@dataclass
class ResponseUrl:
    """Where a message to a response URL appears, and how many may still come."""

    team: str
    channel: str
    user: str
    uses_left: int


@dataclass
class State:
    """Everything, with a clock that tests may set."""

    now: Callable[[], float] = time.time
    teams: dict[str, Team] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    is_out: Callable[[], bool] = lambda: False
    heard: list[Message] = field(default_factory=list)
    limit_rate: bool = False
    files: dict[str, File] = field(default_factory=dict)
    slow_files: int = 0
    views: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """The modal that each user of a team has open."""
    homes: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """What each user's Home tab shows."""
    triggers: dict[str, tuple[str, str, float]] = field(default_factory=dict)
    """For which user of which team a trigger is, and since when."""
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    codes: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Which team a code installs the app in, and whether its tokens run out."""
    refreshes: dict[str, str] = field(default_factory=dict)
    """Which team a refresh token is for."""
    url: str = ""
    _last_ts: float = 0.0
    _posted_at: dict[str, float] = field(default_factory=dict)
    _numbers: int = 0

    def next_number(self) -> int:
        """Return a number that was not used yet."""
        self._numbers += 1
        return self._numbers

    def next_ts(self) -> str:
        """Return a message id: the time, never twice."""
        self._last_ts = max(self.now(), self._last_ts + 0.000_1)
        return f"{self._last_ts:.6f}"

    def next_fault(self, method: str) -> Fault:
        """Return what goes wrong with this call of the method."""
        faults = self.faults[method]
        return faults.popleft() if faults else Fault()

    def team_of_token(self, token: str) -> Team | None:
        """Return the team that the token is for."""
        found = (team for team in self.teams.values() if token in team.tokens)
        return next(found, None)

    def show(self, team: Team, message: Message) -> None:
        """Add a message, and to all that was ever said."""
        team.messages.append(message)
        self.heard.append(message)

    def may_post(self, channel: str) -> bool:
        """Tell whether a second has passed since the channel's last message."""
        if not self.limit_rate:
            return True
        now = self.now()
        if now - self._posted_at.get(channel, -1.0) < 1.0:
            return False
        self._posted_at[channel] = now
        return True

    def find(self, team: Team, ts: str) -> Message | None:
        """Return the message."""
        return next((message for message in team.messages if message.ts == ts), None)

    def seen_by(self, team: Team, channel: str, user: str) -> Iterator[Message]:
        """Yield what the user sees of the channel, newest first, direct messages included."""
        for message in reversed(team.messages):
            direct = message.channel == f"D{user}"
            here = message.channel == channel and message.only in (None, user)
            if message.shown and (direct or here):
                yield message
