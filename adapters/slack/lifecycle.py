"""Coming and going: invited, removed, archived, uninstalled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.response import BoltResponse

from adapters.slack.backlog import Backlog
from adapters.slack.clients import Clients
from adapters.slack.failures import CALL_ERRORS, explain
from adapters.slack.once import Once
from adapters.slack.payload import NAME, Malformed, read_team
from adapters.slack.replies import Replies, Way
from adapters.slack.rights import find_missing
from bot.domain.cards import Button, NoticeCard, Reply
from bot.domain.events import AccessLost, Origin
from bot.errors import ChatError
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

    async def on_uninstalled(self, body: dict[str, Any]) -> BoltResponse:
        """The app is gone: forget its tokens, pause everything."""
        _, origin = _read(body)
        return await self._leave(origin.workspace, _read_end(body))

    async def on_revoked(self, body: dict[str, Any]) -> BoltResponse:
        """Tokens were revoked; only the bot's own matter."""
        event, origin = _read(body)
        tokens = event.get("tokens")
        if isinstance(tokens, dict) and tokens.get("bot"):
            return await self._leave(origin.workspace, _read_end(body))
        return BoltResponse(status=200)

    async def _greet(self, origin: Origin, body: dict[str, Any]) -> None:
        if await self.once.is_new_event(body):
            await self.replies.show(Reply([HELLO], public=True), Way.back_to(origin))

    async def _leave(self, workspace: str, before: datetime) -> BoltResponse:
        """Let the core leave, then forget the tokens, and only then answer Slack: whatever breaks
        that off, the data has its day of erasure, or Slack sends the event again.

        An event that comes late undoes nothing that was installed meanwhile.
        """
        installations = self.clients.installations
        found = await installations.find(workspace)
        if found and found.is_made_since(before):
            log.info("slack_uninstall_outdated", workspace=workspace, told_of=str(before))
            return BoltResponse(status=200)
        fault = await self.handle(_leave_whole(workspace))
        if fault:
            return BoltResponse(status=503)
        await installations.remove(workspace, before)
        self.clients.forget(workspace)
        log.info("slack_uninstalled", workspace=workspace)
        return BoltResponse(status=200)

    def note_removal(self, workspace: str) -> None:
        """The app is gone, though nobody told: give the data its day of erasure. The token is kept
        as long, since an admin may only have switched the app off."""

        async def leave() -> None:
            await self.handle(_leave_whole(workspace))

        self.backlog.start(leave())

    async def _lose(self, origin: Origin, reason: str, body: dict[str, Any]) -> None:
        if await self.once.is_new_event(body) and not await self._may_post(origin):
            await self.handle(AccessLost(origin, reason))

    async def _may_post(self, origin: Origin) -> bool:
        """Ask Slack: it sends events again for an hour, and the bot may be back meanwhile. Where it
        does not say, the event is believed."""
        try:
            client = await self.clients.of(origin.workspace, patient=True)
            is_back = await find_missing(client, origin.channel) is None
        except (*CALL_ERRORS, ChatError) as error:
            log.warning("loss_not_checked", channel=origin.channel, problem=str(explain(error)))
            return False
        if is_back:
            log.info("loss_outdated", channel=origin.channel)
        return is_back


def _leave_whole(workspace: str) -> AccessLost:
    return AccessLost(Origin(NAME, workspace, "", ""), _UNINSTALLED)


def _read_end(body: dict[str, Any]) -> datetime:
    """Return the end of the second in which an event happened, which is all that Slack tells."""
    second = body.get("event_time")
    if not isinstance(second, int):
        raise Malformed("event_time is no number")
    try:
        return datetime.fromtimestamp(second + 1, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise Malformed("event_time is no time") from error


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
