"""The app's Home tab: one's own things, and for admins what they look after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from adapters.slack.backlog import Backlog
from adapters.slack.blocks import (
    Block,
    Page,
    buttons,
    header,
    lines,
    make_page,
    read_text,
    rich,
)
from adapters.slack.clients import Clients
from adapters.slack.failures import CALL_ERRORS, explain
from adapters.slack.files import Files
from adapters.slack.payload import NAME, Malformed, read_team
from adapters.slack.people import People
from adapters.slack.schedules import describe_delivery_line, describe_schedule_line
from bot.domain import bank_words, wording
from bot.domain.cards import Button, Card, QueueCard, StatusCard
from bot.domain.events import HomeOpened, Origin
from bot.domain.schedule import Schedule
from bot.errors import ChatError
from bot.ports import Handle

HOME_BLOCKS = 100
HOME_CHARACTERS = 12_000
SHOWN_SCHEDULES = 15
_OWN_BUTTONS = (
    Button("A question for me", "command", value="ask"),
    Button("Leaderboard", "command", value="leaderboard"),
    Button("Suggest a question", "form", value="suggest"),
    Button("Help", "command", value="help"),
)
_NEW_SCHEDULE = Button("New schedule", "form", value="schedule add")
_QUEUE = Button("Open the queue", "command", value="questions list")
log = structlog.get_logger(__name__)


@dataclass
class Home:
    """Publishes the Home tab whenever somebody opens it, or has changed something there."""

    handle: Handle
    clients: Clients
    people: People
    files: Files
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
            page = make_page(await self.compose(origin))
            client = await self.clients.of(origin.workspace, patient=True)

            async def show(wanted: Page) -> object:
                view = {"type": "home", "blocks": wanted.blocks}
                return await client.views_publish(user_id=origin.member, view=view)

            await self.files.send(page, show)
        except (*CALL_ERRORS, ChatError) as error:
            log.warning("home_not_published", problem=str(explain(error)))

    async def compose(self, origin: Origin) -> list[Block]:
        """Return the page."""
        known = await self.people.describe(origin)
        reply = await self.handle(HomeOpened(known))
        blocks: list[Block] = []
        own_things = True
        for card in reply.cards if reply else ():
            if own_things and isinstance(card, StatusCard | QueueCard):
                own_things = False
                blocks += buttons(_OWN_BUTTONS)
            blocks += await self._show(origin.workspace, card)
        return fit([*blocks, *(buttons(_OWN_BUTTONS) if own_things else ())])

    async def _show(self, workspace: str, card: Card) -> list[Block]:
        if isinstance(card, StatusCard):
            return [*_show_schedules(card), *_show_missed(card)]
        if isinstance(card, QueueCard):
            waiting = rich(*lines(bank_words.count_queue(card)))
            return [*header("Queue"), *waiting, *(buttons([_QUEUE]) if card.waiting else ())]
        pages, _ = await self.files.render(workspace, card)
        return [block for page in pages for block in page.blocks]


def _show_schedules(card: StatusCard) -> list[Block]:
    shown = [
        block
        for schedule in card.schedules[:SHOWN_SCHEDULES]
        for block in (
            *rich(describe_schedule_line(schedule)),
            *buttons(_list_actions(schedule), f"schedule {schedule.number}"),
        )
    ]
    if len(card.schedules) > SHOWN_SCHEDULES:
        left = len(card.schedules) - SHOWN_SCHEDULES
        shown += rich(*lines(f"{left} more: /fastapi-quiz schedule list"))
    none = [] if shown else rich(*lines(wording.NO_SCHEDULE))
    return [*header("Schedules"), *shown, *none, *buttons([_NEW_SCHEDULE])]


def _list_actions(schedule: Schedule) -> tuple[Button, ...]:
    key = str(schedule.number)
    turn = "resume" if schedule.paused_because else "pause"
    return (
        Button("Edit", "form", key, "schedule edit"),
        Button(turn.capitalize(), "command", value=f"schedule {turn} {key}"),
        Button("Preview", "command", value=f"schedule preview {key}"),
    )


def _show_missed(card: StatusCard) -> list[Block]:
    zone = ZoneInfo(card.zone)
    rows = [describe_delivery_line(delivery, zone) for delivery in card.missed]
    words = rows or lines("None is stuck, and none was missed within 30 days.")
    return [*header("Missed posts"), *rich(*words)]


def fit(blocks: list[Block]) -> list[Block]:
    """Leave out what is beyond a Home tab's limits; the commands show it in full."""
    kept: list[Block] = []
    size = 0
    for block in blocks[:HOME_BLOCKS]:
        size += len(read_text(block))
        if size > HOME_CHARACTERS:
            break
        kept.append({name: block[name] for name in block if name != "block_id"})
    return kept
