"""Where the web server listens."""

from __future__ import annotations

import socket

import pytest
from starlette.applications import Starlette

from adapters.web.server import WebServer
from bot.config import WebSettings
from bot.errors import ConfigError


async def test_an_address_that_is_taken_is_said_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError) as caught:
            await WebServer(WebSettings(port=port), Starlette()).start()
    assert str(caught.value).startswith(
        f"web.host and web.port: 127.0.0.1:{port} can't be used (Address already in use). Choose"
    )
