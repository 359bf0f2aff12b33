"""The web server: health, and the routes of whoever needs to be reached."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator, Sequence

import structlog
import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from adapters.web.metrics import PrometheusMeter
from adapters.web.operating import Examined, make_operating_routes
from bot.config import WebSettings
from bot.errors import ConfigError

log = structlog.get_logger(__name__)

_MEND_PORT = {
    errno.EADDRINUSE: "Choose another port, or stop what uses it.",
    errno.EACCES: "Choose a port from 1024 on.",
}
_MEND_HOST = (
    "Set web.host to an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all that it has."
)


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the service, which has more to end than this."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def make_web_app(
    routes: Sequence[BaseRoute], service: Examined, meter: PrometheusMeter, console: ASGIApp
) -> Starlette:
    """Return the application: platforms' routes, what an operator asks of the service, and the
    console.

    Platforms' routes stand before FastAPI: they check requests themselves, and must answer
    fast.
    """
    app = FastAPI(title="FastAPI Quiz", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(make_operating_routes(service, meter))
    entrances = [Route(path, _lead_in) for path in ("/", "/console")]
    pages = [*entrances, Mount("/console", console), Mount("/", app)]
    return Starlette(routes=[*routes, *pages])


async def _lead_in(_request: Request) -> Response:
    return RedirectResponse("console/")


def _listen(host: str, port: int) -> socket.socket:
    """Open an address of either family; `::` stands for all of both."""
    if ":" not in host:
        return socket.create_server((host, port))
    both = host == "::" and socket.has_dualstack_ipv6()
    return socket.create_server((host, port), family=socket.AF_INET6, dualstack_ipv6=both)


class WebServer:
    """Serves an application in the event loop of whoever starts it."""

    def __init__(self, settings: WebSettings, app: ASGIApp) -> None:
        self._settings = settings
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
        self._server = _Server(config)
        self._serving: asyncio.Task[None] | None = None
        self.url = ""
        """Where it listens, once it does."""

    async def start(self) -> None:
        """Listen.

        Raises:
            ConfigError: the address can't be used.
        """
        host, port = self._settings.host, self._settings.port
        try:
            listening = _listen(host, port)
        except OSError as error:
            why = str(error.strerror).partition(" (")[0]  # behind it Python repeats the address
            mend = _MEND_PORT.get(error.errno or 0, _MEND_HOST)
            raise ConfigError(
                f"web.host and web.port: {host}:{port} can't be used ({why}). {mend}"
            ) from None
        bound = {"host": host, "port": listening.getsockname()[1]}
        self.url = self._settings.model_copy(update=bound).local_url
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]))
        log.info("web_listening", url=self.url)

    async def stop(self) -> None:
        """Answer what is under way, and stop listening."""
        self._server.should_exit = True
        if self._serving:
            await self._serving
