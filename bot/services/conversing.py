"""Everything that comes in from a chat: who is it, may they, and which service answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

import structlog

from bot import commands
from bot.commands import BY_PATH, Call, Caller, Command, Filled, Press, Rights, Type
from bot.domain.cards import ErrorCard, Reply
from bot.domain.emoji import is_same_emoji
from bot.domain.events import (
    AccessLost,
    AccessRegained,
    ButtonPressed,
    CommandCalled,
    Event,
    FormSubmitted,
    HomeOpened,
    OptionTyped,
    Origin,
    ReactionAdded,
    TextCommand,
    Upload,
    make_storable,
)
from bot.domain.interview import KEY_PREFIX
from bot.domain.people import Member, Workspace
from bot.domain.wording import ERASED
from bot.errors import CommandError, Erased, NotFound, QuizError
from bot.ports import ChatPort, Clock, Storage
from bot.services.admitting import Admitting
from bot.services.answering import Answering
from bot.services.forming import Forming, read_filled
from bot.services.interviewing import Interviewing
from bot.services.leaving import Leaving
from bot.services.overviewing import compose_overview
from bot.services.practising import Practising
from bot.services.revealing import Revealing

log = structlog.get_logger(__name__)

_OPEN_THEIR_FORM = ("suggest", "report")
"""Commands that open a form of their own where no option is given."""

Handler = Callable[[Call], Awaitable[Reply]]
ButtonHandler = Callable[[Press], Awaitable[Reply]]
FormHandler = Callable[[Filled], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Handlers:
    """What services were marked to answer.

    Commands and forms by path, buttons by action, values to suggest by the option's type.
    """

    commands: Mapping[str, Handler]
    buttons: Mapping[str, tuple[Rights, ButtonHandler]]
    forms: Mapping[str, FormHandler]
    values: Mapping[Type, Handler]


def collect_handlers(services: Iterable[object]) -> Handlers:
    """Find the methods that were marked with `handles` and its like (`bot.commands`)."""
    found = list(services)
    return Handlers(
        dict(_find_marked(found, "handles_command")),
        {
            action: (rights, method)
            for (action, rights), method in _find_marked(found, "handles_button")
        },
        dict(_find_marked(found, "handles_form")),
        dict(_find_marked(found, "suggests_values")),
    )


def _find_marked(services: Iterable[object], mark: str) -> Iterator[tuple[Any, Any]]:
    for service in services:
        for name in dir(type(service)):
            value = getattr(getattr(type(service), name), mark, None)
            if value is not None:
                yield value, getattr(service, name)


@dataclass
class Conversing:
    """Answers events. A member's mistake is answered with a sentence, never raised."""

    storage: Storage
    chats: Mapping[str, ChatPort]
    clock: Clock
    admitting: Admitting
    answering: Answering
    revealing: Revealing
    practising: Practising
    interviewing: Interviewing
    leaving: Leaving
    forming: Forming
    handlers: Handlers

    async def handle(self, event: Event) -> Reply | None:
        """Answer an event, or return None where nothing is to be said. Bots are ignored."""
        if event.origin.is_bot:
            return None
        try:
            return await self._answer(make_storable(event))
        except CommandError as error:
            return Reply([ErrorCard(str(error), error.reason, error.field)])
        except Erased:
            return Reply([ErrorCard(ERASED, NotFound.reason)])
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
            case OptionTyped(origin, path, name):
                return await self._suggest(origin, BY_PATH[path], name)
            case ReactionAdded():
                return await self._react(event)
            case ButtonPressed():
                return await self._press(event)
            case FormSubmitted():
                return await self._submit(event)
            case HomeOpened(origin):
                caller = await self._identify(origin)
                is_admin = await self.admitting.is_admin(caller)
                return await compose_overview(
                    self.handlers.commands, self.practising.tell_due, caller, is_admin=is_admin
                )
            case AccessLost() | AccessRegained():
                await self.leaving.follow(event)
                return None
            case _:
                assert_never(event)

    async def _submit(self, event: FormSubmitted) -> Reply:
        origin, form, key, values = event.origin, event.form, event.key, event.values
        if form in self.handlers.forms:
            caller = await self._admit(origin, BY_PATH[form].rights)
            filled = {name: value for name, value in values.items() if value.strip()}
            return await self.handlers.forms[form](Filled(caller, key, filled))
        if form in BY_PATH and form != "answer":
            given = read_filled(BY_PATH[form], values, was_filled=bool(key))
            return await self._run(origin, BY_PATH[form], given, event.upload)
        caller = await self._identify(origin)
        asked_by = self.interviewing if key.startswith(KEY_PREFIX) else self.answering
        return await asked_by.answer(caller, values.get("text", ""), key)

    async def _react(self, event: ReactionAdded) -> Reply | None:
        """Look at the emoji and the message first: most reactions are none of ours, and who
        reacts elsewhere is nobody's business."""
        origin = event.origin
        async with self.storage.reading() as work:
            workspace = await work.workspaces.find(origin.platform, origin.workspace)
        if workspace is None or not is_same_emoji(event.emoji, workspace.emoji):
            return None
        question = await self.revealing.find_question(workspace, origin.channel, event.message_id)
        if question is None:
            return None
        known = await self.chats[origin.platform].introduce(origin)
        if known.is_bot:
            return None
        return await self.revealing.react(await self._identify(known), question)

    async def _suggest(self, origin: Origin, command: Command, name: str) -> Reply | None:
        """Return values for an option from whom its type is known to, if anybody."""
        option = command.option(name)
        handler = self.handlers.values.get(option.type) if option else None
        if handler is None:
            return None
        return await handler(Call(command, await self._admit(origin, command.rights)))

    async def _run(
        self,
        origin: Origin,
        command: Command,
        raw: Mapping[str, str],
        upload: Upload | None = None,
    ) -> Reply:
        options: dict[str, Any] = commands.read_options(command, raw)
        caller = await self._admit(origin, command.rights)
        return await self.handlers.commands[command.path](Call(command, caller, options, upload))

    async def _admit(self, origin: Origin, rights: Rights) -> Caller:
        caller = await self._identify(origin)
        if rights is Rights.ADMIN:
            await self.admitting.require_admin(caller)
        return caller

    async def _press(self, event: ButtonPressed) -> Reply:
        origin, key, message_id = event.origin, event.key, event.message_id
        if event.action == "command":
            return await self._run(origin, *commands.parse(event.value))
        if event.action == "form" and event.value in BY_PATH:
            return await self._open_form(origin, BY_PATH[event.value], key)
        if event.action in self.handlers.buttons:
            rights, press = self.handlers.buttons[event.action]
            caller = await self._admit(origin, rights)
            return await press(Press(caller, key, event.value, message_id))
        caller = await self._identify(origin)
        if key.startswith(KEY_PREFIX):
            return await self.interviewing.press(caller, event)
        match event.action:
            case "answer":
                return await self.answering.open_form(caller, key, message_id)
            case "choose":
                return await self.answering.answer(caller, event.value, key, message_id)
        raise CommandError("That button is from an older version. Type /fastapi-quiz help.")

    async def _open_form(self, origin: Origin, command: Command, key: str) -> Reply:
        """Open a command's form, about the schedule with that number if there is one."""
        if command.path in _OPEN_THEIR_FORM:
            return await self._run(origin, command, {})
        caller = await self._admit(origin, command.rights)
        return Reply([await self.forming.open_form(caller, command.path, key)])

    async def _identify(self, origin: Origin) -> Caller:
        async with self.storage.reading() as work:
            known = await work.members.identify(origin.platform, origin.workspace, origin.member)
        if known and origin.member_name in ("", known[1].name):
            workspace, member = known
        else:
            workspace, member = await self._welcome(origin)
        if workspace.left_at is not None:
            await self.leaving.notice_life(workspace)
        zone = member.pick_zone(origin.zone)
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
