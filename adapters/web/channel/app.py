"""The channel's page, what it sends, and how it learns that something has changed."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp

from adapters.web.channel.live import Live
from adapters.web.guarding import GuardHeaders, require_own_form, stamp_forms
from adapters.web.pages import render_page, show_card
from adapters.web.uploading import read_file, read_texts
from bot.commands import COMMANDS, NAME
from bot.domain.emoji import BULB
from bot.domain.formatting import format_duration
from bot.errors import CommandError, Forbidden

HOSTS = ("127.0.0.1", "localhost")
"""Names that lead to this machine. A page elsewhere whose name does so too is refused."""
SKIPS = {"10m": timedelta(minutes=10), "1h": timedelta(hours=1), "8h": timedelta(hours=8)} | {
    "1d": timedelta(days=1)
}
_STATIC = Path(__file__).parents[1] / "static"


def make_channel(live: Live) -> ASGIApp:
    """Return the page of a channel, for loopback alone."""
    app = FastAPI(title="Channel", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.live = live
    app.state.stamp = stamp_forms(secrets.token_urlsafe(32))
    app.mount("/static", StaticFiles(directory=_STATIC))
    app.add_api_route("/", show_channel, response_class=HTMLResponse)
    app.add_api_route("/news", show_news)
    app.add_api_route("/changes", tell_changes)
    app.add_api_route("/do/{deed}", do, methods=["POST"], response_class=Response)
    app.add_exception_handler(CommandError, _say)
    return GuardHeaders(TrustedHostMiddleware(app, list(HOSTS)), scripts=True)


def _find_live(request: Request) -> Live:
    live: Live = request.app.state.live
    return live


def _find_member(request: Request) -> str:
    """Return who one is; the first member unless told otherwise."""
    members, wanted = _find_live(request).members, request.query_params.get("as", "")
    return wanted if wanted in members else members[0]


Channel = Annotated[Live, Depends(_find_live)]
Member = Annotated[str, Depends(_find_member)]


async def show_channel(request: Request, live: Channel, me: Member) -> HTMLResponse:
    """The whole channel, as a member sees it."""
    commands = [(f"{NAME} {command.path}", command.help) for command in COMMANDS]
    page = render_page(
        "channel/page.html",
        base="",
        me=me,
        members=live.members,
        commands=commands,
        options={
            whole: [f"{option.name}:" for option in command.options if not option.positional]
            for (whole, _), command in zip(commands, COMMANDS, strict=True)
        },
        skips=SKIPS,
        stamp=request.app.state.stamp,
        **await _describe(request, live, me, 0),
    )
    return HTMLResponse(page)


async def show_news(request: Request, live: Channel, me: Member, after: int = 0) -> JSONResponse:
    """What came behind an entry, and what changed in those before it."""
    return JSONResponse(await _describe(request, live, me, max(0, after)))


async def _describe(request: Request, live: Live, me: str, after: int) -> dict[str, Any]:
    now, wait = await live.describe_time()
    seen = live.seen_by(me)
    news = [one for one in seen if one.number > after]
    html = render_page(
        "channel/entries.html",
        shown=[(one, await show_card(one.card) if one.card else "") for one in news],
        live=live,
        me=me,
        zone=now.tzinfo,
        bulb=BULB,
        stamp=request.app.state.stamp,
    )
    return {
        "html": html,
        "last": max([after, *(one.number for one in seen)]),
        "clock": f"{now:%A %d %B, %H:%M:%S}",
        "next": f"next in {format_duration(wait)}" if wait else "nothing is scheduled",
        "reactions": {
            one.number: live.count_reactions(one.number) for one in seen if one.takes_reactions
        },
        "filled": sorted(live.filled),
    }


async def tell_changes(live: Channel) -> StreamingResponse:
    """A stream of server-sent events, one whenever something may have changed."""

    async def tell() -> AsyncIterator[str]:
        yield "retry: 1000\n\n"
        while not live.closed:
            await live.wait()
            yield "data: changed\n\n"

    return StreamingResponse(tell(), media_type="text/event-stream")


async def do(request: Request, live: Channel, me: Member, deed: str) -> Response:
    """Do what a form says; a script gets nothing back, a browser without one the page."""
    async with request.form() as filled:
        require_own_form(request, str(filled.get("stamp", "")), request.app.state.stamp)
        given = read_texts(filled)
        number = _read_number(given.get("entry", ""))
        match deed:
            case "say" if given.get("text", "").strip():
                await live.say(me, given["text"].strip())
            case "press":
                await live.press(me, number, _read_number(given.get("button", "")))
            case "react":
                await live.react(me, number)
            case "fill":
                values = {name: text for name, text in given.items() if text.strip()}
                await live.fill_in(me, number, values, await read_file(filled))
            case "skip" if given.get("by") in SKIPS:
                await live.skip(SKIPS[given["by"]])
            case "skip":
                await live.skip_to_next()
            case "outage":
                await live.break_off(timedelta(hours=2))
            case "crash":
                await live.crash()
    if "x-script" in request.headers:
        return Response(status_code=204)
    return RedirectResponse(f"/?as={me}#end", 303)


def _read_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


async def _say(request: Request, error: Exception) -> Response:
    """Answer with the sentence alone: the page shows it."""
    status = 403 if isinstance(error, Forbidden) else 404
    if "x-script" in request.headers:
        return Response(str(error), status, media_type="text/plain")
    page = render_page("console/said.html", base="", said=str(error))
    return HTMLResponse(page, status)
