"""The console as an application, to be mounted at `/console`."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

import structlog
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as StarletteHTTPException

from adapters.web.console import entering, filling, looking
from adapters.web.console.visits import Door, NobodyVisits, Refused
from adapters.web.guarding import GuardHeaders, LimitBody
from bot.domain.events import MOST_UPLOADED
from bot.domain.health import Fact
from bot.errors import CommandError, Forbidden, QuizError
from bot.ports import Handle
from bot.services.naming import ChannelNames
from bot.services.visiting import Visiting

log = structlog.get_logger(__name__)

MOST_SENT = MOST_UPLOADED + 1024**2
"""Bytes of a form: a file, and what is typed beside it."""
_STATUSES = {"forbidden": 403, "not_found": 404, "fault": 503}
_TO_TYPE = re.compile(r" Type:? /fastapi-quiz\b.*")
"""Advice for a chat, at the end of what an error says: pages have links."""
_SAID = {
    404: "There is no such page.",
    413: f"The file is larger than {MOST_UPLOADED // 1024**2} MB. Split it.",
}
STATIC = Path(__file__).parents[1] / "static"


def make_console(
    visiting: Visiting,
    naming: ChannelNames,
    handle: Handle,
    examine: Callable[[], Awaitable[list[Fact]]],
    platforms: Collection[str],
    public_url: str = "",
) -> GuardHeaders:
    """Return the console.

    `naming` knows channels' names, `handle` answers its visitors' events, `examine` says how the
    process is, `platforms` are those that it is connected to, `public_url` is how the outside
    reaches it.
    """
    app = FastAPI(title="Console", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.door = Door(visiting, naming, handle, platforms, public_url)
    app.state.examine = examine
    app.mount("/static", StaticFiles(directory=STATIC))
    for part in (entering, looking, filling):
        app.include_router(part.router)
    _explain_errors(app)
    return GuardHeaders(LimitBody(app, MOST_SENT), scripts=False)


def _explain_errors(app: FastAPI) -> None:
    """Answer what can't be done with a sentence on a page."""

    def say(request: Request, said: object, status: int) -> HTMLResponse:
        return entering.say(Door.of(request), str(said), status)

    @app.exception_handler(NobodyVisits)
    async def ask_in(request: Request, error: NobodyVisits) -> Response:
        return say(request, error, 401)

    @app.exception_handler(Forbidden)
    async def forbid(request: Request, error: Forbidden) -> Response:
        return say(request, error, 403)

    @app.exception_handler(CommandError)
    async def not_now(request: Request, error: CommandError) -> Response:
        return say(request, error, 503)

    @app.exception_handler(QuizError)
    async def fail(request: Request, error: QuizError) -> Response:
        log.error("page_failed", problem=str(error))
        return say(request, "The console does not work just now. Try again in a minute.", 503)

    @app.exception_handler(Refused)
    async def refuse(request: Request, error: Refused) -> Response:
        said = _TO_TYPE.sub("", str(error))
        return say(request, said, _STATUSES.get(error.card.reason, 400))

    @app.exception_handler(RequestValidationError)
    async def not_read(request: Request, _error: RequestValidationError) -> Response:
        return say(request, "That address can't be read. Go back and choose again.", 400)

    @app.exception_handler(StarletteHTTPException)
    async def not_there(request: Request, error: HTTPException) -> Response:
        said = _SAID.get(error.status_code, "That can't be done here.")
        return say(request, said, error.status_code)
