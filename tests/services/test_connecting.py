"""What holds up the start of the service, and what becomes of a platform after it."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.errors import ConfigError
from bot.services import connecting
from bot.services.connecting import Connection


async def refuse() -> None:
    raise ConfigError("The token is refused. Copy it again.")


async def test_what_the_first_try_meets_ends_the_start() -> None:
    with pytest.raises(ConfigError, match="Copy it again"):
        await Connection("slack").begin(refuse())


async def test_a_platform_that_never_answers_holds_nothing_up_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connecting, "START_SECONDS", 0.01)
    connection = Connection("slack")
    async with asyncio.timeout(5):
        await connection.begin(asyncio.Event().wait())  # type: ignore[arg-type]
    assert connection.refusal is None
    await connection.end()
    assert connection.refusal is None


async def test_what_is_refused_after_the_start_is_logged_and_told() -> None:
    connection = Connection("slack")
    back = asyncio.Event()

    async def connect() -> None:
        connection.tried.set()
        await back.wait()
        await refuse()

    with capture_logs() as logged:
        await connection.begin(connect())
        assert connection.refusal is None
        back.set()
        async with asyncio.timeout(5):
            while connection.refusal is None:
                await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert connection.refusal == "The token is refused. Copy it again."
    assert [(line["event"], line["log_level"]) for line in logged] == [
        ("platform_refused", "error")
    ]
    await connection.end()
