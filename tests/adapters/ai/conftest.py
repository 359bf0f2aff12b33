"""A local model server, and the real client in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from pydantic import SecretStr

from adapters.ai.asking import Asking
from adapters.ai.connecting import connect
from bot.config import AiSettings
from bot.services.metering import FreeMeter
from tests.fakes.model_server import ModelServer

MakeAsking = Callable[..., Asking]


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer().listen() as server:
        yield server


def point_at(server: ModelServer, model: str = "openai:fake", seconds: float = 10) -> AiSettings:
    """Settings that lead to the local server."""
    url = server.anthropic_url if model.startswith("anthropic:") else server.url
    return AiSettings(
        model=model,
        base_url=url,
        api_key=SecretStr("key"),
        timeout=timedelta(seconds=seconds),
    )


@pytest.fixture
async def make_asking(server: ModelServer) -> AsyncIterator[MakeAsking]:
    """Make what asks; its connections are closed in the end."""
    made: list[Asking] = []

    def make(model: str = "openai:fake", seconds: float = 10) -> Asking:
        settings = point_at(server, model, seconds)
        made.append(Asking(connect(settings), FreeMeter(), settings.timeout))
        return made[-1]

    yield make
    for asking in made:
        await asking.connection.close()
