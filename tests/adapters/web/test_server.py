"""Where the web server listens, and what it tells an operator's tools."""

from __future__ import annotations

import asyncio
import socket
from urllib.request import urlopen

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.web.server import WebServer
from bot.config import WebSettings
from bot.errors import ConfigError
from tests.adapters.web.conftest import World


async def test_an_address_that_is_taken_is_said_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError) as caught:
            await WebServer(WebSettings(port=port), Starlette()).start()
    assert str(caught.value).startswith(
        f"web.host and web.port: 127.0.0.1:{port} can't be used (Address already in use). Choose"
    )


@pytest.mark.parametrize(
    ("host", "mend"),
    [
        ("203.0.113.7", "Set web.host to an address of this machine, such as 127.0.0.1"),
        ("no-such-host.invalid", "Set web.host to an address of this machine, such as 127.0.0.1"),
    ],
)
async def test_an_address_of_another_machine_is_no_matter_of_the_port(host: str, mend: str) -> None:
    with pytest.raises(ConfigError, match="can't be used") as caught:
        await WebServer(WebSettings(host=host, port=0), Starlette()).start()
    assert mend in str(caught.value)


def has_ipv6() -> bool:
    """Tell whether this machine does; containers often don't."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


SIX = [("::1", "http://[::1]:"), ("::", "http://127.0.0.1:")] if has_ipv6() else []


@pytest.mark.parametrize(("host", "url"), [*SIX, ("0.0.0.0", "http://127.0.0.1:")])
async def test_addresses_of_both_families_are_served(host: str, url: str) -> None:
    server = WebServer(WebSettings(host=host, port=0), make_health())
    await server.start()
    try:
        assert server.url.startswith(url)
        answer = await asyncio.to_thread(urlopen, f"{server.url}/healthz")
        assert answer.status == 204
    finally:
        await server.stop()


def make_health() -> Starlette:
    async def answer(_request: Request) -> Response:
        return Response(status_code=204)

    return Starlette(routes=[Route("/healthz", answer)])


async def test_the_bare_address_leads_to_the_console(world: World) -> None:
    for path in ("/", "/console"):
        page = await world.browse().open(path)
        assert (page.status, "You are not signed in" in page.text) == (401, True), path


async def test_monitors_may_ask_by_head(world: World) -> None:
    http = world.browse().http
    for path, status in (("/healthz", 200), ("/readyz", 503)):
        assert (await http.head(path)).status_code == status
        assert (await http.get(path)).status_code == status
