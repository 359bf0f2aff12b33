"""Answers interactions and reactions: acknowledge first, ask the core, show its reply."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine, Mapping
from contextlib import suppress
from typing import Any

import discord
import structlog

from adapters.discord import inbound
from adapters.discord.chat import Chat
from adapters.discord.components import make_modal, read_guild
from adapters.discord.failures import CALL_ERRORS
from adapters.discord.files import compose_card
from adapters.discord.home import Homes
from adapters.discord.membership import read_membership
from adapters.discord.messages import Page, make_message
from adapters.discord.pointing import UNTOLD
from adapters.discord.render import render_card, show_typed
from adapters.discord.servers import Servers
from adapters.discord.shapes import Reaction
from adapters.discord.uploads import fetch_upload, read_enclosure
from bot.domain.cards import Button, Card, ErrorCard, FormCard, GradeCard, NoticeCard, Reply
from bot.domain.events import (
    ButtonPressed,
    CommandCalled,
    Event,
    FormSubmitted,
    Origin,
    Upload,
)
from bot.errors import ChatError
from bot.logs import following_event
from bot.ports import Handle

log = structlog.get_logger(__name__)
WHO_TAKES = 0.7
PATIENCE = 1.5
"""Seconds of Discord's three that finding out who acts, and then the core, may take before it is
acknowledged: a form can be opened only by the first answer."""
LOOKING = 10.0
"""Seconds that Discord may take to say whether somebody is in the server, once acknowledged."""
_FORM_COMMANDS = ("suggest", "report", "questions edit")
_BARE_FORM_COMMANDS = ("answer", "questions import")
_FORM_BUTTONS = ("answer", "form", "report", "edit", "reject")
"""What may be answered by a form: it must be the first answer, so nothing is acknowledged yet.
The bare ones are only where they come without options."""
_SOON_TYPED = 40
"""Characters that are typed again sooner than they are copied."""
FAULT = ErrorCard("That did not work just now. Try again in a minute.", "fault")
_HOMELESS = ErrorCard(
    "Use me in a server first: here I answer for the server where you last did.", "no_server"
)


class Desk:
    """Stands between discord.py and the core. Every failure ends in a sentence or in silence."""

    def __init__(self, chat: Chat, homes: Homes, servers: Servers) -> None:
        self._chat = chat
        self._homes = homes
        self._servers = servers
        self._handle: Handle | None = None
        self._under_way: set[asyncio.Task[Any]] = set()

    def open(self, handle: Handle) -> None:
        """From now on, hand events to the core."""
        self._handle = handle

    async def close(self, patience: float) -> None:
        """Take nothing more, and give what is under way some seconds to end."""
        self._handle = None
        tasks = self._under_way - {asyncio.current_task()}
        if tasks:
            await asyncio.wait(tasks, timeout=patience)

    async def call(
        self, interaction: discord.Interaction[Any], path: str, options: Mapping[str, str]
    ) -> None:
        """Answer a slash command."""
        with following_event(str(interaction.id)):
            may_open_form = _may_open_form(path, options)
            origin = await self._receive(interaction, may_open_form)
            upload = await self._fetch_upload(interaction)
            event = CommandCalled(origin, path, options, upload) if origin else None
            await self._attend(interaction, event, may_open_form)

    async def press(self, interaction: discord.Interaction[Any], button: Button) -> None:
        """Answer a button."""
        with following_event(str(interaction.id)):
            may_open_form = button.action in _FORM_BUTTONS
            origin = await self._receive(interaction, may_open_form)
            if origin and button.action == UNTOLD:
                await self._track(self._show_untold(interaction, origin))
                return
            event = inbound.make_press(origin, interaction, button) if origin else None
            await self._attend(interaction, event, may_open_form)

    async def _show_untold(self, interaction: discord.Interaction[Any], origin: Origin) -> None:
        """Show what could be told in no direct message."""
        untold, who = self._chat.untold, (origin.workspace, origin.member)
        texts = await untold.recall(*who)
        card = NoticeCard("\n\n".join(texts) or "There is nothing new for you.")
        if await self._respond(interaction, Reply([card]), None):
            await untold.drop(*who, texts)
        self.forget_membership(origin)

    async def submit(self, interaction: discord.Interaction[Any]) -> None:
        """Answer a filled form."""
        with following_event(str(interaction.id)):
            origin = await self._receive(interaction)
            event: Event | None = None
            if origin:
                upload = await self._fetch_upload(interaction)
                filled = inbound.make_submission(origin, dict(interaction.data or {}), upload)
                event = filled or ButtonPressed(origin, "unknown")
            await self._attend(interaction, event)

    async def react(self, reaction: Reaction, me: int) -> None:
        """Answer a reaction by direct message."""
        name = self._servers.name_of(int(reaction.guild_id or 0))
        event = inbound.make_reaction(reaction, name, me)
        if event is None:
            return
        with following_event():
            reply = await self._track(self.ask(event))
            for card in reply.cards if reply else ():
                await self._tell(event.origin, card)

    async def report(self, event: Event) -> bool:
        """Hand on what nobody in particular did and nobody is answered for; False if in vain."""
        with following_event():
            return self._handle is not None and await self._track(self.ask(event)) is None

    async def ask(self, event: Event) -> Reply | None:
        """Hand an event to the core; what goes wrong there becomes a sentence."""
        if self._handle is None:
            return None
        try:
            return await self._handle(event)
        except Exception:
            log.exception("event_failed", event_type=type(event).__name__)
            return Reply([FAULT])

    async def _receive(
        self, interaction: discord.Interaction[Any], may_open_form: bool = False
    ) -> Origin | None:
        """Acknowledge at once what no form will answer: even saying who acts may take a while."""
        finding = asyncio.ensure_future(self.identify(interaction))
        if may_open_form:
            await asyncio.wait([finding], timeout=WHO_TAKES)
        if self._handle is not None and not (may_open_form and finding.done()):
            await _acknowledge(interaction)
        return await finding

    async def _is_there(self, origin: Origin, patience: float) -> bool:
        """Tell whether who writes directly is still in the server, as far as Discord says so:
        a conversation with the bot goes on when they have left, and its buttons stay."""
        presence, now = self._chat.presence, asyncio.get_running_loop().time()
        who = (origin.workspace, origin.member)
        if presence.is_fresh(*who, now):
            return True
        try:
            async with asyncio.timeout(patience):
                membership = await self._chat.learn_membership(*who)
        except (ChatError, TimeoutError) as error:
            log.warning("membership_unknown", member=origin.member, problem=repr(error))
            return False
        if membership.is_here:
            presence.note(*who, now)
        else:
            self.forget_membership(origin)
        return membership.is_here

    def forget_membership(self, origin: Origin) -> None:
        """What Discord said with an interaction counts until that is answered, and no longer:
        the member may lose their rights, and visit the console for hours."""
        self._chat.memberships.note(origin.workspace, origin.member, None)

    async def identify(
        self, interaction: discord.Interaction[Any], patience: float = LOOKING
    ) -> Origin | None:
        """Say who acts for which server; None in a direct message from somebody unknown, or who
        has left.

        What was said of their rights is to be forgotten afterwards: see `forget_membership`."""
        user = str(interaction.user.id)
        if interaction.guild_id is not None:
            guild, now = str(interaction.guild_id), asyncio.get_running_loop().time()
            self._chat.memberships.note(guild, user, read_membership(interaction))
            self._chat.presence.note(guild, user, now)
            self._homes.note(user, interaction.guild_id)
            name = self._servers.name_of(interaction.guild_id)
            return inbound.make_origin(interaction, interaction.guild_id, name)
        custom_id = str(dict(interaction.data or {}).get("custom_id", ""))
        carried = read_guild(custom_id)
        if carried:
            self._homes.note(user, carried)
        home = carried or await self._homes.find(user)
        self._chat.memberships.note(str(home), user, None)
        origin = inbound.make_origin(interaction, home, "") if home else None
        return origin if origin and await self._is_there(origin, patience) else None

    async def _fetch_upload(self, interaction: discord.Interaction[Any]) -> Upload | None:
        """Fetch the file that came along, if one did: that takes too long to answer after it."""
        file = read_enclosure(dict(interaction.data or {}))
        if file is None:
            return None
        await _acknowledge(interaction)
        return await fetch_upload(interaction.client, file)

    async def _attend(
        self,
        interaction: discord.Interaction[Any],
        event: Event | None,
        may_open_form: bool = False,
    ) -> None:
        if event is None:
            await self._respond(interaction, Reply([_HOMELESS]), None)
        elif self._handle is not None and not event.origin.is_bot:
            try:
                await self._track(self._answer(interaction, event, may_open_form))
            finally:
                self.forget_membership(event.origin)

    async def _answer(
        self, interaction: discord.Interaction[Any], event: Event, may_open_form: bool
    ) -> None:
        if not may_open_form or interaction.response.is_done():
            await self._respond(interaction, await self.ask(event), event)
            return
        asking = asyncio.ensure_future(self.ask(event))
        await asyncio.wait([asking], timeout=PATIENCE)
        reply = asking.result() if asking.done() else None
        form = reply.cards[0] if reply and reply.cards else None
        if isinstance(form, FormCard) and await _open_form(
            interaction, form, event.origin.workspace
        ):
            return
        await _acknowledge(interaction)
        await self._respond(interaction, await asking, event)

    async def _respond(
        self, interaction: discord.Interaction[Any], reply: Reply | None, event: Event | None
    ) -> bool:
        """Show the reply, and tell whether it was shown.

        What became of a form and of an answer reaches its member in any case.
        """
        await _acknowledge(interaction)
        try:
            await _show(interaction, reply, event.origin.workspace if event else "")
            for page in _repeat_refused(event, reply):
                await _send(interaction, page, "")
        except CALL_ERRORS as error:
            log.warning("reply_not_shown", interaction=interaction.id, problem=str(error))
            if reply and event and _must_arrive(event, reply):
                for card in reply.cards:
                    await self._tell(event.origin, card)
            return False
        return True

    async def _tell(self, origin: Origin, card: Card) -> None:
        try:
            await self._chat.tell(origin.workspace, origin.member, origin.channel, card)
        except ChatError as error:
            log.warning("reply_not_told", member=origin.member, problem=str(error))

    async def _track(self, work: Coroutine[Any, Any, Any]) -> Any:
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await task


def _repeat_refused(event: Event | None, reply: Reply | None) -> list[Page]:
    """Return what was typed into a form that is refused: Discord's client throws it away."""
    refused = reply and reply.cards and isinstance(reply.cards[0], ErrorCard)
    if not refused or not isinstance(event, FormSubmitted):
        return []
    is_work = any(len(text) > _SOON_TYPED for text in event.values.values())
    return show_typed(event.values) if is_work else []


