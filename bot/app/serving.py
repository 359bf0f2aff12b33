"""The web server and the meter, where they are wanted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Protocol

from bot.app.platforms import require_extra
from bot.config import Settings
from bot.errors import ConfigError
from bot.ports import Handle, Platform

if TYPE_CHECKING:
    from adapters.web.metrics import PrometheusMeter
    from bot.app.core import Application
    from bot.app.service import Service

NEEDS_WEB = (
    'slack.mode = "http" needs the web server. Set enabled = true under [web] (in the '
    'environment FASTAPI_QUIZ_WEB__ENABLED), or slack.mode = "socket".'
)


class Web(Protocol):
    """The web server, as the service needs it."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


def make_web(
    settings: Settings,
    platforms: Sequence[Platform],
    service: Service,
    app: Application,
    handle: Handle,
    meter: PrometheusMeter | None,
) -> Web | None:
    """Make the web server with the routes that platforms want served, and the console, whose
    visitors' events `handle` answers. There is none without a meter: see `make_meter`.

    Raises:
        ConfigError: a platform wants some, and the server is not enabled.
    """
    routes = [route for platform in platforms for route in getattr(platform, "routes", ())]
    if meter is None:
        if routes:
            raise ConfigError(NEEDS_WEB)
        return None
    from adapters.web.console import make_console
    from adapters.web.server import WebServer, make_web_app

    names = [platform.name for platform in platforms]
    url = settings.web.public_url
    console = make_console(app.visiting, app.naming, handle, service.examine, names, url)
    return WebServer(settings.web, make_web_app(routes, service, meter, console))


def find_console(settings: Settings) -> str | None:
    """Return where the console is to be reached, in whichever process it is; None if in none."""
    web = settings.web
    return (web.public_url or web.local_url) if web.enabled else None


def serves_web(settings: Settings, only: Collection[str]) -> bool:
    """Tell whether this process has a web server.

    Raises:
        ConfigError: it should, and the part that it takes is not installed.
    """
    if not settings.web.enabled or "web" not in only:
        return False
    for module in ("uvicorn", "fastapi", "jinja2", "prometheus_client"):
        require_extra(module, "web")
    return True


def make_meter(settings: Settings, only: Collection[str]) -> PrometheusMeter | None:
    """Make what counts, where there is a web server to show it."""
    if not serves_web(settings, only):
        return None
    from adapters.web.metrics import PrometheusMeter

    return PrometheusMeter(version("fastapi-quiz"))
