"""Shows a reply to whoever caused it: in private, unless it is for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import structlog
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.backlog import Joint
from adapters.slack.blocks import Page
from adapters.slack.carried import Place
from adapters.slack.clients import Clients
from adapters.slack.failures import CALL_ERRORS, explain, word_of
from adapters.slack.files import Files, has_pictures, only_pictures, without_pictures
from adapters.slack.messages import NO_UNFURLS, write_content, write_message
from adapters.slack.render import render_card
from adapters.slack.views import render_form
from bot.domain.cards import Attachment, ErrorCard, FormCard, NoticeCard, Reply
from bot.domain.events import Origin
from bot.domain.newest import Newest
from bot.errors import ChatError, Rejected

URL_USES = 5
"""A response_url takes five messages in 30 minutes."""
THREAD_NOTE = "Whoever reacts to the question sees the answer here, each in private."
MOST_THREADS = 10_000
_OPENED_LATE = "Slack did not open the form in time."
_AGAIN = "Press the button or type the command again."
_TOO_LATE = ("expired_trigger_id", "trigger_expired", "exchanged_trigger_id")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Way:
    """Where an answer can go: what Slack gave us with the request."""

    workspace: str
    channel: str
    member: str
    response_url: str = ""
    trigger_id: str = ""
    thread: str = ""

    @classmethod
    def back_to(
        cls, origin: Origin, response_url: str = "", trigger_id: str = "", thread: str = ""
    ) -> Way:
        """Return the way to whoever did something, where they did it."""
        where = (origin.workspace, origin.channel, origin.member)
        return cls(*where, response_url, trigger_id, thread)


@dataclass
class Replies:
    """Sends replies. A reply that can't be delivered is logged, never raised."""

    clients: Clients
    files: Files
    _threads: Newest[tuple[str, str], None] = field(default_factory=lambda: Newest(MOST_THREADS))
    _waking: Joint[tuple[str, str], None] = field(default_factory=Joint)

    async def show(self, reply: Reply, way: Way) -> None:
        """Show every card of the reply, in order."""
        pages: list[Page] = []
        documents: list[Attachment] = []
        try:
            for card in reply.cards:
                if isinstance(card, FormCard) and way.trigger_id:
                    await self._open_form(card, way)
                else:
                    shown, brought = await self.files.render(way.workspace, card)
                    pages += shown
                    documents += brought
            await self._send(pages, way, public=reply.public)
            await self._share(documents, way, public=reply.public)
        except (*CALL_ERRORS, ChatError) as error:
            log.warning("reply_lost", channel=way.channel, problem=str(explain(error)))

    async def _open_form(self, card: FormCard, way: Way) -> None:
        """Open a modal; Slack takes a trigger for three seconds."""
        client = await self.clients.of(way.workspace)
        place = Place(card.form, card.key, way.channel, way.response_url, way.thread)
        try:
            await client.views_open(trigger_id=way.trigger_id, view=render_form(card, place))
        except CALL_ERRORS as error:
            said = _OPENED_LATE
            if word_of(error) not in _TOO_LATE:
                log.warning("form_not_opened", form=card.form, problem=str(explain(error)))
                said = f"Slack did not open the form. {explain(error)}"
            await self._send(render_card(NoticeCard(f"{said} {_AGAIN}")), way, public=False)

    async def _send(self, pages: Sequence[Page], way: Way, *, public: bool) -> None:
        uses = URL_USES - 1 if way.response_url else 0
        for page in pages:
            if has_pictures(page) and await self._show_picture(page, way, public=public):
                continue
            plain = without_pictures(page)
            if uses and await self._send_by_url(plain, way, public=public):
                uses -= 1
            else:
                uses = 0
                await self._show(plain, way, public=public)

    async def _show(self, page: Page, way: Way, *, public: bool) -> None:
        """Send a page by the Web API: what is private by direct message, where it has to be."""
        if public:
            await self._post(page, way)
        elif not await self._show_here(page, way, public=False):
            await self._tell(page, way)

    async def _show_picture(self, page: Page, way: Way, *, public: bool) -> bool:
        """Send a page with pictures; False where the bot may not write in the channel.

        The picture of a private answer comes by direct message then, and its text in place.
        """
        if await self._show_here(page, way, public=public):
            return True
        if not public:
            await self._tell(only_pictures(page) if way.channel else page, way)
        return not way.channel

    async def _show_here(self, page: Page, way: Way, *, public: bool) -> bool:
        """Send a page to the channel; False where the bot may not write there."""
        if not way.channel:
            return False

        async def show(wanted: Page) -> object:
            return await (self._post(wanted, way) if public else self._whisper(wanted, way))

        try:
            await self.files.send(page, show)
        except CALL_ERRORS as error:
            if not isinstance(explain(error), Rejected):
                raise
            return False
        return True

    async def _tell(self, page: Page, way: Way) -> AsyncSlackResponse:
        """Send a page by direct message."""
        direct = Way(way.workspace, way.member, way.member)
        return await self.files.send(page, lambda wanted: self._post(wanted, direct))

    async def _share(self, documents: Sequence[Attachment], way: Way, *, public: bool) -> None:
        """Put documents where the answer is, or into direct messages where it is private."""
        if not documents:
            return
        if public and way.channel:
            await self.files.share(way.workspace, documents, channel=way.channel, thread=way.thread)
            return
        names = ", ".join(document.name for document in documents)
        told = await self._tell(render_card(NoticeCard(f"Your file: {names}"))[0], way)
        await self.files.share(way.workspace, documents, channel=str(told["channel"]))

    async def _send_by_url(self, page: Page, way: Way, *, public: bool) -> bool:
        """Send by the response URL, which works also where the bot is no member.

        False where it is to be sent in another way. When Slack's answer is lost nobody knows:
        then what all see is not sent again, and what one sees rather twice than not at all.
        """
        body: dict[str, Any] = {
            "response_type": "in_channel" if public else "ephemeral",
            "replace_original": False,
            **write_message(page),
            **({"thread_ts": way.thread} if way.thread else {}),
        }
        try:
            async with self.clients.session.post(way.response_url, json=body) as answer:
                if answer.status < 300:
                    return True
                problem, in_doubt = f"status {answer.status}", answer.status >= 500
        except CALL_ERRORS as error:
            problem = type(error).__name__
            in_doubt = not isinstance(error, aiohttp.ClientConnectorError)
        log.warning("response_url_failed", channel=way.channel, problem=problem)
        return public and in_doubt

    async def _post(self, page: Page, way: Way) -> AsyncSlackResponse:
        client = await self.clients.of(way.workspace, patient=True)
        return await client.chat_postMessage(
            channel=way.channel, thread_ts=way.thread or None, **write_message(page)
        )

    async def _whisper(self, page: Page, way: Way) -> AsyncSlackResponse:
        client = await self.clients.of(way.workspace, patient=True)
        return await client.chat_postEphemeral(
            channel=way.channel,
            user=way.member,
            thread_ts=way.thread or None,
            **write_content(page),
        )

    async def show_in_thread(self, reply: Reply, way: Way) -> None:
        """Show a reply in the thread of a message, which has to be active for that."""
        try:
            if (way.channel, way.thread) not in self._threads:
                await self._waking.do((way.channel, way.thread), lambda: self._wake_thread(way))
        except (*CALL_ERRORS, ChatError) as error:
            log.warning("thread_not_woken", channel=way.channel, problem=str(explain(error)))
            way = Way(way.workspace, way.channel, way.member)
        await self.show(reply, way)

    async def _wake_thread(self, way: Way) -> None:
        """Post the thread's first message, if nobody did.

        Slack's reference of chat.postEphemeral: in a thread these are "only shown if there
        is already an active thread".
        """
        client = await self.clients.of(way.workspace, patient=True)
        if not await self._has_replies(way):
            await client.chat_postMessage(
                channel=way.channel, thread_ts=way.thread, text=THREAD_NOTE, **NO_UNFURLS
            )
        self._threads[way.channel, way.thread] = None

    async def _has_replies(self, way: Way) -> bool:
        client = await self.clients.of(way.workspace)
        answer = await client.conversations_replies(channel=way.channel, ts=way.thread, limit=2)
        return len(answer.get("messages") or []) > 1


def first_error(reply: Reply | None) -> ErrorCard | None:
    """Return the refusal that a form has to show, if the reply begins with one."""
    if reply and reply.cards and isinstance(reply.cards[0], ErrorCard):
        return reply.cards[0]
    return None
