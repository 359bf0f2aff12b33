"""Who visits, and what they ask of the bot."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated
from urllib.parse import quote, unquote, urlsplit

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from adapters.web.guarding import require_own_form, stamp_forms
from bot.domain.cards import Card, ErrorCard
from bot.domain.events import ButtonPressed, CommandCalled, Event, Origin
from bot.domain.visit import VISIT_LASTS, Visit
from bot.errors import QuizError
from bot.ports import Handle
from bot.services.naming import ChannelNames
from bot.services.visiting import Visiting

COOKIE = "quiz_console"
SAID = "quiz_said"
_SAID_SECONDS = 60
_SAID_LETTERS = 300
"""Of twelve bytes each, quoted: browsers keep cookies of four thousand."""


class NobodyVisits(QuizError):
    """There is no visit, or not any more."""


class Refused(QuizError):
    """The bot answered with an error."""

    def __init__(self, card: ErrorCard) -> None:
        super().__init__(card.text)
        self.card = card


@dataclass(frozen=True)
class Guest:
    """Somebody in the console; everything they do is an event of theirs."""

    visit: Visit
    secret: str
    door: Door
    said: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    async def learn_names(self, channels: Iterable[str]) -> Guest:
        """Return the guest who knows what these channels are called."""
        found = await self.door.naming.look_up(self.visit.workspace, channels)
        return replace(self, names={**self.names, **found})

    def name_channel(self, channel: str) -> str:
        """Return a channel's name, or its id where that is all that is known."""
        return self.names.get(channel, channel)

    @property
    def base(self) -> str:
        """The console's path."""
        return self.door.base

    @property
    def stamp(self) -> str:
        """What their forms carry."""
        return stamp_forms(self.secret)

    @property
    def zone(self) -> str:
        """The zone that they read times in."""
        return self.visit.member.pick_zone(self.visit.zone)

    def origin(self) -> Origin:
        """Return who and where, as their platform would say."""
        workspace, member = self.visit.workspace, self.visit.member
        return Origin(
            platform=workspace.platform,
            workspace=workspace.external_id,
            channel=self.visit.channel,
            member=member.external_id,
            zone=self.visit.zone,
        )

    async def call(self, path: str, options: Mapping[str, str] | None = None) -> Sequence[Card]:
        """Call a command; options that are empty are left out."""
        given = {name: value for name, value in (options or {}).items() if value.strip()}
        return await self.ask(CommandCalled(self.origin(), path, given))

    async def press(self, action: str, key: str = "", value: str = "") -> Sequence[Card]:
        """Press a button."""
        return await self.ask(ButtonPressed(self.origin(), action, key, value))

    async def ask(self, event: Event) -> Sequence[Card]:
        """Return the cards that an event is answered with.

        Raises:
            Refused: the answer is an error.
        """
        reply = await self.door.handle(event)
        cards = reply.cards if reply else ()
        if cards and isinstance(cards[0], ErrorCard):
            raise Refused(cards[0])
        return cards

    def go(self, path: str, said: str = "") -> Response:
        """Lead to another page, which says what was done."""
        response = RedirectResponse(f"{self.base}/{path}", 303)
        if said:
            response.set_cookie(
                SAID,
                quote(said[:_SAID_LETTERS]),
                max_age=_SAID_SECONDS,
                path=f"{self.base}/",
                secure=self.door.is_encrypted,
                httponly=True,
                samesite="strict",
            )
        return response


@dataclass(frozen=True)
class Door:
    """Lets visitors in and out. `platforms` are those that this process is connected to."""

    visiting: Visiting
    naming: ChannelNames
    handle: Handle
    platforms: Collection[str]
    public_url: str

    @property
    def base(self) -> str:
        """The console's path, as the outside sees it."""
        return f"{urlsplit(self.public_url).path.rstrip('/')}/console"

    @property
    def is_encrypted(self) -> bool:
        """Whether the outside reaches it by HTTPS."""
        return self.public_url.startswith("https://")

    @staticmethod
    def of(request: Request) -> Door:
        """Return the door of the console that the request is for."""
        door: Door = request.app.state.door
        return door

    async def recognise(self, request: Request) -> Guest:
        """Return who makes the request.

        Raises:
            NobodyVisits: nobody who is known, or of a platform that another process serves.
        """
        secret = request.cookies.get(COOKIE, "")
        visit = await self.visiting.recognise(secret) if secret else None
        if visit is None:
            raise NobodyVisits(
                "You are not signed in, or not any more. Type /fastapi-quiz console in your "
                "chat: it gives you a link that is good once."
            )
        if visit.workspace.platform not in self.platforms:
            raise NobodyVisits(
                f"This process is not connected to {visit.workspace.platform}, so it can't ask "
                "there who you are. Open the console of the process that is."
            )
        said = unquote(request.cookies.get(SAID, ""))
        return Guest(visit, secret, self, said)

    async def open(self, link: str) -> Response | None:
        """Use a link up: lead into the console, or return None where it is not good any more."""
        secret = await self.visiting.enter(link)
        if secret is None:
            return None
        response = RedirectResponse(f"{self.base}/", 303)
        response.set_cookie(
            COOKIE,
            secret,
            max_age=int(VISIT_LASTS.total_seconds()),
            path=f"{self.base}/",
            secure=self.is_encrypted,
            httponly=True,
            samesite="strict",
        )
        return response

    async def close(self, guest: Guest) -> Response:
        """End a visit."""
        await self.visiting.leave(guest.secret)
        response = RedirectResponse(f"{self.base}/left", 303)
        response.delete_cookie(COOKIE, path=f"{self.base}/")
        return response


async def recognise(request: Request) -> Guest:
    """Return whose visit it is."""
    return await Door.of(request).recognise(request)


Known = Annotated[Guest, Depends(recognise)]


async def admit(guest: Known) -> Guest:
    """Return who wants to see a page, if they are still in the workspace."""
    await guest.door.visiting.require_member(guest.visit)
    return guest


Visitor = Annotated[Guest, Depends(admit)]


async def check_form(request: Request, guest: Known) -> AsyncIterator[Guest]:
    """Yield who sends a form, whoever they are by now, and close its files afterwards."""
    async with request.form() as form:
        require_own_form(request, str(form.get("stamp", "")), guest.stamp)
        yield guest


Leaver = Annotated[Guest, Depends(check_form)]


async def admit_form(guest: Visitor, _checked: Leaver) -> Guest:
    """Return who sends a form, if they are still in the workspace."""
    return guest


Sender = Annotated[Guest, Depends(admit_form)]
