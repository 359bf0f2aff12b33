"""Where the web server listens, and what it tells an operator's tools."""

from __future__ import annotations

import socket

import pytest
from starlette.applications import Starlette

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


async def test_the_bare_address_leads_to_the_console(world: World) -> None:
    for path in ("/", "/console"):
        page = await world.browse().open(path)
        assert (page.status, "You are not signed in" in page.text) == (401, True), path


async def test_monitors_may_ask_by_head(world: World) -> None:
    http = world.browse().http
    for path, status in (("/healthz", 200), ("/readyz", 503)):
        assert (await http.head(path)).status_code == status
        assert (await http.get(path)).status_code == status
