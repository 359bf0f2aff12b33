"""Pictures and documents that go out with cards.

A picture is uploaded without a channel and shown by an image block that names the file's
id. Slack's ephemeral messages take no files, but blocks they take; a post for all stays one
message that carries its key; and the Home tab can show the same block. A document can't be
a block: it is shared into the channel, or into the member's direct messages where the card
is for one alone.

Only whoever has access to the file may show it, which is the bot: such messages go out by
the Web API. Slack refuses them by response_url (java-slack-sdk #1349), and for a while after
the upload, which it finishes in the background (node-slack-sdk #1865).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import structlog
from slack_sdk.errors import SlackApiError, SlackRequestError

from adapters.slack.blocks import Block, Page, shorten
from adapters.slack.clients import Clients
from adapters.slack.failures import CALL_ERRORS, explain, word_of
from adapters.slack.render import render_card
from bot.domain.cards import Attachment, Card
from bot.domain.newest import Newest
from bot.errors import ChatError
from bot.pictures import Theme, collect_attachments

THEME = Theme.LIGHT
ALT_CHARACTERS = 2000
MOST_KNOWN = 2000
WAITS = (0.0, 0.5, 1.0, 2.0)
"""Seconds before each try to post a page whose pictures Slack may still be reading."""
PATIENCE = 10
"""Seconds that an upload may take, so that a post stays within its lease."""
_REFUSED_BLOCKS = ("invalid_blocks", "invalid_arguments")
"""What Slack calls a block that it can't show, in a message and in a view."""
_Answer = TypeVar("_Answer")
_ERRORS = (*CALL_ERRORS, SlackRequestError, ChatError)
log = structlog.get_logger(__name__)


@dataclass
class Files:
    """Uploads files; what was uploaded before is not sent again.

    A fault here is logged, never raised: the card says as text what its picture shows.
    """

    clients: Clients
    waits: Sequence[float] = WAITS
    _known: Newest[tuple[str, str], str] = field(default_factory=lambda: Newest(MOST_KNOWN))

    async def render(self, workspace: str, card: Card) -> tuple[list[Page], list[Attachment]]:
        """Return the card's messages with its pictures in the last, and its documents."""
        pages = render_card(card)
        documents = []
        for attachment in await collect_attachments(card, THEME):
            if not attachment.is_picture:
                documents.append(attachment)
            elif file := await self._upload(workspace, attachment):
                pages[-1] = _insert(pages[-1], image(file, attachment))
        return pages, documents

    async def _upload(self, workspace: str, attachment: Attachment) -> str | None:
        """Return the id of the uploaded file, or None where Slack does not take it."""
        digest = hashlib.blake2b(attachment.content, digest_size=16).hexdigest()
        known = self._known.get((workspace, digest))
        if known:
            return known
        try:
            async with asyncio.timeout(PATIENCE):
                file = await self._send(workspace, attachment)
        except _ERRORS as error:
            log.warning("picture_not_uploaded", name=attachment.name, problem=_problem(error))
            return None
        self._known[workspace, digest] = file
        return file

    async def _send(
        self, workspace: str, attachment: Attachment, channel: str = "", thread: str = ""
    ) -> str:
        client = await self.clients.of(workspace, patient=True)
        answer = await client.files_upload_v2(
            filename=attachment.name,
            title=attachment.name,
            content=attachment.content,
            channel=channel or None,
            thread_ts=thread or None,
        )
        return str(answer["files"][0]["id"])

    async def share(
        self,
        workspace: str,
        documents: Sequence[Attachment],
        *,
        channel: str,
        thread: str = "",
    ) -> None:
        """Put documents into a channel or a direct message, by its own id."""
        for document in documents:
            try:
                await self._send(workspace, document, channel, thread)
            except _ERRORS as error:
                log.warning("document_not_shared", name=document.name, problem=_problem(error))

    async def send(self, page: Page, post: Callable[[Page], Awaitable[_Answer]]) -> _Answer:
        """Post a page; one whose pictures Slack does not take in the end goes without."""
        if not has_pictures(page):
            return await post(page)
        for seconds in self.waits:
            await asyncio.sleep(seconds)
            try:
                return await post(page)
            except SlackApiError as error:
                if word_of(error) not in _REFUSED_BLOCKS:
                    raise
        self._forget(page)
        log.warning("picture_not_shown")
        return await post(without_pictures(page))

    def _forget(self, page: Page) -> None:
        """Upload the page's pictures anew the next time: somebody may have deleted them."""
        shown = {block["slack_file"]["id"] for block in page.blocks if "slack_file" in block}
        for known in [name for name, file in self._known.items() if file in shown]:
            del self._known[known]


def image(file: str, attachment: Attachment) -> Block:
    """Return the block that shows an uploaded picture."""
    return {
        "type": "image",
        "slack_file": {"id": file},
        "alt_text": shorten(attachment.description, ALT_CHARACTERS),
    }


def _insert(page: Page, block: Block) -> Page:
    """Return the page with the block above its buttons."""
    at = len(page.blocks)
    while at and page.blocks[at - 1]["type"] == "actions":
        at -= 1
    return Page([*page.blocks[:at], block, *page.blocks[at:]], page.fallback)


def has_pictures(page: Page) -> bool:
    """Tell whether the page shows an uploaded picture."""
    return any("slack_file" in block for block in page.blocks)


def only_pictures(page: Page) -> Page:
    """Return the page's pictures alone."""
    return Page([block for block in page.blocks if "slack_file" in block], page.fallback)


def without_pictures(page: Page) -> Page:
    """Return the page as it is without uploaded pictures."""
    return Page([block for block in page.blocks if "slack_file" not in block], page.fallback)


def _problem(error: Exception) -> str:
    return str(error) if isinstance(error, SlackRequestError) else str(explain(error))