def _must_arrive(event: Event, reply: Reply) -> bool:
    """Tell whether somebody wrote or chose something that can't be handed in again."""
    graded = any(isinstance(card, GradeCard) for card in reply.cards)
    return graded or isinstance(event, FormSubmitted)


def _may_open_form(path: str, options: Mapping[str, str]) -> bool:
    return path in _FORM_COMMANDS or (path in _BARE_FORM_COMMANDS and not options)


async def _acknowledge(interaction: discord.Interaction[Any]) -> None:
    """Say that an answer is coming; one that came too late is Discord's to report."""
    if interaction.response.is_done():
        return
    try:
        await _within_patience(interaction.response.defer(ephemeral=True, thinking=True))
    except CALL_ERRORS as error:
        log.warning("not_acknowledged", interaction=interaction.id, problem=str(error))


async def _open_form(interaction: discord.Interaction[Any], form: FormCard, guild: str) -> bool:
    """Open the form; False if it was too late for that."""
    carried = "" if interaction.guild_id else guild
    try:
        await _within_patience(interaction.response.send_modal(make_modal(form, carried)))
    except CALL_ERRORS as error:
        log.warning("form_not_opened", interaction=interaction.id, problem=str(error))
        return False
    return True


async def _within_patience(work: Awaitable[Any]) -> None:
    """discord.py tries again for longer than Discord waits: don't."""
    async with asyncio.timeout(2 * PATIENCE):
        await work


async def _show(
    interaction: discord.Interaction[Any], reply: Reply | None, guild: str = ""
) -> None:
    cards = reply.cards if reply else ()
    pages = [page for card in cards for page in await compose_card(card)]
    if not pages:
        await interaction.delete_original_response()
        return
    assert reply is not None
    if reply.public:
        await _send(interaction, render_card(NoticeCard("Posted here for all."))[0], guild)
    for page in pages:
        await _send(interaction, page, guild, private=not reply.public)


async def _send(
    interaction: discord.Interaction[Any], page: Page, guild: str, *, private: bool = True
) -> None:
    carried = "" if interaction.guild_id else guild
    await interaction.followup.send(**make_message(page, carried), ephemeral=private)


async def say(interaction: discord.Interaction[Any], card: Card) -> None:
    """Answer an interaction with a card without asking the core, if it still can be."""
    with suppress(*CALL_ERRORS, discord.InteractionResponded):
        if not interaction.response.is_done():
            await interaction.response.defer(ephemeral=True, thinking=True)
        await _show(interaction, Reply([card]))
