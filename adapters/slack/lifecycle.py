"""Coming and going: invited, removed, archived, uninstalled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from adapters.slack.backlog import Backlog, Once
from adapters.slack.clients import Clients
from adapters.slack.payload import NAME, Malformed, read_team
from adapters.slack.replies import Replies, Way
from bot.domain.cards import Button, NoticeCard, Reply
from bot.domain.events import AccessLost, Origin
from bot.ports import Handle

HELLO = NoticeCard(
    "Hello! I post a FastAPI interview question each day. An admin sets the time: press "
    "Schedule, or type /fastapi-quiz schedule add 09:00. Everybody can try /fastapi-quiz ask now.",
    buttons=(
        Button("Schedule", "form", value="schedule add"),
        Button("Help", "command", value="help"),
    ),
)
_LEFT = "The bot was removed from the channel."
_ARCHIVED = "The channel was archived."
_LOSSES: Mapping[str, str] = {
    "channel_left": _LEFT,
    "group_left": _LEFT,
    "channel_archive": _ARCHIVED,
    "group_archive": _ARCHIVED,
}
_UNINSTALLED = "The app was removed from the workspace."
log = structlog.get_logger(__name__)


@dataclass
class Lifecycle:
    """Says hello, and tells the core what can't be reached any more."""

    handle: Handle
    clients: Clients
    replies: Replies
    backlog: Backlog
    once: Once

    def register(self, app: AsyncApp) -> None:
        """Listen."""
        app.event("member_joined_channel")(self.on_joined)
        app.event("member_left_channel")(self.on_member_left)
        for name in _LOSSES:
            app.event(name)(self.on_channel_lost)
        app.event("app_uninstalled")(self.on_uninstalled)
        app.event("tokens_revoked")(self.on_revoked)

    async def on_joined(
        self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        """Somebody came into a channel; if it is the bot, it says hello."""
        event, origin = _read(body)
        await ack()
        if event.get("user") == context.bot_user_id:
            self.backlog.start(self._greet(origin, body))

    async def on_member_left(
        self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        """Somebody left a channel; if it is the bot, its schedules there pause."""
        event, origin = _read(body)
        await ack()
        if event.get("user") == context.bot_user_id:
            self.backlog.start(self._lose(origin, _LEFT, body))

    async def on_channel_lost(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """The bot was removed, or the channel archived."""
        event, origin = _read(body)
        await ack()
        if origin.channel:
            reason = _LOSSES[str(event.get("type"))]
            self.backlog.start(self._lose(origin, reason, body))

    async def on_uninstalled(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """The app is gone: forget its tokens, pause everything."""
        _, origin = _read(body)
        await ack()
        self.backlog.start(self._leave(origin, body))

    async def on_revoked(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Tokens were revoked; only the bot's own matter."""
        event, origin = _read(body)
        await ack()
        tokens = event.get("tokens")
        if isinstance(tokens, dict) and tokens.get("bot"):
            self.backlog.start(self._leave(origin, body))

    async def _greet(self, origin: Origin, body: dict[str, Any]) -> None:
        if await self.once.is_new_event(body):
            await self.replies.show(Reply([HELLO], public=True), Way.back_to(origin))

    async def _leave(self, origin: Origin, body: dict[str, Any]) -> None:
        """A late one that comes again must not undo what was installed meanwhile."""
        if not await self.once.is_new_event(body):
            return
        await self.clients.installations.remove(origin.workspace)
        self.clients.forget(origin.workspace)
        log.info("slack_uninstalled", workspace=origin.workspace)
        whole = Origin(origin.platform, origin.workspace, "", "")
        await self.handle(AccessLost(whole, _UNINSTALLED))

    async def _lose(self, origin: Origin, reason: str, body: dict[str, Any]) -> None:
        if await self.once.is_new_event(body):
            await self.handle(AccessLost(origin, reason))


def _read(body: dict[str, Any]) -> tuple[Mapping[str, Any], Origin]:
    """Return an event with where it happened."""
    event = body.get("event")
    if not isinstance(event, dict):
        raise Malformed("event is no object")
    channel = event.get("channel")
    team = read_team(body)
    if not team:
        raise Malformed("team_id is missing")
    where = channel if isinstance(channel, str) else ""
    return event, Origin(NAME, team, where, "")
