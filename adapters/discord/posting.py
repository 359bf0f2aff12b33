"""A card as messages in a channel: the first counts, and what it has no room for follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import discord
import structlog

from adapters.discord import limits
from adapters.discord.failures import (
    THREAD_EXISTS,
    explain_answer,
    explaining_failures,
    require_refusal,
)
from adapters.discord.ids import read_number
from adapters.discord.messages import Page, make_message
from adapters.discord.text import shorten
from bot.domain.cards import Card, QuestionCard, RevealCard
from bot.domain.wording import describe_counts
from bot.errors import ChatError, Rejected

log = structlog.get_logger(__name__)
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Post:
    """A card on its way into a channel, as the pages that show it.

    What does not fit into one message follows in the message's thread, which is opened also
    where a discussion is wanted. An answer for all goes into the question's thread, and the
    question's message gets the counts. What a thread does not take stands in the channel.
    """

    workspace: str
    channel: str
    card: Card
    key: str
    pages: Sequence[Page]

    @property
    def thread_of(self) -> str | None:
        """The message whose thread it belongs into."""
        return self.card.thread_of if isinstance(self.card, RevealCard) else None

    async def send(self, client: discord.Client) -> tuple[str, str]:
        """Send the first message; return its id and where it stands, a thread or the channel.

        Raises:
            ChatError: it was not posted, or nobody knows.
        """
        asked = self.thread_of
        with explaining_failures():
            thread = await _open_thread(client, self.channel, asked, self.card) if asked else None
            places = thread, self.channel
            message, place = await _send(client, self.workspace, places, self.pages[0], self.key)
        return str(message.id), place

    async def finish(self, client: discord.Client, message_id: str, place: str) -> None:
        """Do the rest, once the first message is known to stand there."""
        card, channel, rest = self.card, self.channel, self.pages[1:]
        discussed = isinstance(card, QuestionCard) and card.discussion
        if (rest or discussed) and place == channel:
            place = await _thread_under(client, channel, message_id, card) or channel
        await _send_rest(client, self.workspace, (place, channel), rest, self.key)
        if self.thread_of and isinstance(card, RevealCard) and card.counts:
            counted = describe_counts(card.counts.answered, card.counts.revealed)
            await _show_counts(client, channel, self.thread_of, counted)


async def send_page(
    client: discord.Client, workspace: str, channel: str, page: Page, nonce: str
) -> discord.Message:
    """Send one message; another with the same nonce is none for some minutes."""
    place = client.get_partial_messageable(read_number(channel), guild_id=read_number(workspace))
    return await place.send(**make_message(page), nonce=nonce)


async def _send(
    client: discord.Client, workspace: str, places: tuple[str | None, str], page: Page, nonce: str
) -> tuple[discord.Message, str]:
    """Send to the thread, if there is one, or else to the channel, and say which it was: a
    thread may be locked, or deleted, and say so only then.
    """
    thread, channel = places
    if thread and thread != channel:
        try:
            return await send_page(client, workspace, thread, page, nonce), thread
        except discord.HTTPException as error:
            if not isinstance(explain_answer(error), Rejected):
                raise
            log.warning("thread_refuses", channel=channel, thread=thread, code=error.code)
    return await send_page(client, workspace, channel, page, nonce), channel


async def _send_rest(
    client: discord.Client, workspace: str, places: tuple[str, str], pages: Sequence[Page], key: str
) -> None:
    """The post counts once its first page is there: what fails here is logged, not raised.

    A page whose reply was lost is sent again: its nonce keeps it single.
    """
    for number, page in enumerate(pages, start=2):
        nonce = f"{key[: limits.NONCE - 4]}-{number}"
        for left in reversed(range(_TRIES)):
            try:
                with explaining_failures():
                    await _send(client, workspace, places, page, nonce)
                break
            except ChatError as error:
                log.error("rest_not_posted", channel=places[1], page=number, problem=str(error))
                if isinstance(error, Rejected) or not left:
                    return


async def _thread_under(
    client: discord.Client, channel: str, message_id: str, card: Card
) -> str | None:
    try:
        with explaining_failures():
            return await _open_thread(client, channel, message_id, card)
    except ChatError as error:
        log.warning("no_thread", channel=channel, problem=str(error))
        return None


async def _open_thread(
    client: discord.Client, channel: str, message_id: str, card: Card
) -> str | None:
    """Return the message's thread, made if new; None where there can't be one.

    A thread that was started from a message has the message's id.
    """
    title = card.question.title if isinstance(card, QuestionCard | RevealCard) else "More"
    try:
        await client.http.start_thread_with_message(
            read_number(channel),
            read_number(message_id),
            name=shorten(title, limits.THREAD_NAME),
            auto_archive_duration=1440,
        )
    except discord.HTTPException as error:
        if error.code == THREAD_EXISTS:
            return message_id
        require_refusal(error)
        log.warning("no_thread", channel=channel, message=message_id, code=error.code)
        return None
    return message_id


async def _show_counts(client: discord.Client, channel: str, message_id: str, counted: str) -> None:
    """Write the counts under the question; its message may be gone by now."""
    place = client.get_partial_messageable(read_number(channel))
    try:
        with explaining_failures():
            message = await place.fetch_message(read_number(message_id))
            for embed in message.embeds[-1:]:
                footer = f"{embed.footer.text} · " if embed.footer.text else ""
                embed.set_footer(text=f"{footer}{counted}")
            await message.edit(embeds=message.embeds)
    except ChatError as error:
        log.warning("counts_not_shown", message=message_id, problem=str(error))
