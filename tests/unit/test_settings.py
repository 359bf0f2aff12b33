"""What follows from settings."""

from __future__ import annotations

import pytest

from bot.config import WebSettings


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("quiz.internal", "http://quiz.internal:8000"),
    ],
)
def test_where_this_machine_reaches_the_web_server(host: str, url: str) -> None:
    assert WebSettings(host=host).local_url == url
