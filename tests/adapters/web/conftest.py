"""The console on the real core, as a browser or an HTTP client meets it."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from adapters.local.platform import NAME, LocalChat, LocalPlatform, Message
from adapters.local.simulation import VirtualClock
from adapters.web.console import make_console
from adapters.web.metrics import PrometheusMeter
from adapters.web.server import make_web_app
from bot.app import Application, build
from bot.domain.cards import Card, Reply
from bot.domain.events import Event, Origin, TextCommand
from bot.domain.health import Fact, Tally
from tests.stage import PACKS

START = datetime(2026, 3, 23, 8, 55, tzinfo=UTC)
HOST = "http://quiz.test"


class Service:
    """What the operator's pages ask of the service."""

    async def examine(self) -> list[Fact]:
        return [Fact("database", True, "reachable"), Fact("slack", False, "Cut off.", "Wait.")]

    async def tally(self) -> Tally:
        return Tally()

    def count_flying(self) -> int:
        return 0

    def count_circuits(self) -> int:
        return 0


@dataclass
class Page:
    """An answer, as somebody reads it."""

    response: Any

    @property
    def status(self) -> int:
        return int(self.response.status_code)

    @property
    def html(self) -> str:
        return str(self.response.text)

    @property
    def text(self) -> str:
        """The words alone."""
        plain = re.sub(r"<[^>]+>", " ", self.html)
        for name, sign in (("&#39;", "'"), ("&#34;", '"'), ("&lt;", "<"), ("&gt;", ">")):
            plain = plain.replace(name, sign)
        return " ".join(plain.split())

    def hidden(self, name: str) -> str:
        """The value of the first hidden field of that name."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.html)
        assert found, name
        return found[1]


@dataclass
class Browser:
    """Follows links and sends forms; without any script, as the console wants it."""

    http: Any

    async def open(self, path: str) -> Page:
        return Page(await self.http.get(path, follow_redirects=True))

    async def send(
        self, path: str, values: Mapping[str, str], files: Mapping[str, Any] | None = None
    ) -> Page:
        own = {"origin": HOST}
        return Page(
            await self.http.post(
                path, data=dict(values), files=files, headers=own, follow_redirects=True
            )
        )

    async def fill_in(self, path: str, files: Any = None, **values: str) -> Page:
        """Open a form and send it with what it held, but for `values`."""
        page = await self.open(path)
        held = {
            name: page.hidden(name)
            for name in ("stamp", "key", "about", "id")
            if f'name="{name}"' in page.html
        }
        given = {name.replace("_", "-"): value for name, value in values.items()}
        return await self.send(path.partition("?")[0], {**held, **given}, files)

    async def press(self, page: Page, path: str, **values: str) -> Page:
        """Press a button of a page."""
        assert f'action="{path}"' in page.html, path
        return await self.send(path, {"stamp": page.hidden("stamp"), **values})


@dataclass
class World:
    """A core with the console, one team's admin and their chat."""

    app: Application
    platform: LocalPlatform
    clock: VirtualClock
    web: Any
    events: list[Event] = field(default_factory=list)

    async def handle(self, event: Event) -> Reply | None:
        self.events.append(event)
        return await self.app.handle(event)

    def origin(self, member: str = "ana", team: str = "acme", channel: str = "#general") -> Origin:
        return Origin(NAME, team, channel, member, team, member, "Europe/Berlin")

    async def say(self, text: str, member: str = "ana", team: str = "acme") -> Card:
        """Type a command in the chat and return the first card."""
        reply = await self.app.handle(TextCommand(self.origin(member, team), f" {text}"))
        assert reply is not None
        return reply.cards[0]

    async def invite(self, member: str = "ana", team: str = "acme") -> str:
        """Return the path of a new link."""
        card = await self.say("console", member, team)
        return str(card.data()["url"]).removeprefix(HOST)

    def browse(self) -> Browser:
        """Return a browser that nobody has signed in with."""
        transport = httpx2.ASGITransport(app=self.web)
        return Browser(httpx2.AsyncClient(transport=transport, base_url=HOST))

    async def visit(self, member: str = "ana", team: str = "acme") -> Browser:
        """Return a browser that has come in."""
        browser = self.browse()
        page = await browser.send(await self.invite(member, team), {})
        assert page.status == 200, page.text
        return browser


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    """A world on an empty database of each kind; `ana` is an admin of `acme`, `eva` of `globex`."""
    clock = VirtualClock(START)
    posted: list[Message] = []
    platform = LocalPlatform(clock, posted.append)
    app = build(
        database_url,
        {NAME: LocalChat(platform)},
        clock=clock,
        dice=random.Random(1),
        console_address=lambda: HOST,
    )
    await app.start(PACKS)
    platform.workspaces["acme"].admins.add("ana")
    platform.workspaces["globex"].admins.add("eva")
    service = Service()
    here = World(app, platform, clock, None)
    console = make_console(app.visiting, app.naming, here.handle, service.examine, [NAME], HOST)
    here.web = make_web_app([], service, PrometheusMeter("0"), console)
    yield here
    await app.close()
