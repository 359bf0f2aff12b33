"""What the app listens to: acknowledge, hand in, show the reply."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from adapters.slack import inbound
from adapters.slack.backlog import Backlog, Turns
from adapters.slack.clients import Clients
from adapters.slack.home import Home
from adapters.slack.once import Once
from adapters.slack.payload import Payload
from adapters.slack.people import People
from adapters.slack.replies import Replies, Way, first_error
from adapters.slack.submissions import Submitted, read_submission
from adapters.slack.uploads import fetch_upload
from adapters.slack.views import render_errors
from bot.commands import NAME as COMMAND
from bot.domain.cards import Reply
from bot.domain.events import CommandCalled, Event, ReactionAdded
from bot.ports import Handle

SUGGEST = "suggest"
"""The callback_id of the message shortcut; the manifests have the same."""
FORM_SECONDS = 2.0
"""How long a form may stay open for its errors; Slack waits three seconds."""
log = structlog.get_logger(__name__)


@dataclass
class Listeners:
    """Turns requests into events. Nothing is asked of anybody before the acknowledgement,
    but for forms: their errors travel in it."""

    handle: Handle
    people: People
    replies: Replies
    home: Home
    backlog: Backlog
    once: Once
    clients: Clients
    turns: Turns = field(default_factory=Turns)

    def register(self, app: AsyncApp) -> None:
        """Listen to everything that the manifest subscribes to."""
        app.command(COMMAND)(self.on_command)
        app.event("reaction_added")(self.on_reaction)
        app.action(re.compile(""))(self.on_action)
        app.view("form")(self.on_form)
        app.shortcut(SUGGEST)(self.on_shortcut)

    async def on_command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """`/fastapi-quiz …`."""
        event = inbound.read_command(body)
        self.turns.note_request()
        await ack()
        way = Way.back_to(
            event.origin,
            response_url=str(body.get("response_url") or ""),
            trigger_id=str(body.get("trigger_id") or ""),
        )
        if self.once.is_new(body):
            self.backlog.start(self._answer(event, way))

    async def on_reaction(
        self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        """A reaction; to the bot's own messages, among which the core knows the questions."""
        event, author = inbound.read_reaction(body), inbound.read_item_author(body)
        await ack()
        if event is None:
            return
        if author in ("", context.bot_user_id):  # Bolt has dropped the bot's own reactions
            self.backlog.start(self._answer_reaction(event, body))
        elif inbound.may_be_shared(body):
            self.backlog.start(self._answer_in_shared(event, author, body))

    async def on_action(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A button."""
        pressed = inbound.read_action(body)
        await ack()
        if pressed is None or not self.once.is_new(body):
            return
        event = pressed.event
        way = Way.back_to(event.origin, pressed.response_url, pressed.trigger_id, pressed.thread)
        self.backlog.start(self._answer(event, way, in_home=pressed.in_home))

    async def on_shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """ "Suggest as a question", on a message: the form, with the message in it."""
        chosen = inbound.read_shortcut(body)
        await ack()
        if self.once.is_new(body):
            given = {"question": chosen.text} if chosen.text else {}
            way = Way.back_to(chosen.origin, chosen.response_url, chosen.trigger_id)
            self.backlog.start(self._answer(CommandCalled(chosen.origin, "suggest", given), way))

    async def on_form(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A filled form: a refusal is shown in it, anything else where it was opened."""
        submitted = read_submission(body)
        work = self.backlog.start(self._submit(submitted))
        done, _ = await asyncio.wait({work}, timeout=FORM_SECONDS)
        error = first_error(work.result()) if done and not work.exception() else None
        whole = work.result() if error else None
        if error and submitted.fields and whole and len(whole.cards) == 1:
            errors = render_errors(error.text, error.field, submitted.fields)
            await ack(response_action="errors", errors=errors)
            return
        await ack()
        self.backlog.start(self._show_result(work, submitted))

    async def _submit(self, submitted: Submitted) -> Reply | None:
        """Hand in a filled form, with the file that it was given."""
        event = submitted.event
        if submitted.file:
            upload = await fetch_upload(self.clients, event.origin.workspace, submitted.file)
            event = replace(event, upload=upload)
        return await self._handle(event)

    async def _show_result(self, work: asyncio.Task[Reply | None], submitted: Submitted) -> None:
        reply, place, origin = await work, submitted.place, submitted.event.origin
        if reply:
            way = Way.back_to(origin, place.response_url, thread=place.thread)
            await self.replies.show(reply, way)
            if place.is_home:
                await self.home.publish(origin)

    async def _answer(self, event: Event, way: Way, *, in_home: bool = False) -> None:
        reply = await self._handle(event)
        if reply:
            await self.replies.show(reply, way)
        if in_home:
            await self.home.publish(event.origin)

    async def _answer_in_shared(self, event: ReactionAdded, author: str, body: Payload) -> None:
        """Of several workspaces with the app in one channel Slack names any: whose bot wrote the
        message tells which it is."""
        found = await self.clients.installations.find_by_bot(author)
        if found:
            origin = replace(event.origin, workspace=found.workspace)
            await self._answer_reaction(replace(event, origin=origin), body)

    async def _answer_reaction(self, event: ReactionAdded, body: Payload) -> None:
        """The core asks who it was if the message is a question; most are not."""
        if not await self.once.is_new_event(body):
            return
        async with self.turns.take():
            reply = await self.handle(event)
        if reply:
            way = Way.back_to(event.origin, thread=event.message_id)
            await self.replies.show_in_thread(reply, way)

    async def _handle(self, event: Event) -> Reply | None:
        introduced = await self.people.introduce(event)
        async with self.turns.take():
            return await self.handle(introduced)
