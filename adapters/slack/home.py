"""The app's Home tab: what the commands say, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from adapters.slack.backlog import Backlog
from adapters.slack.blocks import Block, buttons, header, read_text
from adapters.slack.clients import Clients
from adapters.slack.failures import CALL_ERRORS, explain
from adapters.slack.inbound import NAME, Malformed, read_team
from adapters.slack.people import People
from adapters.slack.render import render_card
from bot.domain.cards import Button, ErrorCard
from bot.domain.events import CommandCalled, Origin
from bot.errors import ChatError
from bot.ports import Handle

HOME_BLOCKS = 100
HOME_CHARACTERS = 12_000
_OWN = ("streak", "settings")
_FOR_ADMINS = ("schedule list", "status")
_BUTTONS = (
    Button("A question for me", "command", value="ask"),
    Button("Leaderboard", "command", value="leaderboard"),
    Button("Settings", "form", value="settings"),
    Button("Help", "command", value="help"),
)
_ADMIN_BUTTONS = (
    Button("Schedule", "form", value="schedule add"),
    Button("Edit", "form", value="schedule edit"),
    Button("Pause", "form", value="schedule pause"),
    Button("Preview", "form", value="schedule preview"),
)
log = structlog.get_logger(__name__)


@dataclass
class Home:
    """Publishes the Home tab whenever somebody opens it."""

    handle: Handle
    clients: Clients
    people: People
    backlog: Backlog

    def register(self, app: AsyncApp) -> None:
        """Listen."""
        app.event("app_home_opened")(self.on_opened)

    async def on_opened(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Somebody opened the Home tab, or the messages, which need nothing."""
        event = body.get("event")
        if not isinstance(event, dict) or not isinstance(event.get("user"), str):
            raise Malformed("event.user is no text")
        await ack()
        if event.get("tab", "home") == "home":
            origin = Origin(NAME, read_team(body), "", event["user"])
            self.backlog.start(self.publish(origin))

    async def publish(self, origin: Origin) -> None:
        """Put the page together and publish it."""
        try:
            blocks = await self.compose(origin)
            client = await self.clients.of(origin.workspace, patient=True)
            await client.views_publish(
                user_id=origin.member, view={"type": "home", "blocks": blocks}
            )
        except (*CALL_ERRORS, ChatError) as error:
            log.warning("home_not_published", problem=str(explain(error)))

    async def compose(self, origin: Origin) -> list[Block]:
        """Return the page: one's own things, and for admins what they configure."""
        page = [*await self._say(origin, _OWN), *buttons(_BUTTONS)]
        for_admins = await self._say(origin, _FOR_ADMINS)
        if for_admins:
            page += [*header("For admins"), *for_admins, *buttons(_ADMIN_BUTTONS)]
        return fit(page)

    async def _say(self, origin: Origin, paths: Sequence[str]) -> list[Block]:
        """Return what the commands answer; nothing for those that one may not call."""
        blocks: list[Block] = []
        for path in paths:
            event = await self.people.introduce(CommandCalled(origin, path))
            reply = await self.handle(event)
            for card in reply.cards if reply else ():
                if not isinstance(card, ErrorCard):
                    blocks += [block for page in render_card(card) for block in page.blocks]
        return [{name: block[name] for name in block if name != "block_id"} for block in blocks]


def fit(blocks: list[Block]) -> list[Block]:
    """Leave out what is beyond a Home tab's limits; the commands show it in full."""
    kept: list[Block] = []
    size = 0
    for block in blocks[:HOME_BLOCKS]:
        size += len(read_text(block))
        if size > HOME_CHARACTERS:
            break
        kept.append(block)
    return kept
