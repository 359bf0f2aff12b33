"""Coming in by a link, and going out."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from adapters.web.console.visits import Door, Leaver
from adapters.web.guarding import require_own_origin
from adapters.web.pages import render_page

router = APIRouter()
_USED = (
    "This link was used, or is older than ten minutes. Type /fastapi-quiz console in your chat "
    "for another."
)


def say(door: Door, said: str, status: int = 200) -> HTMLResponse:
    """Return a page with a sentence, for whoever it is."""
    return HTMLResponse(render_page("console/said.html", base=door.base, said=said), status)


@router.get("/enter/{link}")
async def show_entrance(request: Request, link: str) -> HTMLResponse:
    """Show a button: whoever only looks at a link, as previews do, doesn't use it up."""
    door = Door.of(request)
    visit = await door.visiting.look(link)
    if visit is None:
        return say(door, _USED, 410)
    page = render_page("console/enter.html", base=door.base, visit=visit, link=link)
    return HTMLResponse(page)


@router.post("/enter/{link}")
async def enter(request: Request, link: str) -> Response:
    """Use the link up. No other site may press the button, lest it lead somebody astray."""
    door = Door.of(request)
    require_own_origin(request, door.public_url)
    return await door.open(link) or say(door, _USED, 410)


@router.post("/leave")
async def leave(request: Request, guest: Leaver) -> Response:
    """End the visit, also that of somebody who left the workspace."""
    return await Door.of(request).close(guest)


@router.get("/left")
async def say_goodbye(request: Request) -> HTMLResponse:
    """Say that it ended."""
    return say(Door.of(request), "You are signed out.")
