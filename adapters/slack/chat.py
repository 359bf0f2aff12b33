"""The way out: posts, searches, private messages, rights."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.blocks import Page
from adapters.slack.clients import Clients
from adapters.slack.failures import CALL_ERRORS, REMOVED, TOKEN_ERRORS, explain, word_of
from adapters.slack.files import Files
from adapters.slack.messages import write_key, write_message
from adapters.slack.people import People
from adapters.slack.questions import COUNTS_BLOCK, show_counts
from adapters.slack.rights import find_missing
from adapters.slack.searching import Searching
from adapters.slack.stencils import Stencils
from bot.domain.cards import Attachment, Card, QuestionCard, RevealCard
from bot.domain.events import Origin
from bot.domain.newest import Newest
from bot.domain.people import Role
from bot.errors import ChatError, NotSent, OutcomeUnknown
from bot.ports import Found

MOST_UNFINISHED = 1000
"""Posts under way or in doubt, of which more is to be done once they are there."""
_MENTION = re.compile(r"<[#@]([A-Z0-9]+)(?:\|[^>]*)?>")
log = structlog.get_logger(__name__)


@dataclass
class SlackChat:
    """Implements `bot.ports.ChatPort`."""

    clients: Clients
    people: People
    files: Files
    stencils: Stencils = field(default_factory=Stencils)
    searching: Searching = field(default_factory=Searching)
    on_removal: Callable[[str], None] | None = None
    """Told of a workspace where a post shows that the app was removed."""
    _unfinished: Newest[str, Callable[[str], Awaitable[None]]] = field(
        default_factory=lambda: Newest(MOST_UNFINISHED)
    )

    async def post(self, workspace: str, channel: str, card: Card, key: str) -> str:
        """Post once; what does not fit into one message goes on in its thread.

        A lost reply is never re-sent here: `find` tells whether the post arrived.
        """
        client = await self.clients.of(workspace)
        thread = card.thread_of if isinstance(card, RevealCard) else None
        documents: Sequence[Attachment] = ()

        async def post_page(page: Page) -> AsyncSlackResponse:
            return await client.chat_postMessage(
                channel=channel, thread_ts=thread, **write_key(key), **write_message(page)
            )

        if isinstance(card, QuestionCard):
            body, rest = self.stencils.fill(card, channel, key)
            send = partial(client.post_written, channel, body)
        else:
            (first, *rest), documents = await self.files.render(workspace, card)
            send = partial(self.files.send, first, post_page)
        if rest or documents or isinstance(card, RevealCard):
            self._unfinished[key] = partial(self._go_on, workspace, channel, card, rest, documents)
        try:
            answer = await send()
        except CALL_ERRORS as error:
            meaning = await self._explain_post(workspace, client, error)
            if not isinstance(meaning, OutcomeUnknown):
                self._unfinished.pop(key, None)
            raise meaning from error
        message_id = str(answer["ts"])
        await self._finish(key, message_id)
        return message_id

    async def _finish(self, key: str, message_id: str) -> None:
        """Do what belongs to a post, once, when it is known to be there."""
        go_on = self._unfinished.pop(key, None)
        if go_on:
            await go_on(message_id)

    async def _go_on(
        self,
        workspace: str,
        channel: str,
        card: Card,
        rest: Sequence[Page],
        documents: Sequence[Attachment],
        message_id: str,
    ) -> None:
        question = card.thread_of if isinstance(card, RevealCard) else None
        thread = question or message_id
        if rest:
            await self._continue(workspace, channel, thread, rest)
        if documents:
            await self.files.share(workspace, documents, channel=channel, thread=thread)
        if isinstance(card, RevealCard) and card.counts and question:
            await self._show_counts(workspace, channel, question, card)

    async def _explain_post(
        self, workspace: str, client: AsyncWebClient, error: Exception
    ) -> ChatError:
        """A refused token proves nothing where the app was installed again meanwhile."""
        refused = word_of(error) in TOKEN_ERRORS
        if refused and await self.clients.has_other_token(workspace, client.token):
            return NotSent("The app has another token now.")
        if word_of(error) == REMOVED and self.on_removal:
            self.on_removal(workspace)
        return explain(error)

    async def _continue(
        self, workspace: str, channel: str, thread: str, pages: Sequence[Page]
    ) -> None:
        """Post the rest; the first message stands, so a fault here is told, not raised."""
        try:
            client = await self.clients.of(workspace, patient=True)

            async def post_page(page: Page) -> object:
                return await client.chat_postMessage(
                    channel=channel, thread_ts=thread, **write_message(page)
                )

            for page in pages:
                await self.files.send(page, post_page)
        except (*CALL_ERRORS, ChatError) as error:
            log.warning("continuation_failed", channel=channel, problem=str(explain(error)))

    async def _show_counts(
        self, workspace: str, channel: str, question: str, card: RevealCard
    ) -> None:
        """Add the counts to the question's message; it stands without them, too."""
        assert card.counts is not None
        try:
            client = await self.clients.of(workspace, patient=True)
            message = await _read_message(client, channel, question)
            if message is None:
                return
            kept = [b for b in message.get("blocks", []) if b.get("block_id") != COUNTS_BLOCK]
            line = [{**block, "block_id": COUNTS_BLOCK} for block in show_counts(card.counts)]
            await client.chat_update(
                channel=channel, ts=question, text=message.get("text", ""), blocks=[*kept, *line]
            )
        except (*CALL_ERRORS, ChatError) as error:
            log.warning("counts_not_shown", channel=channel, problem=str(explain(error)))

    async def find(
        self,
        workspace: str,
        channel: str,
        key: str,
        since: datetime,
        thread_of: str | None = None,
    ) -> Found | None:
        """Read the channel or the thread since then."""
        client = await self.clients.of(workspace)
        found = await self.searching.find(client, channel, key, since, thread_of)
        if found:
            await self._finish(key, found.message_id)
        return found

    async def tell(self, workspace: str, member: str, channel: str, card: Card) -> None:
        """Send a direct message: it waits for a member who is not there now."""
        client = await self.clients.of(workspace, patient=True)
        pages, documents = await self.files.render(workspace, card)

        async def post_page(page: Page) -> AsyncSlackResponse:
            return await client.chat_postMessage(channel=member, **write_message(page))

        try:
            for page in pages:
                answer = await self.files.send(page, post_page)
        except CALL_ERRORS as error:
            raise explain(error) from error
        await self.files.share(workspace, documents, channel=str(answer["channel"]))

    def channel_id(self, text: str) -> str:
        """Take the id out of `<#C1|general>`, as Slack writes a channel's mention."""
        match = _MENTION.fullmatch(text.strip())
        return match[1] if match else text.strip()

    async def channel_name(self, workspace: str, channel: str) -> str | None:
        """Ask what the channel is called. Of a private one Slack tells only its members."""
        if channel.startswith("D"):
            return "direct message"
        client = await self.clients.of(workspace)
        try:
            found = (await client.conversations_info(channel=channel)).get("channel") or {}
        except CALL_ERRORS as error:
            raise explain(error) from error
        is_open = found.get("name") and not found.get("is_private")
        return f"#{found['name']}" if is_open else None

    def member_id(self, text: str) -> str:
        """Take the id out of `<@U1>`, or a display name as it was typed."""
        match = _MENTION.fullmatch(text.strip())
        return match[1] if match else text.strip().lstrip("@")

    async def introduce(self, origin: Origin) -> Origin:
        """Ask Slack, or remember, who the member is."""
        return await self.people.describe(origin)

    async def missing_rights(self, workspace: str, channel: str) -> str | None:
        """Ask what the channel is and whether the bot is in it."""
        client = await self.clients.of(workspace)
        try:
            return await find_missing(client, channel)
        except CALL_ERRORS as error:
            raise explain(error) from error

    async def is_member(self, workspace: str, member: str) -> bool:
        """Ask Slack each time, as for rights."""
        return not (await self.people.fetch(workspace, member)).is_gone

    async def is_admin(self, workspace: str, member: str, *, fresh: bool = True) -> bool:
        """Ask Slack each time that it matters: rights that were taken away count at once."""
        ask = self.people.fetch if fresh else self.people.look_up
        return (await ask(workspace, member)).is_admin

    async def forget(self, workspace: str, member: str) -> None:
        """Drop the profile that was looked up."""
        self.people.forget(workspace, member)

    async def find_role(self, workspace: str, text: str) -> Role | None:
        """Slack has no roles; its user groups are for mentions."""
        return None

    async def role_ids(self, workspace: str, member: str) -> Collection[str]:
        """Slack has no roles."""
        return ()


async def _read_message(client: AsyncWebClient, channel: str, ts: str) -> dict[str, Any] | None:
    answer = await client.conversations_history(
        channel=channel, latest=ts, oldest=ts, inclusive=True, limit=1
    )
    messages = answer.get("messages") or []
    return messages[0] if messages and messages[0].get("ts") == ts else None
