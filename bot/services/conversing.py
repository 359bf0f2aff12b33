"""Everything that comes in from a chat: who is it, may they, and which service answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

import structlog

from bot import commands
from bot.commands import BY_PATH, Call, Caller, Command, Rights
from bot.domain.cards import ErrorCard, FormCard, FormField, Reply
from bot.domain.events import (
    AccessLost,
    ButtonPressed,
    CommandCalled,
    Event,
    FormSubmitted,
    Origin,
    ReactionAdded,
    TextCommand,
    Upload,
)
from bot.domain.interview import KEY_PREFIX
from bot.domain.people import Member, Workspace
from bot.errors import ChatError, CommandError, Forbidden, QuizError
from bot.ports import ChatPort, Clock, Storage
from bot.services.answering import Answering
from bot.services.interviewing import Interviewing
from bot.services.leaving import Leaving
from bot.services.practising import Practising
from bot.services.profile import Profile, zone_of
from bot.services.revealing import Revealing

log = structlog.get_logger(__name__)

Handler = Callable[[Call], Awaitable[Reply]]


def collect_handlers(services: Iterable[object]) -> Mapping[str, Handler]:
    """Map command paths to the methods that were marked with `commands.handles`."""
    handlers: dict[str, Handler] = {}
    for service in services:
        for name in dir(type(service)):
            path = getattr(getattr(type(service), name), "handles_command", None)
            if path is not None:
                handlers[path] = getattr(service, name)
    return handlers


def make_form(command: Command) -> FormCard:
    """Return a command as a form; it comes back as FormSubmitted with the command's path."""
    fields = tuple(
        FormField(
            option.name,
            option.help,
            option.type.value,
            option.required,
            option.choices,
        )
        for option in command.options
    )
    return FormCard(command.path, command.help.capitalize(), "", fields)


@dataclass
class Conversing:
    """Answers events. A member's mistake is answered with a sentence, never raised."""

    storage: Storage
    chats: Mapping[str, ChatPort]
    clock: Clock
    answering: Answering
    revealing: Revealing
    profile: Profile
    practising: Practising
    interviewing: Interviewing
    leaving: Leaving
    handlers: Mapping[str, Handler]

    async def handle(self, event: Event) -> Reply | None:
        """Answer an event, or return None where nothing is to be said. Bots are ignored."""
        if event.origin.is_bot:
            return None
        try:
            return await self._answer(event)
        except CommandError as error:
            return Reply([ErrorCard(str(error), error.reason, error.field)])
        except QuizError as error:
            log.error("event_failed", event_type=type(event).__name__, problem=str(error))
            return Reply([ErrorCard("That did not work just now. Try again in a minute.", "fault")])

    async def _answer(self, event: Event) -> Reply | None:
        match event:
            case TextCommand(origin, text):
                command, raw = commands.parse(text)
                return await self._run(origin, command, raw, event.upload)
            case CommandCalled(origin, path, options):
                return await self._run(origin, BY_PATH[path], options, event.upload)
            case ReactionAdded(origin, message_id, emoji):
                caller = await self._identify(origin)
                wanted = emoji == caller.workspace.emoji
                return await self.revealing.react(caller, message_id) if wanted else None
            case ButtonPressed():
                return await self._press(event)
            case FormSubmitted(origin, form, _, values) if form in BY_PATH and form != "answer":
                given = {name: value for name, value in values.items() if value.strip()}
                return await self._run(origin, BY_PATH[form], given, event.upload)
            case FormSubmitted(origin, _, key, values):
                caller = await self._identify(origin)
                asked_by = self.interviewing if key.startswith(KEY_PREFIX) else self.answering
                return await asked_by.answer(caller, values.get("text", ""), key)
            case AccessLost():
                await self.leaving.pause(event)
                return None
            case _:
                assert_never(event)

    async def _run(
        self,
        origin: Origin,
        command: Command,
        raw: Mapping[str, str],
        upload: Upload | None = None,
    ) -> Reply:
        options: dict[str, Any] = commands.read_options(command, raw)
        caller = await self._identify(origin)
        if command.rights is Rights.ADMIN:
            await self._require_admin(origin, caller)
        return await self.handlers[command.path](Call(command, caller, options, upload))

    async def _press(self, event: ButtonPressed) -> Reply:
        origin, key, message_id = event.origin, event.key, event.message_id
        if event.action == "command" and event.value in BY_PATH:
            return await self._run(origin, BY_PATH[event.value], {})
        if event.action == "form" and event.value in BY_PATH:
            return Reply([make_form(BY_PATH[event.value])])
        caller = await self._identify(origin)
        if key.startswith(KEY_PREFIX):
            return await self.interviewing.press(caller, event)
        match event.action:
            case "answer":
                return await self.answering.open_form(caller, key, message_id)
            case "choose":
                return await self.answering.answer(caller, event.value, key, message_id)
            case "reveal":
                return await self.revealing.reveal(caller, key, message_id)
            case "rate":
                return await self.revealing.rate(caller, key, event.value)
            case "practice":
                return await self.practising.drill(caller)
            case "forget":
                return await self.profile.erase(caller)
        raise CommandError("That button is from an older version. Type /fastapi-quiz help.")

    async def _identify(self, origin: Origin) -> Caller:
        async with self.storage.reading() as work:
            known = await work.members.identify(origin.platform, origin.workspace, origin.member)
        if known and origin.member_name in ("", known[1].name):
            workspace, member = known
        else:
            workspace, member = await self._welcome(origin)
        zone = zone_of(member, origin.zone)
        now = self.clock.now()
        return Caller(workspace, member, origin.channel, now, zone, origin.zone)

    async def _welcome(self, origin: Origin) -> tuple[Workspace, Member]:
        """Make who is new, or take over a new name."""
        async with self.storage.writing() as work:
            workspace = await work.workspaces.ensure(
                origin.platform, origin.workspace, origin.workspace_name
            )
            member = await work.members.ensure(workspace.id, origin.member, origin.member_name)
        return workspace, member

    async def _require_admin(self, origin: Origin, caller: Caller) -> None:
        async with self.storage.reading() as work:
            appointed = await work.members.admins(caller.workspace.id)
            roles = await work.admin_roles.of_workspace(caller.workspace.id)
        if any(admin.id == caller.member.id for admin in appointed):
            return
        chat = self.chats[origin.platform]
        try:
            if await chat.is_admin(origin.workspace, origin.member):
                return
            has = await chat.role_ids(origin.workspace, origin.member) if roles else ()
        except ChatError as error:
            raise CommandError(
                "The platform does not say just now whether you are an admin. "
                "Try again in a minute."
            ) from error
        if any(role.external_id in has for role in roles):
            return
        raise Forbidden(
            "Only admins of this workspace may do that. Ask one of them, or let one type: "
            f"/fastapi-quiz admins add {caller.member.name}"
        )
